"""Entries checked and turned into rows, on the caller's side of the queue: a bad entry must not reach a shared
transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from lacuna.domain.audit import KINDS, MAX_RECORD_BYTES, Record
from lacuna.domain.errors import InvalidInput, TooLarge
from lacuna.ports.storage import Entry

_MAX_INTEGER = 2**63
_LINEAGE_ROW_BYTES = 100

_encode = msgspec.json.Encoder(order="sorted").encode


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
    """Raises InvalidInput for a record that has no canonical form, and TooLarge."""
    record = entry.record
    if record.kind not in KINDS:
        raise InvalidInput(
            f"{record.kind!r} is no kind of ledger record.", cure="Use one of lacuna.domain.audit.KINDS."
        )
    if not 0 <= record.at < _MAX_INTEGER:
        raise InvalidInput(f"A {record.kind} record has a time outside 0 to 2**63 microseconds.")
    try:
        body = canonical_bytes(record)
    except (TypeError, ValueError, RecursionError) as reason:
        raise InvalidInput(
            f"A {record.kind} record cannot be written as canonical JSON ({type(reason).__name__}).",
            cure="Records hold JSON values only, and no lone surrogates in strings.",
        ) from None
    if len(body) > MAX_RECORD_BYTES:
        raise TooLarge(f"A {record.kind} record has {len(body)} bytes; the limit is {MAX_RECORD_BYTES}.")
    if not entry.lineage.nodes and not entry.lineage.edges:
        return Prepared((record.at, record.kind, record.actor, record.decision), body, (), (), frozenset())
    nodes = tuple((n.node_id, n.kind.value, int(n.tier), n.label) for n in entry.lineage.nodes)
    edges = tuple((e.source, e.target, e.relation) for e in entry.lineage.edges)
    return Prepared(
        columns=(record.at, record.kind, record.actor, record.decision),
        body=body,
        nodes=nodes,
        edges=edges,
        foreign=frozenset(end for edge in edges for end in edge[:2]) - {node[0] for node in nodes},
    )


def canonical_bytes(record: Record) -> bytes:
    """The bytes of `record.canonical()`, several times sooner where the data are plain dicts and lists."""
    body = {
        "actor": record.actor,
        "at": record.at,
        "data": record.data,
        "decision": record.decision,
        "kind": record.kind,
        "v": 1,
        "via": record.via,
    }
    try:
        return _encode(body)
    except (TypeError, ValueError):
        return record.canonical()


def total_weight(entries: Sequence[Prepared]) -> int:
    """The rough size of all in bytes."""
    return sum(entry.weight for entry in entries)
