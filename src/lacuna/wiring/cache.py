"""The cache of classifications, from settings."""

from lacuna.config.settings import CacheSettings
from lacuna.ports.cache import ClassificationCache
from lacuna.ports.secrets import KeyRing
from lacuna.ports.telemetry import Telemetry
from lacuna.wiring.catalog import back_end


async def open_cache(wanted: CacheSettings, keys: KeyRing, telemetry: Telemetry) -> ClassificationCache | None:
    """The cache, or None where it is turned off."""
    if not wanted.enabled:
        return None
    cache: ClassificationCache = back_end("cache", "memory")(wanted.max_entries, float(wanted.ttl), telemetry)
    return cache
