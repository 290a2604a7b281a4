"""Take what policy names out of a text that is about to leave, or to be shown.

Promise: what comes back was classified as exactly that text, and nothing of the named kinds is found in it any more.
Whether it may leave is decided where it is released (domain/routing.py): a placeholder lowers no tier by itself.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from lacuna.domain.classification import Classification
from lacuna.domain.errors import OutboundRefused
from lacuna.domain.masking import masked, of_kinds
from lacuna.domain.retrieval import Hit


def redacted_hits(
    hits: Sequence[Hit], kinds: Sequence[str], classify: Callable[[str], Classification]
) -> tuple[Hit, ...]:
    """The passages without findings of `kinds`, in title, heading and text; one in which some are left is left out.
    Blocking."""
    if not kinds:
        return tuple(hits)
    shown = []
    for hit in hits:
        chunk = hit.chunk
        with suppress(OutboundRefused):
            title, heading, text = (
                redacted(each, classify(each), kinds, classify)[0] if each else each
                for each in (chunk.title, chunk.heading, chunk.text)
            )
            shown.append(replace(hit, chunk=replace(chunk, title=title, heading=heading, text=text)))
    return tuple(shown)


def redacted(
    text: str, found: Classification, kinds: Sequence[str], again: Callable[[str], Classification]
) -> tuple[str, Classification]:
    """`text`, classified as `found`, with a placeholder for every finding of `kinds`; `again` classifies the new text,
    where it is another one. Blocking. Raises OutboundRefused where something of these kinds is left."""
    goes = of_kinds(kinds)
    if not any(map(goes, found.findings)):
        return text, found
    new = masked(text, found.findings, goes)
    now = again(new)
    if any(map(goes, now.findings)):
        raise OutboundRefused("What policy wants taken out is still in the text.", cure="Ask without it.")
    return new, now
