"""Cuts a long text into windows that a model can take, and puts the answers together again.

Guarantees: every character is in a window; neighbours share `overlap` characters, so an entity shorter than that is
whole in one of them; windows begin and end at white space where there is any.
"""

from collections.abc import Iterable, Iterator, Sequence

from lacuna.ports.ner import Entity


def windows(text: str, size: int, overlap: int) -> Iterator[tuple[int, str]]:
    """Each window with the place where it starts. `size` and `overlap` in characters, `overlap` at most half of
    `size`."""
    start = 0
    while True:
        end = min(len(text), start + size)
        if end < len(text):
            end = _boundary(text, end - overlap // 2, end)
        yield start, text[start:end]
        if end >= len(text):
            return
        start = _boundary(text, end - overlap, end - overlap // 2)


def merged(found: Iterable[Entity]) -> Sequence[Entity]:
    """Each kind and span once with its best score, in order of place; a span inside another of its kind is dropped."""
    best: dict[tuple[str, int, int], Entity] = {}
    for entity in found:
        key = (entity.kind, entity.start, entity.end)
        if key not in best or best[key].score < entity.score:
            best[key] = entity
    kept: list[Entity] = []
    reached: dict[str, int] = {}
    for entity in sorted(best.values(), key=lambda e: (e.start, -e.end, e.kind)):
        if entity.end > reached.get(entity.kind, -1):
            kept.append(entity)
            reached[entity.kind] = entity.end
    return tuple(kept)


def _boundary(text: str, low: int, high: int) -> int:
    """The last place after white space in (low, high], else `high`."""
    for at in range(high, low, -1):
        if text[at - 1].isspace():
            return at
    return high
