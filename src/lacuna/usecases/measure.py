"""How well a classifier does on labelled texts: what leaks, what is flagged without need, and how sure the figures
are.

Guarantees: pure functions over rows and a `classify` callable; every share comes with its 95 % Wilson interval; each
level and source is counted by itself, so that a bad slice cannot hide in a good total. Reading files and printing are
left to the caller.

A leak is a sensitive text that came out PUBLIC; a false alarm a text that is not sensitive and did not. Texts on which
nobody agrees (`sensitive` is None) are only reported as flagged or not. Source of the interval: E. B. Wilson,
"Probable inference", JASA 22 (1927).
"""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from lacuna.domain.errors import InvalidInput
from lacuna.domain.tiers import Tier

EXPLICIT = "explicit"
LOOKALIKE = "lookalike"
PUBLIC = "public"
HARMLESS_LEVELS = frozenset({"public", "unlisted_org", "obfuscated_benign"})
"""Levels whose flagged rows count as false alarms in the total; look-alikes are told apart."""

_Z = 1.959964


@dataclass(frozen=True, slots=True)
class LabelledText:
    """One row of labelled data. `sensitive` is None where there is no agreed answer, `tier` (the lowest acceptable)
    where none is given."""

    row_id: str
    source: str
    level: str
    sensitive: bool | None
    tier: Tier | None
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `total`."""

    count: int
    total: int

    @property
    def value(self) -> float | None:
        """In [0, 1]; None of nothing."""
        return self.count / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % Wilson score interval; None of nothing."""
        if not self.total:
            return None
        n, p = self.total, self.count / self.total
        scale = 1 + _Z * _Z / n
        middle = (p + _Z * _Z / (2 * n)) / scale
        half = _Z * math.sqrt(p * (1 - p) / n + _Z * _Z / (4 * n * n)) / scale
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows of one level, one source, or a total. `below` counts sensitive rows that got less than the lowest
    acceptable tier, leaks included; `flagged` rows without an agreed answer that did not come out PUBLIC."""

    name: str
    leaked: Share
    below: Share
    alarms: Share
    flagged: Share


@dataclass(frozen=True, slots=True)
class Miss:
    """A leak (`tier` is PUBLIC) or a false alarm. Names the row; holds no text."""

    row_id: str
    source: str
    level: str
    tier: Tier


@dataclass(frozen=True, slots=True)
class Measured:
    """`levels`, `sources` and `languages` (of public rows) begin with the worst slice. `open` is the share of rows that
    would still be asked of an LLM. `explicit` is the leak rate on direct identifiers,
    `harmless` the false-alarm rate, `lookalikes` the share of look-alikes flagged."""

    explicit: Share
    harmless: Share
    lookalikes: Share
    levels: tuple[Slice, ...]
    sources: tuple[Slice, ...]
    languages: tuple[Slice, ...]
    open: Share
    misses: tuple[Miss, ...]


def labelled(lines: Iterable[str], name: str) -> Iterator[LabelledText]:
    """The rows in JSON lines; lines that are JSON objects without text and labels are passed over. Raises InvalidInput
    that names the line for what is no JSON object or has a label that is none."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as fault:
            raise InvalidInput(f"{name}, line {number} is not JSON: {fault.msg}.", cure="Give JSON lines.") from fault
        if not isinstance(row, dict):
            raise InvalidInput(f"{name}, line {number} is no JSON object.", cure="Give one object a line.")
        labels = row.get("labels")
        if isinstance(row.get("text"), str) and isinstance(labels, dict):
            yield _row(row, labels, f"{name}, line {number}")


def measure(
    rows: Iterable[LabelledText], classify: Callable[[str], Tier], is_open: Callable[[str], bool] | None = None
) -> Measured:
    """Classifies every row's text and counts. `is_open` says of a text whether an LLM would still be asked."""
    decided = [(row, classify(row.text)) for row in rows]
    opened = [] if is_open is None else [is_open(row.text) for row, _ in decided]
    by_language: dict[str, list[tuple[LabelledText, Tier]]] = {}
    by_level: dict[str, list[tuple[LabelledText, Tier]]] = {}
    by_source: dict[str, list[tuple[LabelledText, Tier]]] = {}
    for row, tier in decided:
        by_level.setdefault(row.level, []).append((row, tier))
        by_source.setdefault(row.source, []).append((row, tier))
        if row.level == PUBLIC and row.language:
            by_language.setdefault(row.language, []).append((row, tier))
    harmless = [pair for pair in decided if pair[0].level in HARMLESS_LEVELS]
    return Measured(
        explicit=_slice(EXPLICIT, by_level.get(EXPLICIT, [])).leaked,
        harmless=_slice("harmless", harmless).alarms,
        lookalikes=_slice(LOOKALIKE, by_level.get(LOOKALIKE, [])).alarms,
        levels=_worst_first(by_level),
        sources=_worst_first(by_source),
        languages=_worst_first(by_language),
        open=Share(sum(opened), len(opened)),
        misses=tuple(Miss(row.row_id, row.source, row.level, tier) for row, tier in decided if _missed(row, tier)),
    )


def _row(row: Mapping[str, object], labels: Mapping[str, object], place: str) -> LabelledText:
    sensitive, tier = labels.get("sensitive"), labels.get("tier")
    if sensitive is not None and not isinstance(sensitive, bool):
        raise InvalidInput(f"{place}: labels.sensitive is neither true, false nor null.", cure="Correct the label.")
    try:
        lowest = Tier.parse(tier) if isinstance(tier, str) else None
    except ValueError as unknown:
        raise InvalidInput(
            f"{place}: labels.tier is no tier.", cure="Use PUBLIC, INTERNAL, PROPRIETARY or null."
        ) from unknown
    return LabelledText(
        row_id=str(row.get("id", "")),
        source=str(row.get("source", "")),
        level=str(labels.get("level", "")),
        sensitive=sensitive,
        tier=lowest,
        text=str(row["text"]),
        language=str(row.get("lang", "")),
    )


def _missed(row: LabelledText, tier: Tier) -> bool:
    if row.sensitive is None:
        return False
    return (tier is Tier.PUBLIC) is row.sensitive


def _slice(name: str, decided: list[tuple[LabelledText, Tier]]) -> Slice:
    sensitive = [(row, tier) for row, tier in decided if row.sensitive is True]
    harmless = [tier for row, tier in decided if row.sensitive is False]
    disputed = [tier for row, tier in decided if row.sensitive is None]
    return Slice(
        name=name,
        leaked=Share(sum(tier is Tier.PUBLIC for _, tier in sensitive), len(sensitive)),
        below=Share(sum(tier < (row.tier or Tier.INTERNAL) for row, tier in sensitive), len(sensitive)),
        alarms=Share(sum(tier is not Tier.PUBLIC for tier in harmless), len(harmless)),
        flagged=Share(sum(tier is not Tier.PUBLIC for tier in disputed), len(disputed)),
    )


def _worst_first(groups: Mapping[str, list[tuple[LabelledText, Tier]]]) -> tuple[Slice, ...]:
    slices = [_slice(name, decided) for name, decided in groups.items()]
    return tuple(sorted(slices, key=lambda s: (-(s.leaked.value or 0.0), -(s.alarms.value or 0.0), s.name)))
