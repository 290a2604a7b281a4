"""What models wrote and may be given again, from settings."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from lacuna import __version__
from lacuna.adapters.cache.answer_sealing import AnswerSealing
from lacuna.config import Settings
from lacuna.config import llm_settings as configured
from lacuna.config.llm_settings import ModelSettings
from lacuna.ports.cache import AnswerCache
from lacuna.ports.secrets import KeyRing
from lacuna.ports.telemetry import Telemetry
from lacuna.usecases.generate import EXTERNAL
from lacuna.usecases.recall import Recall
from lacuna.wiring.application import Part
from lacuna.wiring.cache import changed, redis_back_end
from lacuna.wiring.catalog import back_end
from lacuna.wiring.texts import subject_keys

PART = "answer_cache"


@dataclass(frozen=True, slots=True)
class KeptAnswers:
    """`recall` is None where nothing is kept; `parts` are for readiness."""

    recall: Recall | None = None
    parts: dict[str, Part] = field(default_factory=dict)


async def kept_answers(
    settings: Settings, folder: Path, keys: KeyRing, telemetry: Telemetry, stack: AsyncExitStack
) -> KeptAnswers:
    """Built; `stack` closes it. Raises ConfigError where Redis refuses what its address says, and StorageError where
    the folder of subjects' keys cannot be used."""
    wanted = settings.cache.answers
    if wanted.kept_for == "nobody":
        return KeptAnswers()
    # With another key of either kind everything has other names.
    version = f"{__version__} {keys.hmac_key_id} {keys.signer_name}"
    names, contents, seals = (keys.derived(f"answer cache {use}") for use in ("names", "contents", "seals"))
    sealing = AnswerSealing(names, contents, seals, version, subject_keys(folder, settings.audit, keys))
    cache: AnswerCache
    address = settings.cache.redis_url
    if address is None:
        cache = back_end("answer_cache", "memory")(sealing, wanted.max_entries, wanted.ttl, telemetry)
    else:
        cache = await redis_back_end("answer_cache")(
            address.get_secret_value(),
            sealing,
            wanted.max_entries,
            wanted.ttl,
            telemetry,
            changed=partial(changed, telemetry, PART),
        )
    stack.push_async_callback(cache.close)
    recall = Recall(cache, _models(settings), by_user=wanted.kept_for == "user")
    return KeptAnswers(recall, {} if address is None else {PART: Part(cache.check, required=False)})


def _models(settings: Settings) -> dict[str, str]:
    """What decides how each model writes, by part."""
    external = configured.external_model(settings.llm, settings.external_llm)
    models = dict(settings.llm.local)
    if external is not None:
        models[EXTERNAL] = external
    return {part: _state(model) for part, model in models.items()}


def _state(model: ModelSettings) -> str:
    """All settings but secrets, and which file it is: another one of the same name is another model."""
    said = model.model_dump_json(exclude={"api_key", "fallback"})
    if model.model_path is None or not model.model_path.is_file():
        return said
    file = model.model_path.stat()
    return f"{said} {file.st_size} {file.st_mtime_ns}"
