"""The LLM layer of the classifier from settings."""

from contextlib import AsyncExitStack

from lacuna.config import Settings
from lacuna.ports.judge import Judge
from lacuna.ports.telemetry import Telemetry
from lacuna.wiring.catalog import back_end
from lacuna.wiring.guard import Guard, GuardedJudge

_DEFAULT = "vllm"


def judge(settings: Settings, telemetry: Telemetry, stack: AsyncExitStack) -> Judge | None:
    """The judge of what the other layers leave open, where one is configured; the stack closes it."""
    wanted, llm = settings.classification.layers.llm, settings.llm
    if not wanted.enabled:
        return None
    endpoint = wanted.endpoint if wanted.endpoint is not None else llm.endpoint
    key = wanted.api_key if wanted.endpoint is not None else wanted.api_key or llm.api_key
    service = llm.backend if llm.backend != "none" else _DEFAULT
    built = back_end("judge", service)(
        service,
        str(endpoint),
        wanted.model or llm.model or "",
        api_key="" if key is None else key.get_secret_value(),
        timeout_s=wanted.timeout_s,
    )
    stack.push_async_callback(built.close)
    return GuardedJudge(built, Guard("classifier.llm", telemetry, wanted.timeout_s))
