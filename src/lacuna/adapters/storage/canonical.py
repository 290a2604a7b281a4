"""The canonical bytes of records, quickly: what `Record.canonical` writes, at a fifth of its cost.

Guarantees the same bytes, byte for byte. The fast encoder is given only what both write alike: objects with texts for
keys, lists, texts, integers of 64 bits, true, false and null. Everything else goes to `Record.canonical`, which decides
whether it can be a record at all.
"""

from typing import Any, Final

import msgspec

from lacuna.domain.audit import Record

_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_SCALARS: Final = frozenset({str, int, bool, type(None)})
_NESTED: Final = frozenset({dict, list, tuple})
_TEXT: Final = frozenset({str})
_LARGEST: Final = 2**63


def canonical(record: Record) -> bytes:
    """The record's canonical bytes. Raises what `Record.canonical` raises."""
    data, at = record.data, record.at
    texts = (record.actor, record.decision, record.kind, record.via)
    if type(data) is not dict or type(at) is not int or not _TEXT.issuperset(map(type, texts)) or not _plain(data):
        return record.canonical()
    actor, decision, kind, via = texts
    body = {"actor": actor, "at": at, "data": data, "decision": decision, "kind": kind, "v": 1, "via": via}
    return _ENCODER.encode(body)


def _plain(value: dict[Any, Any] | list[Any] | tuple[Any, ...]) -> bool:
    """Whether the fast encoder writes this as the standard library does."""
    if type(value) is dict:
        if not _TEXT.issuperset(map(type, value)):
            return False
        members: Any = value.values()
    else:
        members = value
    for member in members:
        kind = type(member)
        if kind is int:
            if not -_LARGEST <= member < _LARGEST:
                return False
        elif kind in _NESTED:
            if not _plain(member):
                return False
        elif kind not in _SCALARS:
            return False
    return True
