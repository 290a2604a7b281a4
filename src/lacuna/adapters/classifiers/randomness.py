"""Whether a string looks drawn at random, as keys and passwords are, or written by a person as a name, path or
placeholder.

A word changes character class (small, capital, digit) rarely and along syllables; a random string changes all the
time. That separates short strings better than Shannon entropy alone, which is bounded by log2 of the length. Leaves
what the string stands for to the caller: `credentials` decides about passwords and values with a form of their own.
"""

import math
import re
from collections import Counter
from itertools import pairwise

from lacuna.adapters.classifiers.decoding import base64_text

_PLACEHOLDER = re.compile(
    r"(?i)x{4,}|\*{3,}|\.{3}|#{3,}|0{9,}|1{8,}|(?:^|[^a-z])(?:examples?|placeholder|change_?-?me|redacted|masked|hidden|"
    r"dummy|sample|your|insert|replace|undefined|secret_?name|none|null|nil|true|false|todo|test_?test|foobar|foo_?bar|"
    r"fake|my_?(?:secret|password|passwd|token|key|pass)|some_?(?:secret|password|token|key)|password|passwd)(?:$|[^a-z])|"
    r"example|^your|_?here$|\$\{|\{\{|\}\}|%\(|^[<\[{(]|^\$[\w{(]|^process\.|^os\.|environ|getenv|\(\)|^%\w+%$|^!(?:ref|sub|secret|vault)\b"
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:[-_][0-9a-fA-F]{4}){3}[-_][0-9a-fA-F]{12}")
_CONSONANTS = re.compile(r"(?i)[bcdfghjklmnpqrstvwxz]{5}")
_PREFIX = re.compile(r"(?:[A-Za-z]{1,12}\d{0,3}[-_.])+(?=[^\s]{8})")
_DRAWING = re.compile(r"[MmLlHhVvCcSsQqTtAaZz\d.+-]+")
_LINE_LENGTHS = frozenset({64, 76})
_GROUPED = re.compile(
    r"[A-Z0-9]{4}(?:-[A-Z0-9]{4}){3,9}|[A-Z0-9]{5}(?:-[A-Z0-9]{5}){3,9}|[A-Z0-9]{3}(?:-[A-Z0-9]{3}){3,9}"
)
_WRITTEN = re.compile(
    r"(?:sha\d{1,3}|md5|h1)[=:-]|v?\d{1,4}(?:[.-]\d{1,4}){1,3}(?:[-+.T].{0,24})?$|v\d+\.\d+\.\d+-[\w.]*\d{14}-[0-9a-f]{12}|[\w.-]+\.(?:py|js|ts|json|ya?ml|toml|txt|md|html?|css|png|jpe?g|svg|gif|"
    r"pem|crt|key|cer|pub|lock|sh|go|rs|java|xml|ini|cfg|conf|env|log|csv|sql|zip|gz|tgz|whl|jar|so|dll|exe|pdf)\b"
)
_NOT_ALNUM = re.compile(r"[^A-Za-z0-9]+")
_NUMBERS = re.compile(r"\d+")
_HUMPS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_CLASSES = str.maketrans(
    {
        **dict.fromkeys("abcdefghijklmnopqrstuvwxyz", "a"),
        **dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "A"),
        **dict.fromkeys("0123456789", "0"),
    }
)
_WRAPS = frozenset({(ord("9"), ord("0")), (ord("z"), ord("a")), (ord("f"), ord("0"))})
_JUDGED = 1_024
"""Characters that are enough to tell; what follows cannot cost time."""


def entropy(value: str) -> float:
    """Shannon entropy of the value's first characters, in bits for each."""
    value = value[:_JUDGED]
    length = len(value)
    return -sum(n / length * math.log2(n / length) for n in Counter(value).values())


def names_a_placeholder(value: str) -> bool:
    """Whether the value says of itself that a real one belongs in its place, or is a piece of a template."""
    return _PLACEHOLDER.search(value) is not None


def is_placeholder(value: str) -> bool:
    """What documentation writes where a secret would stand."""
    return names_a_placeholder(value) or len(set(value.lower())) < min(6, len(value) - 1)


def counts_on(value: str) -> bool:
    """Whether at least half of twelve characters or more repeat their neighbour or count on from it, as in abcdef0123:
    chance does that to one in ten at most."""
    signs = [ord(c) for c in value[:_JUDGED].lower() if c.isascii() and c.isalnum()]
    if len(signs) < 12:
        return False
    steps = sum(b - a in (0, 1) or (a, b) in _WRAPS for a, b in pairwise(signs))
    return steps >= (len(signs) - 1) * 0.5


def class_changes(value: str) -> float:
    """The share of neighbouring letters and digits of different class (small, capital, digit), in [0, 1], at the
    value's beginning."""
    classes = [c for c in value[:_JUDGED].translate(_CLASSES) if c in "aA0"]
    if len(classes) < 2:
        return 0.0
    return sum(a != b for a, b in pairwise(classes)) / (len(classes) - 1)


def has_cluster(value: str) -> bool:
    """Whether five consonants stand in a row, as in few words of any language."""
    return _CONSONANTS.search(value) is not None


def reads_as_words(value: str) -> bool:
    """Whether every part between marks is a word, a number or one beside the other: names, versions, paths, dates."""
    return _WRITTEN.match(value) is not None or all(_is_word(part) for part in _NOT_ALNUM.split(value[:_JUDGED]))


def _is_word(part: str) -> bool:
    if len(part) <= 6:
        return len(part) <= 3 or _hump(part) >= 2.0
    hump = _hump(part)
    mixed = len(part) >= 10 and hump < 4.0 and len(_NUMBERS.findall(part)) > 1
    return hump >= 3.0 and not mixed and not _unpronounceable(part)


def _unpronounceable(value: str) -> bool:
    """Whether a word in `value`, or capitals longer than an acronym, holds five consonants in a row."""
    return any(has_cluster(piece) and (len(piece) > 6 or not piece.isupper()) for piece in _HUMPS.findall(value))


def _hump(part: str) -> float:
    """The mean length of the pieces that a reader of a camel-cased name sees: words, capitals, numbers. Names have
    three and more, random strings about two."""
    pieces = _HUMPS.findall(part[:_JUDGED])
    return sum(map(len, pieces)) / len(pieces) if pieces else 0.0


def token_body(candidate: str) -> int:
    """A string after a vendor's own prefix: no placeholder, and no identifier that only begins like the prefix."""
    body = _PREFIX.sub("", candidate, count=1)
    if is_placeholder(body) or counts_on(body) or entropy(body) < 2.3:
        return 0
    drawn = any(c.isdigit() for c in body) or _hump(body) < 2.5 or has_cluster(body)
    return len(candidate) if drawn else 0


def secret_value(candidate: str) -> int:
    """A value assigned to a name that speaks of keys: digits and letters mixed as chance mixes them."""
    candidate = candidate.rstrip(".,:;|?!&")
    if len(candidate) < 8 or is_placeholder(candidate):
        return 0
    digits = sum(c.isdigit() for c in candidate)
    if _GROUPED.fullmatch(candidate):
        return len(candidate)
    if digits == 0:
        return len(candidate) if _drawn_letters(candidate) else 0
    if digits == len(candidate):
        return len(candidate) if len(candidate) >= 15 else 0
    if entropy(candidate) < 0.7 * min(math.log2(len(candidate)), 4.0):
        return 0
    if _UUID.fullmatch(candidate):
        return len(candidate)
    if candidate.isalnum() and len(candidate) >= 14 and digits >= 3 and class_changes(candidate) >= 0.03:
        camel = not candidate.islower() and not candidate.isupper() and _hump(candidate) >= 4
        camel = camel and len(_NUMBERS.findall(candidate)) < 3
        return 0 if camel else len(candidate)
    return len(candidate) if class_changes(candidate) >= 0.2 and not reads_as_words(candidate) else 0


def spoken_value(candidate: str) -> int:
    """A value that follows a word for "key" without a sign between: at least twelve characters, clearly random."""
    candidate = candidate.rstrip(".,:;|?!&=-/_")
    if len(candidate) < 12 or "://" in candidate or base64_text(candidate) is not None:
        return 0
    if sum(c.isdigit() for c in candidate) < 2:
        return len(candidate) if _drawn_letters(candidate) and not is_placeholder(candidate) else 0
    if candidate.isdigit() or (candidate.count("-") == 4 and _UUID.fullmatch(candidate) is None):
        return 0
    return secret_value(candidate)


def _drawn_letters(value: str) -> bool:
    """Whether letters (and at most one digit) are mixed as no name is: capitals all over, or nothing to speak."""
    cased = not value.islower() and not value.isupper()
    odd = _hump(value) < 2.4 or (len(value) >= 16 and value.isalnum() and _unpronounceable(value))
    return len(value) >= 12 and cased and odd


def random_token(candidate: str) -> int:
    """A string that stands alone, with no word to explain it: only clear randomness counts. Plain hexadecimal does not
    (digests and identifiers are public), nor does a full line of base64 (certificates, attachments)."""
    if is_placeholder(candidate) or re.fullmatch(r"[0-9a-fA-F_-]+", candidate) or base64_text(candidate) is not None:
        return 0
    if (
        _UUID.search(candidate)
        or _DRAWING.fullmatch(candidate)
        or len(candidate) in _LINE_LENGTHS
        or "-----" in candidate
        or candidate.startswith(("AAAAB3", "AAAAC3", "AAAAE2"))
    ):
        return 0
    body = _PREFIX.sub("", candidate[:_JUDGED], count=1)
    digits = sum(c.isdigit() for c in body)
    letters = sum(c.isalpha() for c in body)
    changes = class_changes(body)
    cased = any(c.islower() for c in body) and any(c.isupper() for c in body)
    if max(map(len, re.split(r"[-_]", candidate[:_JUDGED]))) < 12 or counts_on(body):
        return 0
    if cased and digits and len(body) >= 24 and changes >= 0.45 and _hump(body) < 2.3:
        return len(candidate)
    if digits < 3 or letters < 6 or entropy(candidate) < 3.6 or len(body) < 16 or _hump(body) >= 3:
        return 0
    return len(candidate) if changes >= (0.38 if cased else 0.28) else 0
