"""Whether one stored row is the record it says it is, and how a verification says that it is not."""

from json.encoder import encode_basestring

from lacuna.domain.merkle import leaf_hash

Row = tuple[int, object, object, object, object, object, object]
"""idx, at, kind, actor, decision, leaf, body."""

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
    if not _columns_agree(body, at, kind, actor, decision):
        raise Bad(f"Record {idx} has columns that disagree with its body.", idx)
    return found


def _columns_agree(body: bytes, at: object, kind: object, actor: object, decision: object) -> bool:
    """Whether the columns say what the canonical body says, without parsing it.

    The body's keys are sorted, so it begins with actor, at and data; and inside a string a quotation mark is escaped,
    so the last place that reads `},"decision":` is the end of data.
    """
    if type(at) is not int or type(kind) is not str or type(actor) is not str or type(decision) is not str:
        return False
    start = f'{{"actor":{encode_basestring(actor)},"at":{at},"data":{{'.encode()
    end = f'}},"decision":{encode_basestring(decision)},"kind":{encode_basestring(kind)},"v":1,"via":"'.encode()
    return body.startswith(start) and body.startswith(end, body.rfind(b'},"decision":'))
