"""The language models that write answers, from settings: those inside the house in the order in which they are asked,
and the one outside."""

from contextlib import AsyncExitStack
from typing import Any

from lacuna.config import Settings
from lacuna.config import llm_settings as configured
from lacuna.config.llm_settings import IN_PROCESS, LlmSettings, ModelSettings
from lacuna.domain.errors import ConfigError
from lacuna.ports.telemetry import Telemetry
from lacuna.usecases.generate import EXTERNAL, ExternalModel, LocalModel
from lacuna.wiring.catalog import back_end
from lacuna.wiring.guard import Guard, GuardedExternalGenerator, GuardedGenerator


def local_models(settings: Settings, telemetry: Telemetry, stack: AsyncExitStack) -> tuple[LocalModel, ...]:
    """Built and guarded; `stack` closes them. Raises ConfigError for a model file that is not there."""
    return tuple(
        LocalModel(
            GuardedGenerator(_built("generator", wanted, stack), _guard(part, wanted, telemetry)), part, wanted.approved
        )
        for part, wanted in settings.llm.local
    )


def external_model(settings: Settings, telemetry: Telemetry, stack: AsyncExitStack) -> ExternalModel | None:
    """The same for the model outside; None where there is none."""
    wanted = configured.external_model(settings.llm, settings.external_llm)
    if wanted is None:
        return None
    built = _built("external_generator", wanted, stack, network=wanted.network)
    guarded = GuardedExternalGenerator(built, _guard(EXTERNAL, wanted, telemetry))
    return ExternalModel(guarded, approved=wanted.approved)


def asking_local_model(port: str, llm: LlmSettings, timeout_s: float, stack: AsyncExitStack) -> Any:
    """The back end of `port` that has the local model's service answer with objects; `stack` closes it."""
    key = "" if llm.api_key is None else llm.api_key.get_secret_value()
    built = back_end(port, "llm")(str(llm.endpoint), llm.name, api_key=key, timeout_s=timeout_s)
    stack.push_async_callback(built.close)
    return built


def _guard(part: str, wanted: ModelSettings, telemetry: Telemetry) -> Guard:
    return Guard(part, telemetry, wanted.timeout_s)


def _built(port: str, wanted: ModelSettings, stack: AsyncExitStack, **more: object) -> Any:
    limits = {"timeout_s": wanted.timeout_s, "max_tokens": wanted.max_tokens}
    if wanted.backend == IN_PROCESS:
        if wanted.model_path is None or not wanted.model_path.is_file():
            raise ConfigError(f"There is no model file {wanted.model_path}.", cure="Name a GGUF file in model_path.")
        built = back_end(port, wanted.backend)(
            wanted.model_path, wanted.name, threads=wanted.threads, context_tokens=wanted.context_tokens, **limits
        )
    else:
        key = "" if wanted.api_key is None else wanted.api_key.get_secret_value()
        built = back_end(port, wanted.backend)(
            wanted.backend, str(wanted.endpoint), wanted.name, api_key=key, **limits, **more
        )
    stack.push_async_callback(built.close)
    return built
