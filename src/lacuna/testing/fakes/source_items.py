"""What is remembered of the items of sources, and who is at them, in memory: `lacuna.ports.sources`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from lacuna.domain.errors import Conflict
from lacuna.ports.sources import Known


class InMemorySourceItems:
    """A `SourceItems`."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Known] = {}

    async def of_source(self, source: str) -> list[Known]:
        return [known for (of, _), known in sorted(self._known.items()) if of == source]

    async def documents(self, origins: Sequence[str]) -> dict[str, str]:
        wanted = set(origins)
        return {known.origin: known.document_id for known in self._known.values() if known.origin in wanted}

    async def origins(self, document_ids: Sequence[str]) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for known in self._known.values():
            if known.document_id in document_ids:
                found[known.document_id] = found.get(known.document_id, frozenset()) | {known.origin}
        return found

    async def put(self, source: str, items: Sequence[Known]) -> None:
        self._known |= {(source, item.origin): item for item in items}

    async def move(self, source: str, gone: str, item: Known) -> None:
        self._known = {key: known for key, known in self._known.items() if key[1] not in (gone, item.origin)}
        await self.put(source, [item])

    async def remove(self, source: str, origins: Sequence[str]) -> None:
        for origin in origins:
            self._known.pop((source, origin), None)


class InMemorySourceRuns:
    """A `SourceRuns` of one process."""

    def __init__(self) -> None:
        self._under_way: set[str] = set()

    @contextmanager
    def alone(self, source: str) -> Iterator[None]:
        if source in self._under_way:
            raise Conflict("The source is being synchronised.", cure="Wait.", code="being_synchronised")
        self._under_way.add(source)
        try:
            yield
        finally:
            self._under_way.discard(source)
