"""Whether words and numbers beside each other are a place where mail arrives, or merely a sentence with a number in it.

Each function takes a candidate of the recogniser's shape and returns how many of its first characters are the value; 0
rejects it.
"""

import re
from unicodedata import category

_YEAR = re.compile(r"(?:1[89]|20)\d\d")
_TOKEN = re.compile(r"[^\s,;()]+")
_HOUSE = re.compile(
    r"(?:(?:no|nr|n|num|d|dom|д|дом|буд|б|кв|бл|número|h\.?no|plot|flat|apt|unit)[.°:]?-?|[#№])?"
    r"\d{1,6}(?:[-/.]\d{1,5}[a-zа-я]?)*-?[a-zа-я]{0,2}[.:]?",
    re.IGNORECASE,
)
_NETWORK = re.compile(r"://|@|\b0x|\d+\.\d+\.\d+|::|\bwww\.|\\|\{|\}|<|>|=|\(\)|[\w-]\.(?:com|org|net|io|py|js|html)\b")
_COMMON_NOUNS = re.compile(
    r"(?:arbeits|stell|sitz|speicher|park|tabellen|lager|camping|studien|steh|spiel|sport|flug|lehr|start|rast|heim|"
    r"ausbildungs|kita|pflege|listen|welt|bau|schlaf|tank|rang|steck|aus|hin|um|durch|rad|rund|wander|lebens|verkehrs|"
    r"transport|liefer|vertriebs|super|finanz|bahn|bus|fried|innen|neben|an|auf|ab|zwei|drei|vier|fünf)?"
    r"(?:platz|weg|steig|ring|hof|markt|ufer|stieg|damm)"
)
"""German words that end like a street and are none: "Stellplatz 12", "Bahnsteig 4"."""

_MONTH = re.compile(
    r"(?:jan|feb|mar|apr|ma[iyj]|jun|jul|aug|sep|o[ck]t|nov|de[czs]|ene|abr|ago|dic|gen|mag|giu|lug|set|ott|"
    r"janv|fevr|avr|juin|juil|aout|stycz|lut|kwie|czerw|lip|sier|wrze|pazd|list|grud)[a-z]*\.?",
    re.IGNORECASE,
)
_FEW_LETTERS = 3
_UNPARTED_HOUSE = re.compile(r"\d(?:$|[-の号號楼樓室巷弄番丁座栋棟호층]|번지)")


def street(candidate: str) -> int:
    """A street name with its house number: not a common noun with a figure, not a year."""
    words, _, number = candidate.rstrip(" .,").rpartition(" ")
    words = words.rstrip(" .,#")
    if _YEAR.fullmatch(number) or _COMMON_NOUNS.fullmatch(words.rpartition(" ")[2].lower()):
        return 0
    return len(candidate)


def street_number_first(candidate: str) -> int:
    """A house number with its street name: "1997, Thomas G. Lane" begins with a year."""
    number, mark, _ = candidate.partition(",")
    return 0 if mark and _YEAR.fullmatch(number) else len(candidate)


def street_and_town(candidate: str) -> int:
    """A name, a number, a postal code, a town: neither "March 12, 2019 Berlin" nor "Table 3, 1024 Rows"."""
    name = candidate.split()[0].rstrip(".,")
    codes = re.findall(r"\d{4,6}", candidate)
    if _MONTH.fullmatch(name) or name.lower() in _NUMBERED_THINGS or any(_YEAR.fullmatch(code) for code in codes):
        return 0
    return len(candidate)


_NUMBERED_THINGS = frozenset(
    (
        "table tabelle tabla tableau tabel figure fig abbildung section abschnitt chapter kapitel page seite part teil "
        "volume vol band issue heft version line zeile step item article artikel act rule paragraph appendix anhang "
        "equation eq class level room gate track season episode phase week day grade unit lot batch model type size"
    ).split()
)


def stated_address(candidate: str) -> int:
    """What follows a word for an address: a house number beside a name, in any script; no address of a machine, no
    sentence that goes on to a year or an amount."""
    if _NETWORK.search(candidate):
        return 0
    tokens = [match.group() for match in _TOKEN.finditer(candidate)]
    for at, token in enumerate(tokens):
        if _unparted(token) or (_HOUSE.fullmatch(token) and _beside_name(tokens, at)):
            return len(candidate)
    return 0


def _unparted(token: str) -> bool:
    """A house number written into a run of a script that parts no words."""
    letters = sum(category(character) == "Lo" for character in token)
    return letters >= _FEW_LETTERS and _UNPARTED_HOUSE.search(token) is not None


def _beside_name(tokens: list[str], at: int) -> bool:
    if _YEAR.fullmatch(tokens[at].strip(".:")):
        return False
    neighbours = tokens[max(0, at - 2) : at] + tokens[at + 1 : at + 3]
    return any(_is_name(neighbour) for neighbour in neighbours)


def _is_name(token: str) -> bool:
    word = token.strip("'\".:-")
    if len(word) < (_FEW_LETTERS - token.endswith(".")) or _MONTH.fullmatch(word):
        return False
    first = word[0]
    return first.isupper() or category(first) == "Lo"


POSTAL_CHECKS = {
    "stated_address": stated_address,
    "street": street,
    "street_and_town": street_and_town,
    "street_number_first": street_number_first,
}
"""By the names that recognisers use."""
