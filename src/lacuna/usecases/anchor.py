"""Keep the log's checkpoints elsewhere, on a schedule and when asked.

Guarantees that a place that fails is tried again, shows in readiness and metrics, and that the ledger records when it
began to fail and when it worked again, beside start and end of anchoring. One place that fails does not keep the others
waiting for longer than its time-out. Checkpoints hold no content.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from lacuna.domain.audit import Json, Record
from lacuna.domain.errors import DependencyError, LacunaError
from lacuna.domain.identity import Permission, Principal
from lacuna.domain.notes import Checkpoint, parse_note
from lacuna.ports.anchors import Anchor, Publication
from lacuna.ports.clock import Clock
from lacuna.ports.storage import Entry, Ledger
from lacuna.ports.telemetry import Telemetry

RETRY_S = 30.0


@dataclass(frozen=True, slots=True)
class Anchored:
    """What became of one place; `code` and `problem` are empty where it keeps the checkpoint."""

    anchor: str
    host: str
    size: int
    code: str = ""
    problem: str = ""


class Anchoring:
    """See the module."""

    def __init__(
        self, anchors: Sequence[Anchor], ledger: Ledger, clock: Clock, telemetry: Telemetry, every_s: float
    ) -> None:
        self._anchors = anchors
        self._ledger = ledger
        self._clock = clock
        self._telemetry = telemetry
        self._every_s = every_s
        self._failing: dict[str, str] = {}
        self._sizes: dict[str, int] = {}

    async def run(self) -> None:
        """Publishes for ever; what fails is tried again sooner."""
        while True:
            outcomes = await self.once()
            failed = any(each.code for each in outcomes)
            await asyncio.sleep(min(self._every_s, RETRY_S) if failed else self._every_s)

    async def anchor(self, principal: Principal) -> list[Anchored]:
        """Publishes now. Raises Forbidden, LedgerBroken and StorageError."""
        principal.require(Permission.MANAGE_AUDIT)
        return await self.once()

    async def once(self) -> list[Anchored]:
        """Publishes the newest checkpoint wherever it is not kept yet."""
        if not self._anchors:
            return []
        note = await self._ledger.checkpoint()
        size = Checkpoint.of(parse_note(note).text).size
        publication = Publication(note, size, self._ledger.consistency)
        return list(await asyncio.gather(*(self._publish(anchor, publication) for anchor in self._anchors)))

    async def check(self) -> None:
        """Raises DependencyError while a place fails."""
        for name, code in self._failing.items():
            raise DependencyError(f"Checkpoints cannot be anchored ({name}: {code}).", cure="See the log.", code=code)

    async def mark(self, kind: str) -> None:
        """Records that anchoring begins or ends ("anchor.started", "anchor.stopped")."""
        for anchor in self._anchors:
            await self._record(kind, anchor, {})

    async def _publish(self, anchor: Anchor, publication: Publication) -> Anchored:
        done = Anchored(anchor.name, anchor.host, publication.size)
        if self._sizes.get(anchor.name) == publication.size:
            return done
        try:
            await anchor.publish(publication)
        except LacunaError as error:
            self._telemetry.failed(f"anchor.{anchor.name}", error.code)
            if self._failing.get(anchor.name) != error.code:
                self._failing[anchor.name] = error.code
                await self._record("anchor.failed", anchor, {"code": error.code, "size": publication.size})
            return Anchored(anchor.name, anchor.host, publication.size, error.code, error.message)
        self._sizes[anchor.name] = publication.size
        if self._failing.pop(anchor.name, None) is not None:
            await self._record("anchor.resumed", anchor, {"size": publication.size})
        return done

    async def _record(self, kind: str, anchor: Anchor, more: dict[str, Json]) -> None:
        data: dict[str, Json] = {"anchor": anchor.name, "host": anchor.host, **more}
        await self._ledger.append(Entry(Record(kind, self._clock.now_us(), "lacuna", "clock", "", data)))
