"""Entries checked and turned into rows, on the caller's side of the queue: a bad entry must not reach a shared
transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from lacuna.domain.audit import body_of
from lacuna.domain.errors import InvalidInput
from lacuna.ports.storage import Entry

_LINEAGE_ROW_BYTES = 100


@dataclass(frozen=True, slots=True)
class Prepared:
    """One entry as rows. `columns` are what `records` repeats of the body, in the table's order: at, kind, actor,
    decision. `foreign` are ids of nodes that edges name and the entry does not bring along."""

    columns: tuple[int, str, str, str]
    body: bytes
    nodes: tuple[tuple[str, str, int, str], ...]
    edges: tuple[tuple[str, str, str], ...]
    foreign: frozenset[str]

    @property
    def weight(self) -> int:
        """Its rough size in bytes."""
        return len(self.body) + _LINEAGE_ROW_BYTES * (len(self.nodes) + len(self.edges) + 1)


def prepared(entry: Entry) -> Prepared:
    """Raises InvalidInput and TooLarge for a record that no ledger takes."""
    record = entry.record
    body = body_of(record)
    if not entry.lineage.nodes and not entry.lineage.edges:
        return Prepared((record.at, record.kind, record.actor, record.decision), body, (), (), frozenset())
    nodes = tuple((n.node_id, n.kind.value, int(n.tier), n.label) for n in entry.lineage.nodes)
    edges = tuple((e.source, e.target, e.relation) for e in entry.lineage.edges)
    try:
        "".join([*(n.node_id + n.label for n in entry.lineage.nodes), *chain.from_iterable(edges)]).encode()
    except UnicodeEncodeError:
        raise InvalidInput(
            f"The lineage of a {record.kind} record holds half a surrogate pair.", cure="Send valid Unicode."
        ) from None
    return Prepared(
        columns=(record.at, record.kind, record.actor, record.decision),
        body=body,
        nodes=nodes,
        edges=edges,
        foreign=frozenset(end for edge in edges for end in edge[:2]) - {node[0] for node in nodes},
    )


def total_weight(entries: Sequence[Prepared]) -> int:
    """The rough size of all in bytes."""
    return sum(entry.weight for entry in entries)
