"""BERT's uncased WordPiece: text to vocabulary ids.

Guarantees the ids of the reference tokenizer (Devlin et al. 2018, BasicTokenizer + WordpieceTokenizer; Wu et al. 2016)
with one deliberate difference: the names of special tokens ("[SEP]") inside a text are ordinary text, so nobody can
smuggle a control token into a sequence. Adding the special tokens is left to the caller.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from itertools import chain, islice
from typing import Final

UNKNOWN: Final = "[UNK]"
_LONGEST_WORD: Final = 100
"""Characters; a longer word is unknown, as in the reference."""
_LONGEST_LOOK: Final = 32_768
"""Characters that `ids` looks at: far more than any sequence limit needs, so a huge text costs no more than this."""
_CACHED_BLOCKS: Final = 50_000
_CACHED_BLOCK_LENGTH: Final = 48
_CACHED_FOLDS: Final = 20_000

# Python counts these as white space, the reference removes them as control characters.
_DROPPED: Final = re.compile("[\x0b\x0c\x1c-\x1f\x85]")

_IDEOGRAPHS: Final = (
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0x2F800, 0x2FA1F),
)


class _Fold(dict[int, str]):
    """What each code point becomes, for `str.translate`: accents stripped, lower case, punctuation and ideographs
    between blanks, control characters gone. Folding is per code point, so a text folds piece by piece."""

    def __missing__(self, code: int) -> str:
        folded = _fold(chr(code))
        if len(self) < _CACHED_FOLDS:
            self[code] = folded
        return folded


def _fold(char: str) -> str:
    if char in "\t\n\r":
        return " "
    if char in "\0\ufffd" or unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs"}:
        return ""
    if char.isspace():
        return " "
    if any(low <= ord(char) <= high for low, high in _IDEOGRAPHS):
        return f" {char} "
    bare = "".join(c for c in unicodedata.normalize("NFD", char) if unicodedata.category(c) != "Mn")
    return "".join(f" {c} " if _is_punctuation(c) else c for c in bare.lower())


def _is_punctuation(char: str) -> bool:
    if char.isascii():
        return char.isprintable() and not char.isalnum() and char != " "
    return unicodedata.category(char).startswith("P")


class _Lengths(dict[str, int]):
    """How many ids a block has. Cutting a document counts the same words a dozen times."""

    def __init__(self, ids: Callable[[str], tuple[int, ...]]) -> None:
        self._ids = ids

    def __missing__(self, block: str) -> int:
        length = len(self._ids(block))
        if len(block) <= _CACHED_BLOCK_LENGTH:
            if len(self) >= _CACHED_BLOCKS:
                self.clear()
            self[block] = length
        return length


def _blocks(text: str) -> list[str]:
    """What white space parts."""
    return (_DROPPED.sub("", text) if _DROPPED.search(text) else text).split()


class WordPiece:
    """Safe under threads: the caches hold pure values and are bounded."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._vocabulary = vocabulary
        self._unknown = (vocabulary[UNKNOWN],)
        self._fold = _Fold()
        self._blocks: dict[str, tuple[int, ...]] = {}
        self._lengths = _Lengths(self._block_ids)

    @classmethod
    def from_lines(cls, lines: str) -> "WordPiece":
        """From the content of a `vocab.txt`: one entry a line, the line number is the id."""
        return cls({entry: number for number, entry in enumerate(lines.rstrip("\n").split("\n"))})

    def ids(self, text: str, limit: int) -> list[int]:
        """The first `limit` ids of `text`, without special tokens."""
        return list(islice(chain.from_iterable(self._by_block(text[:_LONGEST_LOOK])), limit))

    def count(self, text: str) -> int:
        """How many ids the whole text has. Time is linear in its length."""
        return sum(map(self._lengths.__getitem__, _blocks(text)))

    def _by_block(self, text: str) -> list[tuple[int, ...]]:
        blocks = _blocks(text)
        known = map(self._blocks.get, blocks)
        return [self._block_ids(block) if ids is None else ids for block, ids in zip(blocks, known, strict=True)]

    def _block_ids(self, block: str) -> tuple[int, ...]:
        ids = tuple(piece for word in block.translate(self._fold).split() for piece in self._word_ids(word))
        if len(block) <= _CACHED_BLOCK_LENGTH:
            if len(self._blocks) >= _CACHED_BLOCKS:
                self._blocks.clear()
            self._blocks[block] = ids
        return ids

    def _word_ids(self, word: str) -> tuple[int, ...]:
        """Greedy longest match first."""
        if len(word) > _LONGEST_WORD:
            return self._unknown
        ids: list[int] = []
        start, prefix = 0, ""
        while start < len(word):
            for end in range(len(word), start, -1):
                found = self._vocabulary.get(prefix + word[start:end])
                if found is not None:
                    ids.append(found)
                    start, prefix = end, "##"
                    break
            else:
                return self._unknown
        return tuple(ids)
