"""The cache of classifications, from settings."""

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
    try:
        redis = back_end("cache", "redis")
    except ImportError:
        raise ConfigError(
            "cache.redis_url is set, but the package `redis` is not installed.", cure="pip install 'lacuna[redis]'"
        ) from None
    address = wanted.redis_url.get_secret_value()
    cache: ClassificationCache = await redis.open(
        address, memory, keys, __version__, wanted.ttl, telemetry, changed=lambda reason: _changed(telemetry, reason)
    )
    return cache


def _changed(telemetry: Telemetry, reason: str) -> None:
    if not reason:
        log.info("redis_in_use")
        return
    telemetry.failed("cache", "dependency_unavailable")
    log.warning("redis_out_of_use", reason=reason, effect="what other workers found is worked out again")
