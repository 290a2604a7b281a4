"""The cache of classifications, from settings."""

from functools import partial
from typing import Any

import structlog

from lacuna import __version__
from lacuna.config.settings import CacheSettings
from lacuna.domain.errors import ConfigError
from lacuna.ports.cache import ClassificationCache
from lacuna.ports.secrets import KeyRing
from lacuna.ports.telemetry import Telemetry
from lacuna.wiring.catalog import back_end

log = structlog.get_logger("lacuna.cache")


async def open_cache(wanted: CacheSettings, keys: KeyRing, telemetry: Telemetry) -> ClassificationCache | None:
    """The cache, or None where it is turned off. Raises ConfigError where Redis refuses what its address says; one that
    is out of reach is missed, not needed."""
    if not wanted.enabled:
        return None
    memory = back_end("cache", "memory")(wanted.max_entries, float(wanted.ttl), telemetry)
    if wanted.redis_url is None:
        in_process: ClassificationCache = memory
        return in_process
    address = wanted.redis_url.get_secret_value()
    cache: ClassificationCache = await redis_back_end("cache").open(
        address, memory, keys, __version__, wanted.ttl, telemetry, changed=partial(changed, telemetry, "cache")
    )
    return cache


def redis_back_end(port: str) -> Any:
    """The back end of `port` on Redis. Raises ConfigError where its package is missing."""
    try:
        return back_end(port, "redis")
    except ImportError:
        raise ConfigError(
            "cache.redis_url is set, but the package `redis` is not installed.", cure="pip install 'lacuna[redis]'"
        ) from None


def changed(telemetry: Telemetry, part: str, reason: str) -> None:
    """Counts and logs that Redis is not used any more; logs that it is again where there is no reason."""
    if not reason:
        log.info("redis_in_use", part=part)
        return
    telemetry.failed(part, "dependency_unavailable")
    log.warning("redis_out_of_use", part=part, reason=reason, effect="what others found is worked out again")
