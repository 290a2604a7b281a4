"""What `lacuna ingest` shows while it runs and at its end. Keeps counts and no outcomes: a run may be of any size.

On a terminal: a bar with rate and time left, faults as they come, a table at the end. For programs: one JSON document
that is written as the run goes on, and progress as JSON lines on standard error.
"""

import json
import sys
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from lacuna.cli.output import err, out, report
from lacuna.domain.errors import LacunaError
from lacuna.domain.tiers import Tier

if TYPE_CHECKING:
    from lacuna.usecases.upload import Outcome

_STATUSES: Final = ("stored", "replaced", "unchanged", "moved", "deleted")
_ALWAYS: Final = ("stored", "replaced", "unchanged", "failed")
PROGRESS_SECONDS: Final = 5.0


class Report(ABC):
    """Shows each outcome it is told and the sum at the end. `failed` is how many items could not be taken. With
    `changes_only`, what stayed as it was is not shown."""

    def __init__(self, *, dry_run: bool = False, changes_only: bool = False) -> None:
        self._dry_run = dry_run
        self._changes_only = changes_only
        self._counts = Counter[str]()
        self._tiers = Counter[tuple[str, Tier | None]]()
        self._chunks = Counter[str]()
        self.total = 0
        self._began = 0.0

    @property
    def failed(self) -> int:
        return self._counts["failed"]

    @property
    def done(self) -> int:
        return self._counts.total()

    def counted(self, items: int) -> None:
        """A source with so many items is begun."""
        self.total += items
        # What happened before, such as opening the stores, says nothing about the rate.
        self._began = self._began or time.monotonic()

    def add(self, outcome: "Outcome") -> None:
        self._counts[outcome.status] += 1
        self._tiers[outcome.status, outcome.tier] += 1
        self._chunks[outcome.status] += outcome.chunks

    def _shows(self, outcome: "Outcome") -> bool:
        return not (self._changes_only and outcome.status == "unchanged")

    @abstractmethod
    def end(self, faults: Sequence[LacunaError]) -> None:
        """The run is over; `faults` are what ended it, or the part of one source, early."""


class JsonReport(Report):
    """One JSON document on standard output. It is whole also where a fault ends the run, which it then names."""

    def __init__(self, *, dry_run: bool = False, changes_only: bool = False) -> None:
        super().__init__(dry_run=dry_run, changes_only=changes_only)
        self._plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
        self._begun = False
        self._told = 0.0

    def counted(self, items: int) -> None:
        super().counted(items)
        self._told = self._told or self._began

    def add(self, outcome: "Outcome") -> None:
        super().add(outcome)
        if not self._shows(outcome):
            return
        self._write(",\n" if self._begun else '{\n  "outcomes": [\n', "    " + self._json(_row(outcome)))
        self._begun = True
        now = time.monotonic()
        if now - self._told >= PROGRESS_SECONDS:
            self._told = now
            self._tell(now - self._began)

    def end(self, faults: Sequence[LacunaError]) -> None:
        if not self._begun and self._changes_only and not faults:
            return
        if faults and not self._begun:
            report(faults[0], as_json=True)
            return
        shown = (*_ALWAYS, *(status for status in ("moved", "deleted") if self._counts[status]))
        self._write("\n  ],\n" if self._begun else '{\n  "outcomes": [],\n')
        self._write(f'  "counts": {self._json({status: self._counts[status] for status in shown})}')
        if self._dry_run:
            self._write(',\n  "dry_run": true')
        if faults:
            self._write(f',\n  "error": {self._json(_fault(faults[0]))}')
        self._write("\n}\n")
        sys.stdout.flush()

    def _tell(self, seconds: float) -> None:
        rate = self.done / seconds
        left = max(0, self.total - self.done) / rate
        progress = {
            "done": self.done,
            "total": self.total,
            "chunks": self._chunks.total(),
            "files_per_second": round(rate, 1),
            "seconds_left": round(left),
        }
        sys.stderr.write(json.dumps({"progress": progress}) + "\n")
        sys.stderr.flush()

    def _json(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=self._plain)

    def _write(self, *parts: str) -> None:
        sys.stdout.write("".join(parts))


class ScreenReport(Report):
    """For people."""

    def __init__(self, *, dry_run: bool = False, changes_only: bool = False) -> None:
        super().__init__(dry_run=dry_run, changes_only=changes_only)
        self._progress = _progress()
        self._bar = self._progress.add_task("Ingesting", total=None)
        if not changes_only:
            self._progress.start()

    def counted(self, items: int) -> None:
        super().counted(items)
        self._progress.update(self._bar, total=self.total)

    def add(self, outcome: "Outcome") -> None:
        super().add(outcome)
        if outcome.error is not None:
            err.print(f"[bold red]failed[/] ({outcome.error.code}): ", end="")
            err.print(f"{outcome.source}: {outcome.error}", markup=False)
        elif self._shows(outcome) and (outcome.status in ("moved", "deleted") or self._dry_run or self._changes_only):
            out.print(f"{outcome.status}: {outcome.source} ({outcome.tier}; {outcome.note})", markup=False)
        elif outcome.overruled and outcome.status != "unchanged":
            out.print(f"{outcome.source}: {outcome.note}", markup=False)
        self._progress.advance(self._bar)

    def end(self, faults: Sequence[LacunaError]) -> None:
        self._progress.stop()
        if not self.done and not faults and not self._changes_only:
            out.print("Nothing to ingest: no files there.")
        elif self.done > self.failed and not self._changes_only:
            out.print(self._table())
        if self.failed:
            err.print(f"{self.failed} of {self.done} files could not be ingested.")
        if self._dry_run and self.done:
            out.print("Dry run: nothing was stored.")
        for fault in faults:
            report(fault, as_json=False)

    def _table(self) -> Table:
        table = Table("", *(str(tier) for tier in Tier), "chunks", box=None, pad_edge=False)
        for status in _STATUSES:
            if self._counts[status]:
                cells = [str(self._tiers[status, tier] or "-") for tier in Tier]
                table.add_row(status, *cells, str(self._chunks[status]))
        return table


class _Rate(ProgressColumn):
    """Files a second, once that is known."""

    def render(self, task: Task) -> Text:
        return Text("" if task.speed is None else f"{task.speed:.1f} files/s", style="dim")


def _progress() -> Progress:
    """On standard error and only at a terminal, so that output can be piped."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


def _row(outcome: "Outcome") -> dict[str, Any]:
    return {
        "status": outcome.status,
        "source": outcome.source,
        "document_id": outcome.document_id,
        "title": outcome.title,
        "tier": None if outcome.tier is None else str(outcome.tier),
        "found_tier": None if outcome.found_tier is None else str(outcome.found_tier),
        "declared": None if outcome.declared is None else str(outcome.declared),
        "overruled": outcome.overruled,
        "groups": sorted(outcome.groups),
        "tags": list(outcome.tags),
        "findings": dict(outcome.findings),
        "chunks": outcome.chunks,
        "text_length": outcome.text_length,
        "note": outcome.note,
        "error": None if outcome.error is None else _fault(outcome.error),
    }


def _fault(error: LacunaError) -> dict[str, str]:
    return {"code": error.code, "message": error.message, "cure": error.cure}
