"""Data sets outside Lacuna that somebody told it about, and how sensitive they are.

Promise: what is known of a data set only grows: a tier never falls, a column or tag that was seen once stays, those who
may know of it become fewer. What it was made from counts too, but is not kept here: it follows from the lineage at the
moment of asking.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from lacuna.domain.classification import Strategy, outcome
from lacuna.domain.identity import EVERYONE
from lacuna.domain.operations import KEY, Column, Input
from lacuna.domain.tiers import Tier, join

MAX_COLUMNS: Final = 2_000
PREFIX: Final = "dataset:"


@dataclass(frozen=True, slots=True)
class Dataset:
    """`named` is what its name gives away, `sampled` what samples of it showed, `declared` the highest tier that a
    person gave it, None where nobody did. `groups` are those who may know of it."""

    namespace: str
    name: str
    named: Tier = Tier.PUBLIC
    sampled: Tier = Tier.PUBLIC
    declared: Tier | None = None
    columns: tuple[Column, ...] = ()
    tags: tuple[str, ...] = ()
    groups: frozenset[str] = frozenset({EVERYONE})
    owner: str = ""
    updated_at: int = 0

    @property
    def dataset_id(self) -> str:
        """Its id on every surface and in the lineage."""
        return id_of(self.namespace, self.name)

    def base(self, strategy: Strategy, upstream: Tier = Tier.PUBLIC) -> Tier:
        """The tier of everything but its columns. Where nothing shows what it is, the strategy says; a person's PUBLIC
        counts as evidence there."""
        found = join((self.named, self.sampled, upstream, Tier.PUBLIC if self.declared is None else self.declared))
        return found if self.declared is not None else max(found, outcome(Tier.PUBLIC, 0.0, strategy))

    def whole(self, strategy: Strategy, upstream: Tier = Tier.PUBLIC) -> Tier:
        """The tier of all of it."""
        return join((self.base(strategy, upstream), *(column.tier for column in self.columns)))

    def as_input(self, strategy: Strategy, upstream: Tier) -> Input:
        """What an operation on it would touch."""
        return Input(
            resource_id=self.dataset_id,
            base=self.base(strategy, upstream),
            columns=self.columns,
            tags=self.tags,
            lasting=max(self.named, self.declared or Tier.PUBLIC),
            names=table_names(self.name),
        )


def id_of(namespace: str, name: str) -> str:
    """The id of a data set. OpenLineage identifies it by namespace and name."""
    return f"{PREFIX}{namespace}/{name}"


def table_names(name: str) -> frozenset[str]:
    """What code may call a data set of this name: all of it, or its last one or two parts."""
    plain = name.casefold()
    parts = plain.replace("/", ".").split(".")
    return frozenset({plain, ".".join(parts[-2:]), parts[-1]}) - {""}


def merged(known: Dataset | None, new: Dataset) -> Dataset:
    """What is known after `new` was said of it."""
    if known is None:
        return new
    declared = [tier for tier in (known.declared, new.declared) if tier is not None]
    return replace(
        new,
        named=max(known.named, new.named),
        sampled=max(known.sampled, new.sampled),
        declared=max(declared, default=None),
        columns=with_columns(known.columns, new.columns),
        tags=tuple(sorted({*known.tags, *new.tags})),
        groups=narrowed(known.groups, new.groups),
        owner=known.owner,
    )


def with_columns(known: Iterable[Column], more: Iterable[Column]) -> tuple[Column, ...]:
    """Both, each column with the join of what is said of it, by name."""
    found: dict[str, Column] = {}
    for column in (*known, *more):
        before = found.get(column.name.casefold(), column)
        kinds = tuple(sorted({*before.kinds, *column.kinds}))
        found[column.name.casefold()] = Column(before.name, max(before.tier, column.tier), kinds)
    return tuple(found[name] for name in sorted(found))


def narrowed(known: frozenset[str], new: frozenset[str]) -> frozenset[str]:
    """The groups in both; everyone stands for all of them."""
    if EVERYONE in known:
        return new
    return known if EVERYONE in new else known & new


def inherited(own: Column, sources: Iterable[Column]) -> Column:
    """A column that was made from others."""
    made_from = tuple(sources)
    kinds = {kind for column in made_from for kind in column.kinds if kind != KEY}
    return Column(own.name, join((own.tier, *(c.tier for c in made_from))), tuple(sorted({*own.kinds, *kinds})))
