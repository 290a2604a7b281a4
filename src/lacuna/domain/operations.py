"""What is done to data, and how the tier of a result follows from its inputs.

Promise: a result's tier is the join of everything that counts of its inputs, whatever the operation is called. Two
operations lower, each only through a named rule that says exactly when, checked against what the code does or what was
left of the data: never because somebody claims the operation (docs/evaluate.md). More inputs never lower.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lacuna.domain.errors import InvalidInput
from lacuna.domain.tiers import Tier, join

LEAST_GROUP: Final = 5
"""The smallest group that an aggregate may speak about and still count as one."""

COUNTS_ONLY: Final = "aggregate.counts_only"
K_ANONYMOUS: Final = "aggregate.k_anonymous"
MASKED: Final = "anonymize.masked"

KEY: Final = "KEY"
"""The kind of a column whose values single out rows."""


class Operation(StrEnum):
    """What somebody wants to do with data."""

    READ = "read"
    WRITE = "write"
    EXPORT = "export"
    JOIN = "join"
    AGGREGATE = "aggregate"
    FILTER = "filter"
    TRANSFORM = "transform"
    ANONYMIZE = "anonymize"
    DELETE = "delete"
    QUERY = "query"

    @classmethod
    def parse(cls, name: str) -> "Operation":
        """The operation of this name in any case. Raises InvalidInput for every other name: an operation that nobody
        knows is not a read."""
        wanted = name.strip().lower()
        try:
            return cls(_SPELLINGS.get(wanted, wanted))
        except ValueError:
            known = ", ".join(operation.value for operation in cls)
            raise InvalidInput("operation: no such operation.", cure=f"Use one of {known}.") from None


_SPELLINGS: Final = {"anonymise": "anonymize"}


@dataclass(frozen=True, slots=True, order=True)
class Column:
    """A column of a resource with the tier that it has by itself. `kinds` are what its name or content says it holds;
    KEY stands for a column whose values single out rows."""

    name: str
    tier: Tier
    kinds: tuple[str, ...] = ()

    @property
    def identifying(self) -> bool:
        """Whether it may single somebody out, or gives something away by itself."""
        return self.tier is Tier.PROPRIETARY or any(kind.startswith((KEY, "PII.", "SECRET.")) for kind in self.kinds)


@dataclass(frozen=True, slots=True)
class Input:
    """What an operation would touch. `base` is the tier of everything about it that no choice of columns leaves out:
    its name, what a person said, what it was made from; `tags` are of the same. Without `columns`, `base` is all there
    is. `lasting` is the part of `base` that no rule lowers: what its name gives away and what a person said. Code may
    call it by `names`."""

    resource_id: str
    base: Tier
    columns: tuple[Column, ...] = ()
    tags: tuple[str, ...] = ()
    lasting: Tier = Tier.PUBLIC
    names: frozenset[str] = frozenset()

    @property
    def whole(self) -> Tier:
        """The tier of all of it."""
        return join((self.base, *(column.tier for column in self.columns)))


@dataclass(frozen=True, slots=True)
class Counted:
    """The part of an input that counts. `pruned` says whether that is less than all of it."""

    resource_id: str
    tier: Tier
    columns: tuple[Column, ...]
    tags: tuple[str, ...]
    lasting: Tier
    pruned: bool = False


@dataclass(frozen=True, slots=True, order=True)
class ColumnName:
    """A column as somebody names it; `table` is "" where they do not say whose. Both in small letters."""

    table: str
    name: str

    @classmethod
    def parse(cls, text: str) -> "ColumnName":
        """The name in "column" or "table.column"."""
        table, _, name = text.strip().casefold().rpartition(".")
        return cls(table, name)

    def __str__(self) -> str:
        return f"{self.table}.{self.name}" if self.table else self.name


@dataclass(frozen=True, slots=True)
class Aggregation:
    """The shape of a query that aggregates and does nothing else: every column of its result is an aggregate or one of
    `groups`. `counts_only`: there are counts only. `filters` are the columns that choose rows; `least_group` is the
    group size below which the query itself drops a group."""

    counts_only: bool
    groups: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    least_group: int | None = None


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """What a piece of code does. `columns` is None where it may read any, `tables` where it may read from anything.
    Code that is not `readable` may do anything."""

    language: str
    readable: bool
    operations: frozenset[Operation] = frozenset()
    columns: frozenset[ColumnName] | None = None
    tables: frozenset[str] | None = None
    aggregation: Aggregation | None = None


UNREADABLE: Final = frozenset({Operation.READ, Operation.WRITE, Operation.EXPORT})
"""What code counts as that nobody could read."""


def effective(claimed: Operation, code: CodeFacts | None) -> frozenset[Operation]:
    """Everything that has to be allowed: the claim, and what the code does besides."""
    if code is None:
        return frozenset({claimed})
    return frozenset({claimed}) | (code.operations if code.readable else UNREADABLE)


def wanted_columns(named: Sequence[str], code: CodeFacts | None) -> frozenset[ColumnName] | None:
    """The columns that count: those that the code reads, for that is what runs, and those that were named. None: all of
    them, also where there is nothing to choose by."""
    wanted = frozenset(map(ColumnName.parse, named))
    if code is not None:
        if not code.readable or code.columns is None:
            return None
        wanted |= code.columns
    if not wanted or any(column.name == "*" for column in wanted):
        return None
    return wanted


def counted(inputs: Sequence[Input], wanted: frozenset[ColumnName] | None) -> tuple[Counted, ...]:
    """What counts of each input, whatever the others are. All of one counts where its columns are not known, and where
    a column that may be its own is none that it is known to have: it could be anything."""
    return tuple(_counted(each, wanted) for each in inputs)


def _counted(each: Input, wanted: frozenset[ColumnName] | None) -> Counted:
    own = {column.name.casefold() for column in each.columns}
    kept: set[str] = set()
    for name in wanted or ():
        if str(name) in own:
            kept.add(str(name))
        elif not name.table or name.table in each.names:
            kept.add(name.name)
    whole = wanted is None or not own or not kept <= own
    columns = each.columns if whole else tuple(c for c in each.columns if c.name.casefold() in kept)
    kinds = {kind for column in columns for kind in column.kinds if kind != KEY}
    return Counted(
        each.resource_id,
        join((each.base, *(column.tier for column in columns))),
        columns,
        tuple(sorted({*each.tags, *kinds, *(kind.split(".")[0] for kind in kinds)})),
        each.lasting,
        pruned=len(columns) < len(each.columns),
    )


def joined(parts: Iterable[Counted], more: Iterable[Tier] = ()) -> Tier:
    """The tier of a result without any rule: the join of what counts and of `more`, such as the code's own tier."""
    return join((*(part.tier for part in parts), *more))


@dataclass(frozen=True, slots=True)
class Result:
    """The tier of what comes out. `rule` names what lowered it, "" where nothing did; `why` says so, or why not."""

    tier: Tier
    rule: str
    why: str


def result(
    operation: Operation,
    parts: Sequence[Counted],
    code: CodeFacts | None,
    said: Tier = Tier.PUBLIC,
    masked: Tier | None = None,
) -> Result:
    """The tier of an operation's result. `said` is the tier of code and other texts of the request, which no rule
    lowers; `masked` is what classifying again said of the data given, once the shipped transformer had run over all of
    it, or None where it did not run."""
    everything = joined(parts, (said,))
    floor = join((said, *(part.lasting for part in parts)))
    if operation is Operation.AGGREGATE:
        rule, why = _aggregate(parts, code)
        return _lowered(everything, max(Tier.INTERNAL, floor), rule, why)
    if operation is Operation.ANONYMIZE:
        if masked is None:
            return Result(everything, "", "nothing was anonymised here: give the data as `sample`")
        return _lowered(everything, max(masked, floor), MASKED, "the data given was masked and classified again")
    return Result(everything, "", "the join of everything that counts")


def _lowered(everything: Tier, target: Tier, rule: str, why: str) -> Result:
    if not rule or target >= everything:
        return Result(everything, "", why)
    return Result(target, rule, why)


def _aggregate(parts: Sequence[Counted], code: CodeFacts | None) -> tuple[str, str]:
    """The rule that applies, and why it does; "" and why none does."""
    if code is None:
        return "", "nothing shows what is aggregated: give the query as `code`"
    shape = code.aggregation
    if not code.readable or shape is None:
        return "", "the code is not a plain aggregation that can be checked"
    if len(parts) != 1:
        return "", "it takes from several resources"
    if shape.counts_only and not shape.groups and not shape.filters:
        return COUNTS_ONLY, "only counts over all rows"
    columns = {column.name.casefold(): column for column in parts[0].columns}
    used = [*shape.groups, *shape.filters]
    if unknown := [name for name in used if name not in columns]:
        return "", f"{len(unknown)} column(s) that it groups or filters by are not known"
    if any(columns[name].identifying for name in used):
        return "", "it groups or filters by a column that identifies"
    if shape.least_group is None or shape.least_group < LEAST_GROUP:
        return "", f"it does not drop groups of fewer than {LEAST_GROUP} rows (HAVING COUNT(*) >= {LEAST_GROUP})"
    return K_ANONYMOUS, f"aggregates over groups of at least {shape.least_group} rows"
