"""Marks and digits written as words: "jo dot doe at mail dot example", "four one one one", "jo[.]doe".

Guarantees: an address needs a spelled "at" and a host that ends in a spelled or real dot and a top-level domain; a
number needs at least `_MIN_WORDS` digit words among its digits. Languages: those of the words below.
"""

import re

from lacuna.adapters.classifiers.decoding.decoder import Decoder
from lacuna.adapters.classifiers.folding import fold

_MIN_WORDS = 4

_AT = "at ät arroba arobase arobas chiocciola chiocciolina klammeraffe apenstaartje snabel-a snabela kukac zavinac malpa собака kissanhäntä miuku παπάκι"
_DOT = "dot punkt point punto ponto punt piste nokta pont tecka tocka bodka точка punct τελεία kropka"
_DASH = "dash hyphen minus bindestrich strich tiret trait guion guión trattino streepje hífen"
_UNDERSCORE = "underscore unterstrich"

_DIGIT_WORDS = {
    "0": "zero oh null nul cero zéro nolla noll sero sıfır sifir ноль нуль μηδέν nula zerro shunya śūnya 零 〇 ゼロ れい 영 공",
    "1": "one eins ein uno un une um uma een en ett yksi jeden jedna jedno bir один одна ένα egy unu ek 一 いち 일",
    "2": "two zwei zwo dos deux due dois duas twee to två tva kaksi dwa dva dvě iki два две δύο kettő ketto doi do 二 に 이",
    "3": "three drei tres trois tre três drie kolme trzy tři tri üç uc три τρία három harom trei teen 三 さん 삼",
    "4": "four vier cuatro quatre quattro quatro fire fyra neljä nelja cztery čtyři ctyri dört dort четыре чотири τέσσερα négy negy patru chaar char 四 よん し 사",
    "5": "five fünf funf fuenf cinco cinq cinque vijf fem viisi pięć piec pět pet beş bes пять п'ять πέντε öt ot cinci paanch 五 ご 오",
    "6": "six sechs seis sei zes seks sex kuusi sześć szesc šest sest altı alti шесть шість έξι hat șase sase chhah 六 ろく 육",
    "7": "seven sieben siete sept sette sete zeven syv sju seitsemän seitseman siedem sedm sedam yedi семь сім επτά hét het șapte sapte saat 七 なな しち 칠",
    "8": "eight acht ocho huit otto oito otte åtte atte åtta atta kahdeksan osiem osm osam sekiz восемь вісім οκτώ nyolc opt aath 八 はち 팔",
    "9": "nine neun nueve neuf nove negen ni nio yhdeksän yhdeksan dziewięć dziewiec devět devet dokuz девять дев'ять εννέα kilenc nouă noua nau 九 きゅう 구",
}
_REPEATED = {"double": 2, "doppel": 2, "doble": 2, "doppio": 2, "triple": 3, "dreifach": 3}


def _folded(words: str) -> list[str]:
    return sorted({fold(word).lower() for word in words.split()}, key=lambda word: (-len(word), word))


def _any(words: str) -> str:
    return "|".join(map(re.escape, _folded(words)))


_VALUE = {word: digit for digit, words in _DIGIT_WORDS.items() for word in _folded(words)}
_UNSPACED = "".join(word for word in _VALUE if len(word) == 1 and not word.isascii())
_WORD = "|".join(map(re.escape, sorted((w for w in _VALUE if w not in _UNSPACED), key=lambda w: (-len(w), w))))
_TOKEN = re.compile(rf"(?i){'|'.join(_REPEATED)}|{_WORD}|[{_UNSPACED}]|[0-9-]|plus")
_PARTED = r"[\s,.;-]{1,3}"
_REPEAT = rf"(?:(?:{'|'.join(_REPEATED)})[\s-])?"


def _spelled_number(piece: str) -> str | None:
    """The digits of `piece`, with its dashes, if at least `_MIN_WORDS` of them are words."""
    number: list[str] = []
    times = 1
    words = 0
    for token in _TOKEN.findall(piece.lower()):
        if token in _REPEATED:
            times = _REPEATED[token]
        elif token in _VALUE:
            number.append(_VALUE[token] * times)
            words, times = words + 1, 1
        else:
            number.append("+" if token == "plus" else token * times)
            times = 1
    return "".join(number) if words >= _MIN_WORDS else None


_OPEN, _CLOSE = r"[\s_*|-]{0,3}[(\[{<]\s?", r"\s?[)\]}>][\s_*|-]{0,3}"


def _mark(words: str, sign: str) -> str:
    """A spelled mark: in brackets, or between blanks or the like."""
    spelled = rf"(?:{_any(words)}|{re.escape(sign)})"
    return rf"(?:{_OPEN}{spelled}{_CLOSE}|[\s_*|-]{{1,3}}{spelled}[\s_*|-]{{1,3}})"


_AT_MARK = re.compile(rf"(?i){_mark(_AT, '@')}")
_DOT_MARK = re.compile(rf"(?i){_mark(_DOT, '.')}")
_DASH_MARK = re.compile(rf"(?i){_mark(_DASH, '-')}")
_UNDERSCORE_MARK = re.compile(rf"(?i){_mark(_UNDERSCORE, '_')}")
_LABEL = r"[^\W_](?:[\w-]{0,62})"
_JOINT = rf"(?:\.|{_mark(_DOT, '.')})"
_LOCAL_JOINT = rf"(?:[.+]|{_mark(_DOT, '.')}|{_mark(_DASH, '-')}|{_mark(_UNDERSCORE, '_')})"
_NO_NAME = frozenset("the a an this that these those it its their our your my look at is was be look looking".split())


def _spelled_address(piece: str) -> str | None:
    local, at, host = _split_once(piece)
    if not at:
        return None
    if "." in host and at.strip() == at.strip("()[]{}<> _*|-") and _DOT_MARK.search(host) is None:
        return None
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
            rf"(?i)(?<![\w.])\w[\w+-]{{0,63}}(?:{_LOCAL_JOINT}\w[\w+-]{{0,63}}){{0,4}}(?:{_mark(_AT, '@')}){_LABEL}"
            rf"(?:{_JOINT}{_LABEL}){{1,5}}"
        ),
        _spelled_address,
    ),
    Decoder(r"(?i)[(\[{<] ?(?:[.@:/-]|dot|at) ?[)\]}>]", _BRACKETED, _defanged),
    Decoder(r"(?i)\bhxxps?", re.compile(r"\b(?:hxxp|HXXP)(?=[sS]?[:\[(])"), _schemed),
    Decoder(
        rf"(?i)(?:^|[^\pL\pN])(?:{_WORD}){_PARTED}(?:{_WORD}|[0-9])(?:$|[^\pL\pN])|[{_UNSPACED}][{_UNSPACED}]",
        re.compile(
            rf"(?i)(?<!\w)(?:plus )?(?:{_REPEAT}(?:{_WORD}|[0-9]{{1,4}}){_PARTED}){{3,}}{_REPEAT}(?:{_WORD}|[0-9]{{1,4}})(?!\w)|"
            rf"(?:[{_UNSPACED}][\s,.-]?){{5,}}"
        ),
        _spelled_number,
    ),
)
