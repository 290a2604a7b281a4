"""What a conversation has been, bound to its content and not only to its name.

Promise: a conversation's tier never falls, also when the client drops its id, invents one, uses another's or cuts
the beginning off, and when the HMAC key is rotated: what was bound under any key is known. Kept are keyed hashes and
tiers, never a text. Four things are remembered, each with the highest tier it was part of:

- the *id*, for the person who used it: no one can raise or learn of another's;
- the *transcript*: a chain over all turns, so that the same history without its id is known again;
- each longer *turn*, so that a history without its beginning is;
- each longer *answer*, whoever got it: in anybody's history it has the tier of the documents it was made from.

Short turns ("yes, please") are known as parts of a transcript only: by themselves they say nothing.
"""

from collections.abc import Iterator

from lacuna.domain.classification import Question, Turn
from lacuna.domain.identity import Principal
from lacuna.domain.tiers import Tier
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import ConversationTaint

LONGER = 24
"""Characters from which a turn or answer is known by itself."""

_USER, _ASSISTANT = "user", "assistant"


class Conversations:
    """See the module."""

    def __init__(self, taint: ConversationTaint, keys: KeyRing) -> None:
        self._taint = taint
        self._keys = keys

    async def known(self, question: Question, principal: Principal) -> Tier:
        """The highest tier that the question's conversation, as far as it can be recognised, has had. Raises
        StorageError."""
        keys = [key for key_id in self._keys.hmac_key_ids for key in self._history(question, principal, key_id)]
        return await self._taint.highest(keys) if keys else Tier.PUBLIC

    async def bind(self, question: Question, principal: Principal, tier: Tier) -> Tier:
        """Raises the conversation to `tier` with this question as its last turn, and returns what it has now: more,
        where somebody raised it meanwhile. Durable when it returns. Raises StorageError."""
        keys = [self._transcript((*question.conversation, Turn(_USER, question.text)), principal)]
        if question.conversation_id is not None:
            keys.append(self._id(question.conversation_id, principal))
        if len(question.text) >= LONGER:
            keys.append(self._turn(question.text, principal))
        return await self._taint.bind(keys, tier)

    async def bind_answer(self, question: Question, principal: Principal, answer: str, tier: Tier) -> None:
        """The same with the answer to the question as the last turn. Raises StorageError."""
        turns = (*question.conversation, Turn(_USER, question.text), Turn(_ASSISTANT, answer))
        keys = [self._transcript(turns, principal)]
        if question.conversation_id is not None:
            keys.append(self._id(question.conversation_id, principal))
        if len(answer) >= LONGER:
            keys.append(self._answer(answer))
        await self._taint.bind(keys, tier)

    def _history(self, question: Question, principal: Principal, key_id: str) -> Iterator[str]:
        if question.conversation_id is not None:
            yield self._id(question.conversation_id, principal, key_id)
        yield from self._chain(question.conversation, principal, key_id)
        for turn in question.conversation:
            if len(turn.content) >= LONGER:
                yield self._turn(turn.content, principal, key_id)
                yield self._answer(turn.content, key_id)

    def _transcript(self, turns: tuple[Turn, ...], principal: Principal) -> str:
        *_, last = self._chain(turns, principal)
        return last

    def _chain(self, turns: tuple[Turn, ...], principal: Principal, key_id: str = "") -> Iterator[str]:
        """A key for every beginning of the transcript. Roles play no part: a client may call them what it likes."""
        link = self._keys.hmac(_framed("transcript", principal.user_id), key_id)
        for turn in turns:
            link = self._keys.hmac(_framed("transcript", link, turn.content.strip()), key_id)
            yield link

    def _id(self, conversation_id: str, principal: Principal, key_id: str = "") -> str:
        return self._keys.hmac(f"conversation\0{principal.user_id}\0{conversation_id}", key_id)

    def _turn(self, content: str, principal: Principal, key_id: str = "") -> str:
        return self._keys.hmac(_framed("turn", principal.user_id, content.strip()), key_id)

    def _answer(self, content: str, key_id: str = "") -> str:
        return self._keys.hmac(_framed("answer", content.strip()), key_id)


def worth_binding(question: Question, tier: Tier) -> bool:
    """Whether a decision about a question has to be remembered: it belongs to a conversation, or something besides its
    own text may have raised it, which a history without that thing would no longer show."""
    goes_along = question.conversation or question.conversation_id is not None or question.project or question.files
    return tier > Tier.PUBLIC and bool(goes_along)


def _framed(*parts: str) -> bytes:
    """Parts with their lengths, so that no two lists of parts give the same bytes."""
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
