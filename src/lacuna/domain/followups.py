"""Follow-up questions as questions of their own: "And how long does it last?" with what was asked before.

Promise: `standalone` is deterministic, without a model, and takes only words of the asker's earlier questions; a
question that stands for itself, or has no history, comes back as it is. What a model makes of a question counts only as
far as it `keeps_to` what was said. The result is for searching among the organisation's own documents. It
has never been classified as a text, so it is never what leaves the house: a web search gets the question as it was
asked, or one that is classified anew.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from lacuna.domain.classification import Turn
from lacuna.domain.function_words import STOPWORDS
from lacuna.domain.lexis import folded, terms

MOST_CARRIED: Final = 8
"""Words that are taken over from earlier turns."""
TURNS_BACK: Final = 2
"""Questions that are looked back at."""

_OWN_SUBJECT: Final = 8
"""Content words from which a question has a subject of its own, whatever it refers to besides."""
_ALONE: Final = 2
_LOOKED_AT: Final = 2_000
_MOST_ADDED: Final = 300
"""Characters that a rewritten question may be longer."""

_REFERRING: Final = frozenset(
    """
    it its they them their theirs this that these those he him his she her hers one ones there
    es ihn ihm ihnen ihre ihren dies diese dieser dieses diesen diesem davon dafur daruber damit dazu dort deren dessen
    il elle ils elles celui celle ceux celles cela ceci ca lui leur
    ello esto eso estos esos esta esa aquel aquello
    esso essa questo quello questi quelli
    isso isto ele ela eles elas dele dela
    dit deze dat ervan daarvan
    он она оно они его ее их это этот эта эти него нее них
    bu bunlar onun onlar
    """.split()
)
_REFERRING_UNSPACED: Final = re.compile(
    "它|他们|她们|这个|那个|这些|那些|这|それ|これ|その|この|あれ|그것|이것|그건|이건"
)
_GOES_ON: Final = re.compile(
    r"(?:and|but|or|so|what about|how about|und|aber|oder|was ist mit|wie ist es mit|et|mais|ou|y|pero|e|ma|mas|en|maar"
    r"|и|а|но|那|那么|では|じゃあ|그럼)\b|[？?]?$",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[^\W_]+(?:[.,-](?=[^\W_])[^\W_]+)*")


def refers_back(question: str, conversation: Sequence[Turn]) -> bool:
    """Whether something of the question has to be understood from the asker's earlier ones."""
    return any(turn.role == "user" for turn in conversation) and _refers_back(question)


def keeps_to(rewritten: str, question: str, conversation: Sequence[Turn]) -> bool:
    """Whether a question that a model wrote is one line of bearable length that says nothing that neither the question
    nor the conversation says: function words aside, all its words are theirs."""
    said = set(terms(question))
    for turn in conversation:
        said.update(terms(turn.content))
    longest = len(question) + _MOST_ADDED
    fits = 0 < len(rewritten) <= longest and rewritten.isprintable()
    return fits and said.issuperset(terms(rewritten)) and bool(terms(rewritten))


def standalone(question: str, conversation: Sequence[Turn]) -> str:
    """The question with the words that it leaves to be understood from the earlier questions."""
    if not refers_back(question, conversation):
        return question
    before = [turn.content[:_LOOKED_AT] for turn in conversation if turn.role == "user"][-TURNS_BACK:]
    carried = list(_carried(question, before))
    return f"{question} {' '.join(carried)}" if carried else question


def _refers_back(question: str) -> bool:
    content = terms(question[:_LOOKED_AT])
    if len(content) >= _OWN_SUBJECT:
        return False
    said = {folded(word) for word in _WORD.findall(question)}
    return (
        len(content) < _ALONE
        or not said.isdisjoint(_REFERRING)
        or _REFERRING_UNSPACED.search(question) is not None
        or _GOES_ON.match(question.strip()) is not None
    )


def _carried(question: str, before: Sequence[str]) -> Iterator[str]:
    """The latest question's words first. A code is not taken over where the question has one of its own: "and the P2?"
    asks no more about the P1."""
    known = set(terms(question))
    own_code = any(map(_is_code, _WORD.findall(question)))
    left = MOST_CARRIED
    for text in reversed(before):
        for word in _WORD.findall(text):
            found = terms(word)
            small = folded(word)
            if not found or known.issuperset(found) or small in STOPWORDS or small in _REFERRING:
                continue
            if own_code and _is_code(word):
                continue
            known.update(found)
            yield word
            left -= 1
            if not left:
                return


def _is_code(word: str) -> bool:
    return any(c.isdigit() for c in word)
