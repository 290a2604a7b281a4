"""Marks and digits written as words: "jo dot doe at mail dot example", "four one one one", "jo[.]doe".

Guarantees: an address needs a spelled "at" and a host that ends in a spelled or real dot and a top-level domain; a
number needs at least `_MIN_WORDS` digit words among its digits. Languages: those of the words below.
"""

import re
from collections.abc import Iterator, Sequence

from lacuna.adapters.classifiers.decoding.decoder import Decoder
from lacuna.adapters.classifiers.folding import fold
from lacuna.adapters.classifiers.views import Piece

_MIN_WORDS = 4
_LONGEST_GROUP = 4

_AT = (
    "at ät arroba arobase arobas chiocciola chiocciolina klammeraffe apenstaartje snabel-a snabela kukac zavinac malpa "
    "собака kissanhäntä miuku παπάκι"
)
_DOT = "dot d0t punkt point punto ponto punt piste nokta pont tecka tocka bodka точка punct τελεία kropka"
_DASH = "dash hyphen minus bindestrich strich tiret trait guion guión trattino streepje hífen"
_UNDERSCORE = "underscore unterstrich"

_DIGIT_WORDS = {
    "0": (
        "zero oh null nul cero zéro nolla noll sero sıfır sifir ноль нуль μηδέν nula zerro shunya "
        "śūnya 零 〇 ゼロ れい 영 공"
    ),
    "1": ("one eins ein uno un une um uma een en ett yksi jeden jedna jedno bir один одна ένα egy unu ek 一 いち 일"),
    "2": (
        "two zwei zwo dos deux due dois duas twee to två tva kaksi dwa dva dvě iki два две δύο "
        "kettő ketto doi do 二 に 이"
    ),
    "3": ("three drei tres trois tre três drie kolme trzy tři tri üç uc три τρία három harom trei teen 三 さん 삼"),
    "4": (
        "four vier cuatro quatre quattro quatro fire fyra neljä nelja cztery čtyři ctyri dört "
        "dort четыре чотири τέσσερα négy negy patru chaar char 四 よん し 사"
    ),
    "5": (
        "five fünf funf fuenf cinco cinq cinque vijf fem viisi pięć piec pět pet beş bes пять "
        "п'ять πέντε öt ot cinci paanch 五 ご 오"
    ),
    "6": (
        "six sechs seis sei zes seks sex kuusi sześć szesc šest sest altı alti шесть шість έξι "
        "hat șase sase chhah 六 ろく 육"
    ),
    "7": (
        "seven sieben siete sept sette sete zeven syv sju seitsemän seitseman siedem sedm sedam "
        "yedi семь сім επτά hét het șapte sapte saat 七 なな しち 칠"
    ),
    "8": (
        "eight acht ocho huit otto oito otte åtte atte åtta atta kahdeksan osiem osm osam sekiz "
        "восемь вісім οκτώ nyolc opt aath 八 はち 팔"
    ),
    "9": (
        "nine neun nueve neuf nove negen ni nio yhdeksän yhdeksan dziewięć dziewiec devět devet "
        "dokuz девять дев'ять εννέα kilenc nouă noua nau 九 きゅう 구"
    ),
}
_REPEATED = {"double": 2, "doppel": 2, "doble": 2, "doppio": 2, "triple": 3, "dreifach": 3}


def _folded(words: str) -> list[str]:
    return sorted({fold(word).lower() for word in words.split()}, key=lambda word: (-len(word), word))


def _any(words: str) -> str:
    return "|".join(map(re.escape, _folded(words)))


_VALUE = {word: digit for digit, words in _DIGIT_WORDS.items() for word in _folded(words)}
_UNSPACED = "".join(word for word in _VALUE if len(word) == 1 and not word.isascii())
_WORD = "|".join(map(re.escape, sorted((w for w in _VALUE if w not in _UNSPACED), key=lambda w: (-len(w), w))))
_TOKEN = re.compile(r"[^\W\d_]+|[0-9]+")
_PARTED = re.compile(r"[\s,.;-]{1,3}")


class NumberWords:
    """Runs of digit words and digits, of which at least `_MIN_WORDS` are words. Reads as the digits, with the dashes
    between them; "double" and the like count."""

    probe = rf"(?i)(?:^|[^\pL\pN])(?:{_WORD})[\s,.;-]+(?:(?:{'|'.join(_REPEATED)}) )?(?:{_WORD}|[0-9]+)(?:$|[^\pL\pN])"

    def pieces(self, text: str) -> list[Piece]:
        """What decodes in `text`, in order and apart from each other."""
        return list(self._numbers(text))

    def _numbers(self, text: str) -> Iterator[Piece]:
        run: list[re.Match[str]] = []
        for token in _TOKEN.finditer(text):
            word = token.group().lower()
            known = word in _VALUE or word in _REPEATED or (word.isdigit() and len(word) <= _LONGEST_GROUP)
            if run and not (known and _PARTED.fullmatch(text, run[-1].end(), token.start())):
                yield from _number(text, run)
                run = []
            if known or (word == "plus" and not run):
                run.append(token)
        yield from _number(text, run)


def _number(text: str, run: Sequence[re.Match[str]]) -> Iterator[Piece]:
    words = [token.group().lower() for token in run]
    if sum(word in _VALUE for word in words) < _MIN_WORDS:
        return
    number: list[str] = []
    times = 1
    for at, word in enumerate(words):
        if at and "-" in text[run[at - 1].end() : run[at].start()]:
            number.append("-")
        if word in _REPEATED:
            times = _REPEATED[word]
            continue
        number.append("+" if word == "plus" else _VALUE.get(word, word) * times)
        times = 1
    yield run[0].start(), run[-1].end(), "".join(number)


def _unspaced_number(piece: str) -> str | None:
    digits = [_VALUE.get(character, character) for character in piece]
    number = "".join(digit for digit in digits if digit.isdigit())
    return number if sum(character in _VALUE for character in piece) >= _MIN_WORDS else None


_OPEN, _CLOSE = r"[\s_*|-]{0,3}[(\[{<]\s?", r"\s?[)\]}>][\s_*|-]{0,3}"


def _mark(words: str, sign: str) -> str:
    """A spelled mark: in brackets, or between blanks or the like."""
    spelled = rf"(?:{_any(words)}|{re.escape(sign)})"
    return rf"(?:{_OPEN}{spelled}{_CLOSE}|[\s_*|-]{{1,3}}{spelled}[\s_*|-]{{1,3}})"


_AT_MARK = re.compile(rf"(?i){_mark(_AT, '@')}")
_DOT_MARK = re.compile(rf"(?i){_mark(_DOT, '.')}")
_ENGLISH_DOT = re.compile(rf"(?i){_mark('dot d0t punkt', '.')}")
_DASH_MARK = re.compile(rf"(?i){_mark(_DASH, '-')}")
_UNDERSCORE_MARK = re.compile(rf"(?i){_mark(_UNDERSCORE, '_')}")
_TEXT = r"[^\W_]++"
_LABEL = rf"{_TEXT}(?:-{_TEXT}){{0,4}}+"
_JOINT = rf"(?:\.|{_mark(_DOT, '.')})"
_LOCAL_JOINT = rf"(?:[.+_-]|{_mark(_DOT, '.')}|{_mark(_DASH, '-')}|{_mark(_UNDERSCORE, '_')})"
_NO_NAME = frozenset("the a an this that these those it its their our your my look at is was be look looking".split())


def _spelled_address(piece: str) -> str | None:
    local, at, host = _split_once(piece)
    if not at:
        return None
    if "." in host and at.strip() == at.strip("()[]{}<> _*|-") and _DOT_MARK.search(host) is None:
        return None  # "available at example.org"
    if at.strip().lower() == "at" and not _ENGLISH_DOT.search(host):
        return None  # "may at some point be"
    host = _DASH_MARK.sub("-", _DOT_MARK.sub(".", host))
    labels = host.lower().split(".")
    if labels[0] in _NO_NAME or not labels[-1].isalpha():
        return None
    for mark, sign in ((_DOT_MARK, "."), (_DASH_MARK, "-"), (_UNDERSCORE_MARK, "_")):
        local = mark.sub(sign, local)
    return f"{local}@{host}"


def _split_once(piece: str) -> tuple[str, str, str]:
    match = _AT_MARK.search(piece)
    return (piece[: match.start()], match.group(), piece[match.end() :]) if match else (piece, "", "")


_BRACKETED = re.compile(r"[(\[{<]\s?([.@:/-]|dot|at)\s?[)\]}>]", re.IGNORECASE)
_SIGNS = {"dot": ".", "at": "@"}


def _defanged(piece: str) -> str | None:
    sign = piece[1:-1].strip().lower()
    return _SIGNS.get(sign, sign)


def _schemed(piece: str) -> str | None:
    return piece.replace("xx", "tt").replace("XX", "TT")


DECODERS = (
    Decoder(
        rf"(?i)(?:\b|[^\pL])(?:{_any(_AT)}|@)[\s)\]}}>_*|-]+[\w-]+[\s(\[{{<_*|.-]+",
        re.compile(
            rf"(?i)(?<![^\W_]){_TEXT}(?:{_LOCAL_JOINT}{_TEXT}){{0,4}}+{_mark(_AT, '@')}{_LABEL}"
            rf"(?:{_JOINT}{_LABEL}){{1,5}}"
        ),
        _spelled_address,
    ),
    Decoder(r"(?i)[(\[{<] ?(?:[.@:/-]|dot|at) ?[)\]}>]", _BRACKETED, _defanged),
    Decoder(r"(?i)\bhxxps?", re.compile(r"\b(?:hxxp|HXXP)(?=[sS]?[:\[(])"), _schemed),
    NumberWords(),
    Decoder(
        rf"[{_UNSPACED}][\s,.-]?[{_UNSPACED}]",
        re.compile(rf"(?:[{_UNSPACED}0-9][\s,.-]?){{5,}}"),
        _unspaced_number,
    ),
)
