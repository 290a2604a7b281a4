"""The event stream decoder, however the network cuts the bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.llm.sse import MAX_EVENT_CHARS, EventStream, EventTooLong


def decoded(*pieces: bytes) -> list[str]:
    stream = EventStream()
    return [payload for piece in pieces for payload in stream.feed(piece)] + stream.finish()


@pytest.mark.parametrize(
    ("stream", "payloads"),
    [
        (b"data: a\n\ndata: b\n\n", ["a", "b"]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]),
        (b"data: a\r\rdata: b\r\r", ["a", "b"]),
        (b"data:a\n\n", ["a"]),
        (b"data:  a\n\n", [" a"]),
        (b"data: a\ndata: b\n\n", ["a\nb"]),
        (b": a comment\n\ndata: a\n: another\n\n", ["a"]),
        (b"event: x\nid: 7\nretry: 10\ndata: a\nwhatever\n\n", ["a"]),
        (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
        (b"data\n\n", [""]),
        (b"data: a", ["a"]),
        (b"data: a\n", ["a"]),
        (b"\n\n\n", []),
        (b"", []),
        (b"data: \xff\n\n", ["\ufffd"]),
        ("data: é中\U0001f600\u2028\n\n".encode(), ["é中\U0001f600\u2028"]),
    ],
)
def test_the_format_is_read_whole_and_byte_by_byte(stream: bytes, payloads: list[str]) -> None:
    assert decoded(stream) == payloads
    assert decoded(*(stream[i : i + 1] for i in range(len(stream)))) == payloads


lines = st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])), min_size=1, max_size=4)


@given(st.lists(lines, max_size=6), st.sampled_from(["\n", "\r\n", "\r"]), st.lists(st.integers(0, 400), max_size=20))
def test_cuts_change_nothing(events: list[list[str]], end: str, cuts: list[int]) -> None:
    written = "".join("".join(f"data: {line}{end}" for line in event) + end for event in events).encode()
    places = sorted({min(cut, len(written)) for cut in cuts})
    pieces = [written[a:b] for a, b in zip([0, *places], [*places, len(written)], strict=True)]
    assert decoded(*pieces) == ["\n".join(event) for event in events]


@given(st.binary(max_size=300), st.integers(1, 50))
def test_any_bytes_decode_alike_in_any_pieces(noise: bytes, size: int) -> None:
    assert decoded(noise) == decoded(*(noise[i : i + size] for i in range(0, len(noise), size)))


@pytest.mark.parametrize("filler", [b"x" * 1000, b"data: x\n" * 100])
def test_an_event_without_end_is_stopped(filler: bytes) -> None:
    with pytest.raises(EventTooLong):
        decoded(b"data: ", *[filler] * (MAX_EVENT_CHARS // 500))
