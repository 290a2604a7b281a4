"""Signs that a passage speaks to the language model instead of to its reader.

Promise: `signs_in` names the kinds of signs from a closed list, in time linear in the text, and keeps nothing of it. It
decides nothing: a passage with signs is marked, for the model and for whoever asked. What passages cannot do whatever
they say rests on other things: the route is fixed before anything is retrieved, there are no tools, and answers are
screened (`domain.answer_screen`). Injection in words that nobody has listed is not seen; that is why marking is all.
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import islice
from typing import Final

from lacuna.domain.injection_phrases import INSTRUCTIONS, ORDERS_TO_SEND


class Sign(StrEnum):
    """What gives a passage away."""

    INSTRUCTION = "instruction"
    """It tells the model to drop its instructions, to play a role, to keep something from its user."""
    ROLE = "role"
    """Marks of chat templates, or lines that open another speaker's turn."""
    TOOL_CALL = "tool_call"
    """A call as models write them."""
    EXFILTRATION = "exfiltration"
    """An address or image into which something is to be put, or an order to send something somewhere."""
    HIDDEN = "hidden"
    """Characters that nobody sees: tags of Unicode, long runs of zero-width or variation characters."""
    ENCODED = "encoded"
    """An instruction in base64 or spread over single letters."""


MAX_TEXT: Final = 50_000
"""Characters of one passage that are looked at."""

_MOST_BLOBS: Final = 50


def _compiled(table: Sequence[tuple[str, str]]) -> tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]:
    return tuple((tuple(words.split("|" if "|" in words else " ")), re.compile(each)) for words, each in table)


_INSTRUCTION: Final = _compiled(INSTRUCTIONS)
_ORDER_TO_SEND: Final = _compiled(ORDERS_TO_SEND)
_WORDS: Final = frozenset(word for words, _ in (*_INSTRUCTION, *_ORDER_TO_SEND) for word in words)
_ANY_WORD: Final = tuple(word for word in sorted(_WORDS) if not any(other in word for other in _WORDS - {word}))
"""Few passages hold one of them, which is the quickest to see."""

_TEMPLATE: Final = re.compile(
    r"<[|｜](?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id|begin_of_text|eom_id"
    r"|tool)[|｜]>|<[|｜][a-z_▁]{2,30}[|｜]>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>"
    r"|</?(?:system|assistant)(?:_prompt|_message)?>|</?passage\b",
    re.IGNORECASE,
)
_TURN: Final = re.compile(
    r"^[^\S\n]{0,8}(?:#{1,6}[^\S\n]*)?(?:\[|\*\*|<)?(?:system|assistant|human|ai|developer)"
    r"(?:[^\S\n]+(?:prompt|message|note|override))?(?:\]|\*\*|>)?[^\S\n]*:[^\S\n]*\S",
    re.IGNORECASE | re.MULTILINE,
)
_TURN_WORDS: Final = ("system", "assistant", "human", "ai", "developer")
_TOOL_CALL: Final = re.compile(
    r"</?(?:tool_call|tool_calls|function_calls?|invoke|tool_response|function_results?)\b|<function=|\[TOOL_CALLS\]"
    r"|[\"'](?:tool_calls?|function_call)[\"']\s*:|```tool_(?:code|call)"
    r"|\{\s*[\"'](?:name|tool|function|action)[\"']\s*:\s*[\"'][\w.-]{1,60}[\"']\s*,\s*"
    r"[\"'](?:arguments|parameters|args|input|tool_input|action_input)[\"']\s*:",
    re.IGNORECASE,
)
_PLACEHOLDER: Final = (
    r"(?:\{\{?\s*[a-z_ ]{2,40}\}?\}|\[[A-Z_ ]{3,40}\]|<[A-Za-z_ ]{3,40}>|%s|\$\{?[A-Za-z_]{2,40}\}?|=(?=[\s)\"'>]|\Z))"
)
_LINK_TO_FILL: Final = re.compile(
    rf"!\[[^\]\n]{{0,200}}\]\(\s*<?(?:https?:)?//[^)\s]{{1,400}}?{_PLACEHOLDER}|<img\b[^>]{{1,300}}?src\s*=\s*[\"']?"
    rf"(?:https?:)?//[^\"'\s>]{{1,300}}?{_PLACEHOLDER}"
    r"|https?://[^\s)\"'<>]{1,200}?[?&/](?:data|q|query|secret|content|conversation|history|payload|leak|exfil|d|c|text|info)="
    r"(?:\{\{?|\[[A-Z]|<[A-Za-z]|%s|\$\{)",
)
_BLOB: Final = re.compile(r"[A-Za-z0-9+/_-]{32,20000}={0,2}")
_SHORTEST_BLOB: Final = 32
_SPREAD: Final = re.compile(r"(?:\b[^\W\d_][ .\-_*|]{1,2}){12,400}[^\W\d_]\b")
_LEAST_SPREAD: Final = 12
_SPREAD_SIGNS: Final = "._-*|"
_ZERO_WIDTH_RUN: Final = re.compile("[\u200b-\u200d\u2060-\u2064\ufeff\u00ad\u180e\u034f]{8,}")
_VARIATION_RUN: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{3,}")
_TAGS: Final = re.compile("(?<!\U0001f3f4)[\U000e0001-\U000e007f]+")
_FLAG: Final = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{1,16}\U000e007f")
_BACKWARDS: Final = re.compile("\u202e[^\u202c\n]{8,}")

# Letters that look like Latin ones, as disguises use them.
_LOOKALIKES: Final = dict(zip("аеорсухіјѕԁӏοαερνικ", "aeopcyxijsdloaepvik", strict=True))
_ALIKE: Final = str.maketrans(_LOOKALIKES)
_MIXED: Final = re.compile(r"\b(?=\w{0,30}[A-Za-z])\w{2,40}\b")
_INVISIBLE: Final = re.compile("[\u00ad\u034f\u180e\ufeff\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f]")
_MARKS: Final = re.compile("[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u0670]")
_SPACE: Final = re.compile(r"[^\S\n]{2,}|[^\S\n ]|\n(?![^\S\n]{0,8}\n)")
_RARE_SPACE: Final = re.compile(r"  |[^\S\n ]")
_LINE_END: Final = re.compile(r"\n(?! {0,8}\n)")


def signs_in(text: str) -> tuple[Sign, ...]:
    """The signs that `text` shows, in the order of `Sign`, each once."""
    found = set(_signs(text[:MAX_TEXT]))
    return tuple(sign for sign in Sign if sign in found)


def unseen_removed(text: str) -> str:
    """`text` without the characters that only a machine reads: tags of Unicode and directions. Flags keep theirs."""
    if text.isascii():
        return text
    kept = _FLAG.split(text)
    flags = _FLAG.findall(text)
    bare = [_UNSEEN.sub("", part) for part in kept]
    return "".join(part + flag for part, flag in zip(bare, [*flags, ""], strict=True))


_UNSEEN: Final = re.compile("[\U000e0000-\U000e007f\U000e0100-\U000e01ef\u202a-\u202e\u2066-\u2069]")


def _signs(text: str) -> Iterator[Sign]:
    if not text.isascii():
        yield from _hidden(text)
    small = text.lower()
    if (("<" in text or "[" in text) and _TEMPLATE.search(text)) or (
        ":" in text and any(word in small for word in _TURN_WORDS) and _TURN.search(text)
    ):
        yield Sign.ROLE
    if any(sign in text for sign in "<[{'\"`") and _TOOL_CALL.search(text):
        yield Sign.TOOL_CALL
    if "//" in text and _LINK_TO_FILL.search(text):
        yield Sign.EXFILTRATION
    yield from _orders(text)
    if any(any(True for _ in _orders(inner)) for inner in _decoded(text)):
        yield Sign.ENCODED


def _orders(text: str) -> Iterator[Sign]:
    plain = _plain(text)
    if not any(map(plain.__contains__, _ANY_WORD)):
        return
    for patterns, sign in ((_INSTRUCTION, Sign.INSTRUCTION), (_ORDER_TO_SEND, Sign.EXFILTRATION)):
        if any(any(word in plain for word in words) and pattern.search(plain) for words, pattern in patterns):
            yield sign


def _plain(text: str) -> str:
    """Folded, without invisible characters, on long lines, with look-alikes undone in words that have Latin letters."""
    if text.isascii():
        return _on_long_lines(text.lower())
    text = _INVISIBLE.sub("", text).casefold()
    if not _LOOKALIKES.keys().isdisjoint(text):
        text = _MIXED.sub(lambda word: word.group().translate(_ALIKE), text)
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return _on_long_lines(unicodedata.normalize("NFC", bare).replace("’", "'"))


def _on_long_lines(text: str) -> str:
    """One blank for each run of space; ends of lines stay only before an empty line."""
    # Where single blanks are all there is, not every one of them has to be looked at.
    return (_SPACE if _RARE_SPACE.search(text) else _LINE_END).sub(" ", text)


def _hidden(text: str) -> Iterator[Sign]:
    bare = _FLAG.sub("", text)
    if _TAGS.search(bare) or _ZERO_WIDTH_RUN.search(text) or _VARIATION_RUN.search(text) or _BACKWARDS.search(text):
        yield Sign.HIDDEN


def _decoded(text: str) -> Iterator[str]:
    """Texts that are hidden in this one by an encoding."""
    words = text.split()
    lengths = list(map(len, words))
    some = words if max(lengths, default=0) >= _SHORTEST_BLOB else []
    long = (blob for word in some if len(word) >= _SHORTEST_BLOB for blob in _BLOB.findall(word))
    for blob in islice(long, _MOST_BLOBS):
        raw = blob.rstrip("=").replace("-", "+").replace("_", "/")
        try:
            yield base64.b64decode(raw + "=" * (-len(raw) % 4)).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            continue
    if lengths.count(1) + lengths.count(2) >= _LEAST_SPREAD or max(map(text.count, _SPREAD_SIGNS)) >= _LEAST_SPREAD:
        for spread in islice(_SPREAD.finditer(text), _MOST_BLOBS):
            letters = re.sub(r"(?<=[^\W\d_])[ .\-_*|](?=[^\W\d_])", "", spread.group())
            yield re.sub(r"[ .\-_*|]+", " ", letters)
    if text.isascii():
        return
    tags = "".join(chr(ord(c) - 0xE0000) for run in _TAGS.finditer(text) for c in run.group() if ord(c) >= 0xE0020)
    if tags:
        yield tags
