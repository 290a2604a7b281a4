"""Entries checked and turned into rows, on the caller's side of the queue: a bad entry must not reach a shared
transaction."""

from collections.abc import Sequence
from itertools import chain
from typing import Final, NamedTuple

from lacuna.adapters.storage.canonical import canonical
from lacuna.domain.audit import body_of
from lacuna.domain.errors import InvalidInput
from lacuna.domain.merkle import leaf_hash
from lacuna.ports.storage import Entry

_LINEAGE_ROW_BYTES: Final = 100
_NOWHERE: Final[frozenset[str]] = frozenset()


class Prepared(NamedTuple):
    """One entry as rows, its leaf hash computed: what can be done before the log's lock is held. `columns` are what
    `records` repeats of the body, in the table's order: at, kind, actor, decision. `foreign` are ids of nodes that
    edges name and the entry does not bring along. `zero` says that a text outside the body has the character
    U+0000."""

    columns: tuple[int, str, str, str]
    body: bytes
    leaf: bytes
    zero: bool
    nodes: tuple[tuple[str, str, int, str], ...] = ()
    edges: tuple[tuple[str, str, str], ...] = ()
    foreign: frozenset[str] = _NOWHERE

    @property
    def weight(self) -> int:
        """Its rough size in bytes."""
        return len(self.body) + _LINEAGE_ROW_BYTES * (len(self.nodes) + len(self.edges) + 1)


def prepared(entry: Entry) -> Prepared:
    """Raises InvalidInput and TooLarge for a record that no ledger takes."""
    record, lineage = entry.record, entry.lineage
    body = body_of(record, canonical)
    columns = (record.at, record.kind, record.actor, record.decision)
    zero = "\0" in record.actor or "\0" in record.decision
    if not lineage.nodes and not lineage.edges:
        return Prepared(columns, body, leaf_hash(body), zero)
    nodes = tuple((n.node_id, n.kind.value, int(n.tier), n.label) for n in lineage.nodes)
    edges = tuple((e.source, e.target, e.relation) for e in lineage.edges)
    texts = "".join([*(n.node_id + n.label for n in lineage.nodes), *chain.from_iterable(edges)])
    try:
        texts.encode()
    except UnicodeEncodeError:
        raise InvalidInput(
            f"The lineage of a {record.kind} record holds half a surrogate pair.", cure="Send valid Unicode."
        ) from None
    return Prepared(
        columns,
        body,
        leaf_hash(body),
        zero or "\0" in texts,
        nodes,
        edges,
        foreign=frozenset(end for edge in edges for end in edge[:2]) - {node[0] for node in nodes},
    )


def total_weight(entries: Sequence[Prepared]) -> int:
    """The rough size of all in bytes."""
    return sum([entry.weight for entry in entries])
