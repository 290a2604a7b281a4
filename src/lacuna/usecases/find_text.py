"""Find the records that are about a text that is known.

Guarantees that the ledger learns no more than the text's HMAC, that every key is tried that the log has had, and that
the search itself is recorded: who holds the keys can ask whether a guess was ever asked, which is an act of its own.
"""

from collections import deque
from collections.abc import Iterator

from lacuna.domain.audit import Json, Record, Stored
from lacuna.domain.errors import InvalidInput
from lacuna.domain.identity import Permission, Principal
from lacuna.domain.terms import TermList, form_of
from lacuna.ports.clock import Clock
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Entry, Ledger

MAX_FOUND = 1_000
_FORMS = (
    "",
    "content\0",
    "name\0",
    "project\0",
    "subject:",
    "override reason\0",
    "override pattern\0",
    "approval remark\0",
)
"""What the ledger puts before a text whose HMAC it keeps: nothing before questions, answers, code and what left."""


async def found_text(
    ledger: Ledger, keys: KeyRing, clock: Clock, principal: Principal, text: str, limit: int
) -> list[Stored]:
    """The newest `limit` records that hold the HMAC of the text as a question, an answer, something sent out, code, a
    document's content, a name, a reason or a term; newest first. Reads the whole log. Raises Forbidden, InvalidInput
    and StorageError."""
    principal.require(Permission.READ_AUDIT)
    if not text.strip() or not 0 < limit <= MAX_FOUND:
        raise InvalidInput(f"A text is looked for, and at most {MAX_FOUND} records are shown.", cure="Give a text.")
    wanted = [each.encode() for each in dict.fromkeys(_named(keys, text))]
    found: deque[Stored] = deque(maxlen=limit)
    count = 0
    async for stored in ledger.read():
        if any(each in stored.body for each in wanted):
            count += 1
            found.append(stored)
    data: dict[str, Json] = {"text_hmac": keys.hmac(text), "hmac_key": keys.hmac_key_id, "found": count}
    await ledger.append(Entry(Record("ledger.searched", clock.now_us(), principal.user_id, principal.via, "", data)))
    return [*reversed(found)]


def _named(keys: KeyRing, text: str) -> Iterator[str]:
    for each in dict.fromkeys((text, text.strip())):
        for form in _FORMS:
            yield from keys.hmacs(form + each)
        for listed in TermList:
            yield from keys.hmacs(f"term\0{listed.value}\0{form_of(each)}")
