"""Classify some of the data, and run the shipped transformer over it.

Promise: what is given is looked at whole, column by column where there are rows, and never stored. The masked data is
classified again as exactly the text that is given back.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from lacuna.domain.classification import Classification, Finding
from lacuna.domain.column_names import column
from lacuna.domain.evaluation import Row
from lacuna.domain.masking import masked
from lacuna.domain.operations import KEY, Column, ColumnName, Input
from lacuna.domain.tiers import Tier, join

Classifier = Callable[[str], Classification]


@dataclass(frozen=True, slots=True)
class Said:
    """What was found in a text."""

    tier: Tier = Tier.PUBLIC
    counts: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, findings: Sequence[Finding]) -> "Said":
        """The join and the counts of findings."""
        counts: dict[str, int] = {}
        for finding in findings:
            counts[finding.kind] = counts.get(finding.kind, 0) + 1
        return cls(join(finding.tier for finding in findings), tuple(sorted(counts.items())))

    @property
    def kinds(self) -> tuple[str, ...]:
        """What was found, once each."""
        return tuple(kind for kind, _ in self.counts)


@dataclass(frozen=True, slots=True)
class Masked:
    """Data after the transformer, with what classifying exactly `text` says of it."""

    text: str
    tier: Tier
    kinds: frozenset[str]


def raised_by_sample(inputs: Sequence[Input], sample: Sequence[Row] | str, classify: Classifier) -> tuple[Input, ...]:
    """The inputs with what the sample shows: columns of rows raise the columns of the same name, everything else raises
    the inputs as a whole. Blocking."""
    if not sample:
        return tuple(inputs)
    if isinstance(sample, str):
        return tuple(_raised(each, Said.of(classify(sample).findings)) for each in inputs)
    found = sampled_columns(sample, classify)
    return tuple(_with_columns(each, found) for each in inputs)


def mask(
    sample: Sequence[Row] | str,
    columns: Mapping[str, Column],
    wanted: frozenset[ColumnName] | None,
    classify: Classifier,
) -> Masked:
    """The sample with identifying columns and every finding above PUBLIC taken out; of rows, one JSON object a line.
    Columns that are not wanted are left out. Blocking."""
    text = sample if isinstance(sample, str) else "\n".join(_row(row, columns, wanted) for row in sample)
    findings = [f for f in classify(text).findings if f.tier > Tier.PUBLIC]
    text = masked(text, findings, lambda finding: True)
    again = classify(text)
    return Masked(text, again.tier, frozenset(finding.kind for finding in again.findings))


def _row(row: Row, columns: Mapping[str, Column], wanted: frozenset[ColumnName] | None) -> str:
    names = None if wanted is None else {name.name for name in wanted} | {str(name) for name in wanted}
    shown = {}
    for name, value in row.items():
        if names is not None and name.casefold() not in names:
            continue
        known = columns.get(name.casefold(), column(name))
        hides = known.tier is Tier.PROPRIETARY or any(kind.startswith(("PII.", "SECRET.")) for kind in known.kinds)
        shown[name] = f"[{_kind(known)}]" if hides and value is not None else value
    return json.dumps(shown, ensure_ascii=False)


def _kind(known: Column) -> str:
    return next((kind for kind in known.kinds if kind != KEY), "MASKED")


def sampled_columns(rows: Sequence[Row], classify: Classifier) -> dict[str, Column]:
    """Each column of the rows with what its name and its values show."""
    values: dict[str, list[str]] = {}
    for row in rows:
        for name, value in row.items():
            values.setdefault(name, []).append("" if value is None else str(value))
    found = {}
    for name, texts in values.items():
        said = Said.of(classify("\n".join(f"{name}: {text}" for text in texts)).findings)
        named = column(name)
        kinds = tuple(sorted({*named.kinds, *said.kinds}))
        found[name.casefold()] = Column(name, max(named.tier, said.tier), kinds)
    return found


def _raised(each: Input, said: Said) -> Input:
    tags = tuple(sorted({*each.tags, *said.kinds, *(kind.split(".")[0] for kind in said.kinds)}))
    return replace(each, base=max(each.base, said.tier), tags=tags)


def _with_columns(each: Input, found: Mapping[str, Column]) -> Input:
    own = {known.name.casefold(): known for known in each.columns}
    if not own:
        kinds: dict[str, int] = dict.fromkeys((kind for c in found.values() for kind in c.kinds if kind != KEY), 1)
        return _raised(each, Said(join(c.tier for c in found.values()), tuple(sorted(kinds.items()))))
    more = dict(own)
    for name, seen in found.items():
        known = own.get(name, seen)
        more[name] = Column(known.name, max(known.tier, seen.tier), tuple(sorted({*known.kinds, *seen.kinds})))
    return replace(each, columns=tuple(more.values()))
