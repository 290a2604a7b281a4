"""Take what policy names out of a text that is about to leave.

Promise: what comes back was classified as exactly that text, and nothing of the named kinds is found in it any more.
Whether it may leave is decided where it is released (domain/routing.py): a placeholder lowers no tier by itself.
"""

from collections.abc import Callable, Sequence

from lacuna.domain.classification import Classification
from lacuna.domain.errors import OutboundRefused
from lacuna.domain.masking import masked, of_kinds


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
