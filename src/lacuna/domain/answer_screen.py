"""What a language model wrote, on its way to whoever asked: marks of passages that do not exist and links that nobody
gave are taken out, also where they arrive in pieces.

Promise: what `feed` and `finish` return holds no citation number beyond the passages, no address that stands neither in
a trustworthy passage nor in what the asker said, no image that a client would load and no HTML that acts; it does not
depend on how the answer was cut into pieces; only the construct that is still open is held back, and that is bounded.
Everything else comes out as it came in. An address can carry what the model has read to whoever owns the host, by being
clicked on or, as an image, by being shown: documents that address the model ask for exactly that.
What an answer claims is left to `domain.claims`.
"""

import re
from collections.abc import Collection, Iterable
from typing import Final

from lacuna.domain.citations import BEGINNING, MARK, MAX_MARK, numbers_of

REMOVED: Final = "[link removed]"
MAX_LINK: Final = 2_000

_SCHEMES: Final = ("https://", "http://", "ftps://", "ftp://", "wss://", "ws://", "file://")
_BARE: Final = ("javascript:", "vbscript:", "data:", "mailto:")
_TAGS: Final = (
    "a|area|audio|base|body|button|details|embed|form|frame|iframe|image|img|input|link|math|meta|object|script|source"
    "|style|svg|track|video"
)
_LINK: Final = re.compile(
    rf"(?<![A-Za-z0-9+.-])(?:{'|'.join(_SCHEMES)})|://|(?<![\w+.-])(?:{'|'.join(_BARE)})(?=\S)"
    r"|(?<![:/\\\w])[/\\]{2}(?=\w)|(?<![\w.@-])www\.(?=\w)",
    re.IGNORECASE,
)
_START: Final = re.compile(
    rf"(?P<bracket>[^\S\n]{{0,16}}!?[\[【［])|(?P<target>(?<=\])\()|(?P<tag><(?=[/!]?(?:{_TAGS})[\s/>]))"
    rf"|(?P<link>{_LINK.pattern})",
    re.IGNORECASE,
)
_PREFIXES: Final = sorted(
    {word[:n] for word in (*_SCHEMES, *_BARE, "www.") for n in range(1, len(word) + 1)}, key=len, reverse=True
)
_OPEN_END: Final = re.compile(
    rf"(?:[^\S\n]{{1,16}}!?|!|(?<![A-Za-z0-9+.-])(?:{'|'.join(map(re.escape, _PREFIXES))})|:/?|[/\\]{{1,2}}"
    rf"|<[/!]?[a-z]{{0,8}})\Z",
    re.IGNORECASE,
)
"""An end that may be the beginning of one of the above."""

_LINK_END: Final = re.compile(r"[\s<>\"'`|^{})\]，。、；：！？）」』】]")
_PARTS: Final = ",;!?\"'()[]{}【】［］。，、；：！？）」』"
"""What stands in the beginning of no address."""
_TRAILING: Final = ".,;:!?*_~"
_HOST_WITH_DOT: Final = re.compile(r"[/\\]{2}[^/\\?#]*[^/\\?#.]\.[^/\\?#.]")
_DATA: Final = re.compile(r"data:\S*[./:]", re.IGNORECASE)
_WORD_BEFORE: Final = re.compile(r"[^\s\[\]]{1,40}\Z")
_CONTEXT: Final = 64
_STEP: Final = 512


def links_in(text: str) -> frozenset[str]:
    """The addresses in a text, as the screen compares them."""
    found = set()
    for start in _LINK.finditer(text):
        end = _LINK_END.search(text, start.end())
        found.add(_compared(text[start.start() : end.start() if end else len(text)]))
    return frozenset(found)


class AnswerScreen:
    """The screen of one answer: `numbers` may be cited, `links` may stand in it (see `links_in`), and a bracket that
    stands in one of `sources` right after the same word (`argv[0]`) is no citation but quoted."""

    def __init__(self, numbers: Collection[int], links: Iterable[str] = (), sources: Collection[str] = ()) -> None:
        self._numbers = frozenset(numbers)
        self._links = frozenset(map(_compared, links))
        self._sources = tuple(sources)
        self._before = ""
        self._held = ""
        self._swallowing = False
        self.removed_citations = 0
        self.removed_links = 0

    def feed(self, piece: str) -> str:
        """What may be shown after this piece; often less or more than the piece."""
        out = []
        for at in range(0, len(piece), _STEP):  # what is held is short, so that work stays linear in the answer
            self._held += piece[at : at + _STEP]
            out.append(self._released(final=False))
        return "".join(out)

    def finish(self) -> str:
        """The rest, at the end of the answer."""
        return self._released(final=True)

    def _released(self, final: bool) -> str:
        out: list[str] = []
        while self._held:
            if self._swallowing:
                end = _LINK_END.search(self._held)
                self._swallowing = end is None
                self._consume(len(self._held) if end is None else end.start())
                continue
            seen = self._before + self._held
            start = _START.search(seen, len(self._before))
            if start is None:
                hold = None if final else _OPEN_END.search(seen, len(self._before))
                out.append(self._consume(len(self._held) if hold is None else hold.start() - len(self._before)))
                break
            out.append(self._consume(start.start() - len(self._before)))
            replaced = self._construct(str(start.lastgroup), start.group(), final)
            if replaced is None:
                break
            out.append(replaced)
        return "".join(out)

    def _consume(self, length: int) -> str:
        taken, self._held = self._held[:length], self._held[length:]
        self._before = (self._before + taken)[-_CONTEXT:]
        return taken

    def _construct(self, kind: str, opening: str, final: bool) -> str | None:
        """What becomes of the construct that is held now; None where that is not decided yet."""
        match kind:
            case "bracket":
                return self._bracket(opening, final)
            case "target":
                return self._target(final)
            case "tag":
                return self._consume(1) + " "
            case _:
                return self._link(len(opening), final)

    def _bracket(self, opening: str, final: bool) -> str | None:
        at = len(opening) - 1
        mark = MARK.match(self._held, at)
        if mark is not None and mark.end() - at <= MAX_MARK:
            return self._cited(opening, mark, final)
        begun = BEGINNING.match(self._held, at)
        if not final and begun is not None and begun.end() == len(self._held) and begun.end() - at <= MAX_MARK:
            return None
        # No citation. A client loads images by itself; as a link it waits for a click.
        image = opening[:-1].rstrip("!") + opening[-1] if opening.endswith("![") else opening
        self._consume(len(opening))
        return image

    def _cited(self, opening: str, mark: re.Match[str], final: bool) -> str | None:
        named = numbers_of(mark)
        gap = self._gap(mark.end(), final)
        if gap is None:
            return None
        word = _WORD_BEFORE.search(self._before) if len(opening) == 1 else None
        quoted = word is not None and any(word.group() + mark.group() in source for source in self._sources)
        taken = self._consume(mark.end())
        if quoted or (mark.group()[0] == "[" and "†" not in taken and self._numbers.issuperset(named)):
            return taken
        kept = [n for n in named if n in self._numbers]
        self.removed_citations += len(named) - len(kept)
        if kept:
            return opening[:-1] + "".join(f"[{n}]" for n in kept)
        return "!" if opening.endswith("![") else gap

    def _gap(self, at: int, final: bool) -> str | None:
        """What keeps apart what stands before a mark that is taken out and what follows at `at`: a blank where both
        together could be an address. None where that is not known yet."""
        following = self._held[at : at + 2]
        if not following or following in {".", ":"}:
            return "" if final else None
        if following[0].isspace() or following[0] in _PARTS:
            return ""
        return "" if following[0] in ".:" and following[1:].isspace() else " "

    def _target(self, final: bool) -> str | None:
        """The address of a Markdown link, which begins the held text."""
        end = self._held.find(")", 0, MAX_LINK)
        if end < 0 and not final and len(self._held) < MAX_LINK:
            return None
        address = self._held[1:end].strip().removeprefix("<").partition(" ")[0].removesuffix(">")
        if end > 0 and _compared(address) in self._links:
            return self._consume(end + 1)
        self._consume(1)
        return " ("  # with a space between them, brackets and parentheses are no link

    def _link(self, opening: int, final: bool) -> str | None:
        end = _LINK_END.search(self._held, opening)
        length = len(self._held) if end is None else end.start()
        if end is None and not final and length <= MAX_LINK:
            return None
        address = self._held[:length].rstrip(_TRAILING)
        if length > MAX_LINK:
            self._swallowing = end is None
            self._consume(length)
        elif _compared(address) in self._links:
            return self._consume(length)
        elif not _leads_somewhere(address):
            return self._consume(opening)  # a citation or an address may stand in the rest
        else:
            self._consume(len(address))
        self.removed_links += 1
        return REMOVED


def _leads_somewhere(address: str) -> bool:
    if address[:1] in {"/", "\\"}:
        return _HOST_WITH_DOT.match(address) is not None
    if address[:5].lower() == "data:":
        return _DATA.match(address) is not None
    return len(address) > len("://")


def _compared(address: str) -> str:
    return address.rstrip(_TRAILING).rstrip("/")
