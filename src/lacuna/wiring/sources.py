"""Places that documents come from, as the configuration names them: those that ship and those of third parties.

Guarantees: code of a third party is imported only if `sources.yaml` names its kind; whatever it raises or answers ends
as one of our errors; it gets the secrets that stand under its name and no others.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final

from lacuna.adapters.sources.folder import FolderSource
from lacuna.adapters.sources.watching import tell_changes
from lacuna.config import Loaded
from lacuna.config.problems import nearest
from lacuna.config.sources import FILE_NAME, ConfiguredSource, local_secret
from lacuna.config.vault import VaultReference
from lacuna.domain.errors import ConfigError
from lacuna.ports.plugins import OptionFault
from lacuna.ports.sources import SOURCE_ENTRY_POINTS, Content, Item, Source
from lacuna.ports.telemetry import Telemetry
from lacuna.usecases.upload import Declared
from lacuna.wiring.catalog import BACK_ENDS, back_end
from lacuna.wiring.guard import Guard, outcome
from lacuna.wiring.vault import from_vault

__all__ = ["check_sources", "declared", "folder_source", "named", "open_source", "tell_changes"]

_CURE: Final = f"Correct {FILE_NAME} in the configuration folder; docs/sources.md lists every kind with its options."
STEP_TIMEOUT_S: Final = 900.0
"""For one item, listed or fetched. What ships has shorter time limits of its own."""


def folder_source(paths: Sequence[Path]) -> Source:
    """Files and folders that are named on the command line."""
    return FolderSource(paths)


def named(found: Loaded, name: str) -> ConfiguredSource:
    """The source of that name. Raises ConfigError that names the nearest."""
    known = {source.name: source for source in found.document_sources}
    if name in known:
        return known[name]
    guess = nearest(name, list(known))
    hint = f'Did you mean "{guess}"?' if guess else f"Known are: {', '.join(known) or 'none'}."
    raise ConfigError(f"{FILE_NAME} names no source {name!r}.", cure=hint)


def declared(source: ConfiguredSource) -> Declared:
    """What the configuration says of every document of a source."""
    return Declared(source.tier, source.groups)


async def open_source(found: Loaded, source: ConfiguredSource, telemetry: Telemetry) -> Source:
    """The source, ready to be listed; close it. Raises ConfigError, and a DependencyError where Vault does not
    answer."""
    secrets = await _secrets(found, source)
    factory = _factory(source)
    built = _built(source, factory, secrets)
    return GuardedSource(built, Guard(f"source.{source.kind}", telemetry, STEP_TIMEOUT_S))


def check_sources(found: Loaded) -> None:
    """Builds every source and drops it again, with words in place of secrets. Raises ConfigError with one line for
    each fault."""
    faults: list[str] = []
    for source in found.document_sources:
        try:
            _built(source, _factory(source), dict.fromkeys(source.secrets, "secret"))
        except ConfigError as error:
            faults += error.problems or (source.problem("", f"{error}"),)
    if faults:
        raise ConfigError(f"{FILE_NAME} cannot be used.", cure=_CURE, problems=tuple(faults))


class GuardedSource:
    """A source that keeps its promises in time, or fails as a dependency does."""

    def __init__(self, source: Source, guard: Guard) -> None:
        self._source = source
        self._guard = guard
        self.kind = str(source.kind)
        self.identity = str(source.identity)

    async def items(self) -> AsyncIterator[Item]:
        listing = self._source.items()
        while (item := await self._guard.run(anext(listing, None))) is not None:
            if _strange(item, Item):
                raise self._guard.nonsense("no item")
            yield item

    async def fetch(self, item: Item, max_bytes: int) -> Content:
        content = await self._guard.run(self._source.fetch(item, max_bytes))
        if _strange(content, Content) or _strange(content.data, bytes) or len(content.data) > max_bytes:
            raise self._guard.nonsense("no content, or too much of it")
        return content

    async def close(self) -> None:
        await self._guard.run(self._source.close())


def _strange(value: object, wanted: type) -> bool:
    """Connectors of third parties are not typed."""
    return not isinstance(value, wanted)


async def _secrets(found: Loaded, source: ConfiguredSource) -> dict[str, str]:
    wanted = {name: local_secret(source, name) for name in source.secrets}
    in_vault = {name: value for name, value in wanted.items() if isinstance(value, VaultReference)}
    fetched = await from_vault(found.settings.secrets, in_vault) if in_vault else {}
    return {name: value for name, value in wanted.items() if isinstance(value, str)} | fetched


def _built(source: ConfiguredSource, factory: Any, secrets: Mapping[str, str]) -> Any:
    built = outcome(lambda: factory(source.options, secrets))
    match built:
        case OptionFault() as fault:
            key = "secrets" if fault.option in {"secrets", *source.secrets} else f"options.{fault.option}"
            raise _unusable(source, key, fault.fault)
        case ConfigError():
            raise built
        case BaseException():
            raise _unusable(source, "", f"cannot be built: {type(built).__name__}")
    return built


def _factory(source: ConfiguredSource) -> Any:
    if source.kind in BACK_ENDS["source"]:
        return back_end("source", source.kind)
    offered = tuple(entry_points(group=SOURCE_ENTRY_POINTS))
    matching = [entry for entry in offered if entry.name == source.kind]
    if len({entry.value for entry in matching}) > 1:
        raise _unusable(source, "kind", "is offered by several packages; remove all but one")
    if not matching:
        known = sorted({*BACK_ENDS["source"], *(entry.name for entry in offered)})
        raise _unusable(source, "kind", f"no kind or installed connector has this name; known here: {', '.join(known)}")
    loaded = outcome(matching[0].load)
    if isinstance(loaded, BaseException):
        raise _unusable(source, "kind", f"cannot be loaded: {type(loaded).__name__}")
    return loaded


def _unusable(source: ConfiguredSource, key: str, fault: str) -> ConfigError:
    return ConfigError(f"The source {source.name} cannot be used.", cure=_CURE, problems=(source.problem(key, fault),))
