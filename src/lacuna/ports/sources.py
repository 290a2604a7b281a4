"""Places that documents come from, and what is remembered of what they held.

A connector of a third party is a package with an entry point in the group `lacuna.sources`, whose name there is the
`kind` in `sources.yaml`; what it refers to is a `SourceFactory`. `lacuna.testing.contracts.sources` is the suite that a
source has to pass; docs/sources.md is the guide.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from lacuna.domain.errors import LacunaError

SOURCE_ENTRY_POINTS: Final = "lacuna.sources"
"""The entry-point group."""


@dataclass(frozen=True, slots=True)
class Item:
    """One document of a source.

    `uri` names it among the documents of all sources and stays the same while its content changes; `label` is what
    readers see as its source; `filename` hints at the format. `version` differs whenever the content may; "" promises
    nothing, and the content is fetched each time. `problem` says why it cannot be taken. `incomplete`: there may be
    more beneath it that the source could not list, so that nothing may be concluded from what is missing.
    """

    uri: str
    label: str
    filename: str
    version: str = ""
    problem: LacunaError | None = None
    incomplete: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """An item's bytes and the version that they are of, which may be newer than the one listed."""

    data: bytes
    version: str = ""


class Source(Protocol):
    """A place that is listed and fetched from, and never written to.

    MUST list every item once, in a stable order, with the same `uri` each time, or raise; an item left out of a listing
    that ended well counts as deleted. MUST NOT reach anything but the place that the configuration or the command line
    names, nor send it anything but what finds and fetches items: no text of documents, questions or answers. MUST
    bound what it reads, and keep credentials out of URIs, labels and errors. Everything raised is a LacunaError.
    """

    @property
    def kind(self) -> str:
        """Its kind in the catalogue."""
        ...

    @property
    def identity(self) -> str:
        """Tells this source apart from all others, and stays the same from one run to the next."""
        ...

    def items(self) -> AsyncIterator[Item]:
        """What the source holds now. Raises DependencyError or InvalidInput where it cannot be listed whole."""
        ...

    async def fetch(self, item: Item, max_bytes: int) -> Content:
        """The bytes of an item. Raises TooLarge beyond `max_bytes`, UnreadableDocument or NotFound for what cannot be
        had, DependencyError where the source fails."""
        ...

    async def close(self) -> None: ...


class SourceFactory(Protocol):
    """Builds a source from the options that stand under its name in `sources.yaml` (plain values, lists and mappings)
    and the secrets that its references name.

    MUST check every option and raise `lacuna.ports.plugins.OptionFault` for a wrong or unknown one (`read_options`
    does), and MUST NOT connect to anything yet."""

    def __call__(self, options: Mapping[str, object], secrets: Mapping[str, str], /) -> Source: ...


class ItemState(StrEnum):
    """How far an item is: its document was not written yet under its name; the document stood under another name
    before, and what readers see of it does not say so yet; everything is written; or what it holds was refused."""

    CLAIMED = "claimed"
    MOVED = "moved"
    WHOLE = "whole"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of an item: a keyed hash of its URI (`origin`), its document, a keyed hash of the version that
    was written last ("" for none)."""

    origin: str
    document_id: str
    version: str = ""
    state: ItemState = ItemState.CLAIMED


class SourceRuns(Protocol):
    """Sees to it that a source is synchronised by one run at a time."""

    def alone(self, source: str) -> AbstractContextManager[None]:
        """Holds the source (a keyed hash of its identity) while the body runs, and lets go however the process ends.
        MUST NOT wait: raises Conflict ("being_synchronised") where another run of any process holds it."""
        ...


class SourceItems(Protocol):
    """What is remembered of the items of each source (a keyed hash of its identity). Writes are durable when they
    return; each call is one transaction."""

    async def of_source(self, source: str) -> list[Known]:
        """What is known of a source, by origin."""
        ...

    async def documents(self, origins: Sequence[str]) -> dict[str, str]:
        """The document of each origin that any source knows."""
        ...

    async def origins(self, document_ids: Sequence[str]) -> dict[str, frozenset[str]]:
        """The origins of each document that any source knows."""
        ...

    async def put(self, source: str, items: Sequence[Known]) -> None:
        """Stores or replaces by origin."""
        ...

    async def move(self, source: str, gone: str, item: Known) -> None:
        """As `put`, and forgets the origin `gone` in every source."""
        ...

    async def remove(self, source: str, origins: Sequence[str]) -> None: ...
