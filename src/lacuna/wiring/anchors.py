"""The places where checkpoints are anchored, from the configuration."""

from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from lacuna.config.audit_settings import AnchorsSettings
from lacuna.domain.errors import ConfigError
from lacuna.ports.anchors import Anchor
from lacuna.ports.clock import Clock
from lacuna.ports.storage import Ledger
from lacuna.ports.telemetry import Telemetry
from lacuna.usecases.anchor import Anchoring
from lacuna.wiring.application import Part
from lacuna.wiring.catalog import back_end
from lacuna.wiring.following import keep_following

if TYPE_CHECKING:
    from lacuna.adapters.anchors.object_store import ObjectStoreAnchor


def anchoring(
    settings: AnchorsSettings, folder: Path, ledger: Ledger, clock: Clock, telemetry: Telemetry, stack: AsyncExitStack
) -> Anchoring:
    """Raises ConfigError for a place that is only half configured."""
    anchors = list(_anchors(settings, folder))
    for anchor in anchors:
        stack.push_async_callback(anchor.close)
    return Anchoring(anchors, ledger, clock, telemetry, settings.every_s)


async def keep_anchoring(
    anchored: Anchoring, settings: AnchorsSettings, process: Mapping[str, int] | None, stack: AsyncExitStack
) -> dict[str, Part]:
    """Starts anchoring on its schedule, if there is a place; recorded. Of several workers the first does it. A server
    is ready without it."""
    places = (settings.file.path, settings.object_store.url, settings.witness.url)
    if (process or {}).get("worker", 1) != 1 or not any(places):
        return {}
    await anchored.mark("anchor.started")
    stack.push_async_callback(anchored.mark, "anchor.stopped")
    return {"anchors": Part(keep_following("anchors", anchored, stack), required=False)}


def _anchors(settings: AnchorsSettings, folder: Path) -> Iterator[Anchor]:
    if settings.file.path is not None:
        yield back_end("anchor", "file")(settings.file.path)
    store = object_store(settings)
    if store is not None:
        yield store
    if settings.witness.url is not None:
        if not settings.witness.key:
            raise _half("witness", "key")
        yield back_end("anchor", "witness")(str(settings.witness.url), settings.witness.key, folder)


def object_store(settings: AnchorsSettings) -> "ObjectStoreAnchor | None":
    """The object store that is configured, if one is. Raises ConfigError where it is only half configured."""
    store = settings.object_store
    if store.url is None:
        return None
    if store.access_key is None or store.secret_key is None:
        raise _half("object_store", "access_key and secret_key")
    made: ObjectStoreAnchor = back_end("anchor", "object_store")(
        str(store.url),
        region=store.region,
        access_key=store.access_key.get_secret_value(),
        secret_key=store.secret_key.get_secret_value(),
    )
    return made


def _half(what: str, missing: str) -> ConfigError:
    return ConfigError(
        f"audit.anchors.{what} has an address but lacks {missing}.", cure="Set it, or remove the address."
    )
