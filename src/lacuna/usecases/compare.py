"""What a change of the classifier does to labelled texts: figures before and after, and every row whose tier changed.

Guarantees: pure; both are asked about the same rows. Names rows, holds no text.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lacuna.domain.tiers import Tier
from lacuna.usecases.measure import LabelledText, Measured, Share, measure


@dataclass(frozen=True, slots=True)
class Changed:
    """A row whose tier changed. `verdict` says what the new tier is by the row's label: "leak", "false alarm", "right",
    or "" where the row has no agreed answer."""

    row_id: str
    source: str
    level: str
    before: Tier
    after: Tier
    verdict: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Both measures, and the rows that make the difference, in their order."""

    before: Measured
    after: Measured
    changed: tuple[Changed, ...]


def compare(rows: Iterable[LabelledText], before: Callable[[str], Tier], after: Callable[[str], Tier]) -> Compared:
    """Asks both about every row."""
    listed = list(rows)
    first = [before(row.text) for row in listed]
    second = [after(row.text) for row in listed]
    changed = [
        Changed(row.row_id, row.source, row.level, old, new, _verdict(row, new))
        for row, old, new in zip(listed, first, second, strict=True)
        if old is not new
    ]
    return Compared(_measured(listed, first), _measured(listed, second), tuple(changed))


def leaked(measured: Measured) -> Share:
    """Sensitive rows that came out PUBLIC, of all sensitive rows."""
    return _sum(part.leaked for part in measured.levels)


def alarms(measured: Measured) -> Share:
    """Rows that are not sensitive and did not come out PUBLIC, of all such rows."""
    return _sum(part.alarms for part in measured.levels)


def _measured(rows: list[LabelledText], tiers: list[Tier]) -> Measured:
    answers = iter(tiers)
    return measure(rows, lambda text: next(answers))


def _sum(shares: Iterable[Share]) -> Share:
    every = list(shares)
    return Share(sum(s.count for s in every), sum(s.total for s in every))


def _verdict(row: LabelledText, tier: Tier) -> str:
    if row.sensitive is None:
        return ""
    if row.sensitive:
        return "leak" if tier is Tier.PUBLIC else "right"
    return "right" if tier is Tier.PUBLIC else "false alarm"
