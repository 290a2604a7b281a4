"""Whether a string looks drawn at random, as keys and passwords are, or written by a person as a name, path or
placeholder.

A word changes character class (small, capital, digit) rarely and along syllables; a random string changes all the
time. That separates short strings better than Shannon entropy alone, which is bounded by log2 of the length.
"""

import math
import re
from collections import Counter
from itertools import pairwise

from lacuna.adapters.classifiers.decoding import base64_text

_PLACEHOLDER = re.compile(
    r"(?i)x{4,}|\*{3,}|\.{3}|0{8,}|1{8,}|(?:^|[^a-z])(?:example|placeholder|changeme|change_me|redacted|dummy|sample|"
    r"your|insert|replace|"
    r"undefined|secret_?name|none|null|true|false|todo|test_?test|foobar|my_?(?:secret|password|token|key))(?:$|"
    r"[^a-z])|"
    r"abcdefgh|abc123|12345678|example|^your|_?here$|\$\{|\{\{|^[<\[{$%(]|^process\.|^os\.|environ|getenv|\(\)"
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_CONSONANTS = re.compile(r"(?i)[bcdfghjklmnpqrstvwxz]{5}")
_CLASSES = str.maketrans(
    {
        **dict.fromkeys("abcdefghijklmnopqrstuvwxyz", "a"),
        **dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "A"),
        **dict.fromkeys("0123456789", "0"),
    }
)
_JUDGED = 1_024
"""Characters that are enough to tell; what follows cannot cost time."""

_COMMON_PASSWORDS = frozenset(
    {
        "password",
        "postgres",
        "secret",
        "required",
        "optional",
        "string",
        "admin",
        "root",
        "user",
        "incorrect",
        "correct",
    }
)


def entropy(value: str) -> float:
    """Shannon entropy of the value's first characters, in bits for each."""
    value = value[:_JUDGED]
    length = len(value)
    return -sum(n / length * math.log2(n / length) for n in Counter(value).values())


def is_placeholder(value: str) -> bool:
    """What documentation writes where a secret would stand."""
    return _PLACEHOLDER.search(value) is not None or len(set(value.lower())) < min(6, len(value) - 1)


def class_changes(value: str) -> float:
    """The share of neighbouring letters and digits of different class (small, capital, digit), in [0, 1], at the
    value's beginning."""
    classes = [c for c in value[:_JUDGED].translate(_CLASSES) if c in "aA0"]
    if len(classes) < 2:
        return 0.0
    return sum(a != b for a, b in pairwise(classes)) / (len(classes) - 1)


def token_body(candidate: str) -> int:
    """A string after a vendor's own prefix: no placeholder, and no identifier that only begins like the prefix."""
    body = re.sub(r"^[A-Za-z0-9]{1,12}[-_.]", "", candidate)
    if is_placeholder(body) or entropy(body) < 2.5:
        return 0
    drawn = any(c.isdigit() for c in body) or class_changes(body) >= 0.35 or _CONSONANTS.search(body)
    return len(candidate) if drawn else 0


def secret_value(candidate: str) -> int:
    """A value assigned to a name that speaks of keys: digits and letters mixed as chance mixes them."""
    if is_placeholder(candidate) or len(candidate) < 8:
        return 0
    digits = sum(c.isdigit() for c in candidate)
    if digits == 0:
        return len(candidate) if len(candidate) >= 20 and class_changes(candidate) >= 0.35 else 0
    if entropy(candidate) < 0.72 * min(math.log2(len(candidate)), 4.0):
        return 0
    if _UUID.fullmatch(candidate) or (digits == len(candidate) >= 15):
        return len(candidate)
    unbroken = candidate.isalnum() and len(candidate) >= 14 and digits >= 3
    return len(candidate) if class_changes(candidate) >= (0.05 if unbroken else 0.24) else 0


def random_token(candidate: str) -> int:
    """A string that stands alone, with no word to explain it: only clear randomness counts. Plain hexadecimal does not
    (digests and identifiers are public)."""
    if is_placeholder(candidate) or re.fullmatch(r"[0-9a-fA-F_-]+", candidate) or base64_text(candidate) is not None:
        return 0
    digits = sum(c.isdigit() for c in candidate)
    letters = sum(c.isalpha() for c in candidate)
    if digits < 3 or letters < 6 or entropy(candidate) < 3.6:
        return 0
    cased = any(c.islower() for c in candidate) and any(c.isupper() for c in candidate)
    return len(candidate) if class_changes(candidate) >= (0.38 if cased else 0.28) else 0


def password(candidate: str) -> int:
    """What follows the word "password": any string with more than one character class that is no placeholder."""
    if candidate.lower() in _COMMON_PASSWORDS or _PLACEHOLDER.search(candidate) or len(candidate) < 5:
        return 0
    kinds = {"a" if c.islower() else "A" if c.isupper() else "0" if c.isdigit() else "." for c in candidate}
    marked = "0" in kinds or ("." in kinds and not re.fullmatch(r"[A-Za-z]+(?:['._/-][A-Za-z]+)*[.,;:!?)]*", candidate))
    return len(candidate) if len(kinds) > 1 and marked else 0


def password_part(candidate: str) -> int:
    """The password of a `user:password` pair: anything but a placeholder."""
    bare = candidate.strip("'\"\\")
    return 0 if bare.lower() in _COMMON_PASSWORDS or _PLACEHOLDER.search(bare) or bare.isupper() else len(candidate)
