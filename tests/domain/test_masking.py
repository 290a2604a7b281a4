"""The transformer that takes findings out."""

from hypothesis import given
from hypothesis import strategies as st

from lacuna.domain.classification import Finding, Layer
from lacuna.domain.masking import masked, of_kinds
from lacuna.domain.tiers import Tier


def finding(start: int | None, end: int | None, kind: str = "PII.EMAIL") -> Finding:
    return Finding(kind, "r", Layer.HEURISTIC, Tier.PROPRIETARY, 1.0, start, end)


TEXT = "".join(chr(0x4E00 + n) for n in range(40))
spans = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda ends: tuple(sorted(ends))), max_size=6)


@given(spans)
def test_no_character_of_a_span_is_left_and_every_other_is(found: list[tuple[int, int]]) -> None:
    out = masked(TEXT, [finding(start, end) for start, end in found], lambda each: True)
    gone = {n for start, end in found for n in range(start, end)}
    assert [each for each in out if each in TEXT] == [each for n, each in enumerate(TEXT) if n not in gone]


def test_overlapping_spans_become_one() -> None:
    assert masked("write to ann now", [finding(9, 12), finding(9, 16, "PII.PERSON")], lambda each: True) == (
        "write to [PII.EMAIL]"
    )


def test_kinds_choose() -> None:
    found = [finding(0, 1), finding(2, 3, "ORG.TERM"), finding(None, None)]
    assert masked("a b", found, of_kinds(["PII"])) == "[PII.EMAIL] b"
    assert masked("a b", found, of_kinds(["PII.EMA"])) == "a b"
