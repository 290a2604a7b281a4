"""Whether one stored row is the record it says it is, and how a verification says that it is not."""

from functools import lru_cache
from json.encoder import encode_basestring

from lacuna.domain.merkle import leaf_hash

Row = tuple[int, object, object, object, object, object, object]
"""idx, at, kind, actor, decision, leaf, body."""

_REMEMBERED = 1_024
"""Records have few kinds, and those that lie together few actors."""

COLUMNS = "idx, at, kind, actor, decision, leaf, body"


class Bad(Exception):
    """Ends a verification: the problem in words, and the first record that cannot be trusted."""

    def __init__(self, problem: str, index: int | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.index = index


def sound_leaf(row: Row) -> bytes:
    """The leaf hash recomputed from the row's body. Raises Bad where the row disagrees with it."""
    idx, at, kind, actor, decision, leaf, body = row
    if type(body) is not bytes:
        raise Bad(f"Record {idx} has a body that is not bytes.", idx)
    found = leaf_hash(body)
    if found != leaf:
        raise Bad(f"Record {idx} does not match its leaf hash: its body or the hash was changed.", idx)
    # Whether the columns say what the canonical body says, without parsing it. The body's keys are sorted, so it begins
    # with actor, at and data; and inside a string a quotation mark is escaped, so the last place that reads
    # `},"decision":` is the end of data.
    if (
        type(at) is not int
        or type(kind) is not str
        or type(actor) is not str
        or type(decision) is not str
        or not body.startswith(b'%b%d,"data":{' % (_beginning(actor), at))
        or not body.startswith(_end(kind, decision), body.rfind(b'},"decision":'))
    ):
        raise Bad(f"Record {idx} has columns that disagree with its body.", idx)
    return found


@lru_cache(_REMEMBERED)
def _beginning(actor: str) -> bytes:
    return f'{{"actor":{encode_basestring(actor)},"at":'.encode()


def _end(kind: str, decision: str) -> bytes:
    return b'},"decision":%b%b' % (encode_basestring(decision).encode(), _after_decision(kind))


@lru_cache(_REMEMBERED)
def _after_decision(kind: str) -> bytes:
    return f',"kind":{encode_basestring(kind)},"v":1,"via":"'.encode()
