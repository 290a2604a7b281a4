"""Whether a candidate is a password, a hash of one, or another credential with a form of its own.

A password can be any string, so what counts is how sure the text is that it names one: each function states what stood
beside its candidate. All return how many of the candidate's first characters are the value; 0 rejects it.
"""

import re

from lacuna.adapters.classifiers import randomness
from lacuna.adapters.classifiers.decoding import base64_text

_COMMON = frozenset(
    "password passwort passwd pass passw0rd postgres secret required optional string admin root user username "
    "incorrect correct invalid mysql default test guest example password1 password123 changeme nopasswd "
    "nopassword".split()
)
_TRAILING = ".,;:)]}&|"
_CODE = re.compile(
    r"[A-Za-z_$]\w*(?:(?:\.|->|::|\?\.)[A-Za-z_]\w*)+|[\w.:>-]*[A-Za-z_]\w*[(\[]|[&*]?(?:self|this|config|settings|ctx|args|opts?)\b|"
    r"//|\w+/\w+\[|\w+\\[(*]|\|\w|\*\\?|[a-z]+:[a-z]+$|[!@#%&][A-Za-z_-]+$|#\{|@\{|/[\w.@-]+/|\.{0,2}/\w|https?:|\w+://|arn:|\\[$\"']|\w+=\w*$|sha\d+:|--?\w|[a-z_]+\w*\?|:[a-z_]+$"
)
_WORDS = re.compile(r"[A-Za-z]+(?:['._/-][A-Za-z]+)*[.,;:!?)]*")
_TERM = re.compile(
    r"(?i)(?:scram-|pbkdf2-|hmac-)?(?:sha|md|aes|des|utf|pbkdf|base|ntlm|bcrypt|argon|scrypt|rfc|iso|tls|ssl|oauth|ipv|"
    r"http|ws|pdf|windows|office|python|java|latin|cp)[-_ ]?\d[\w-]{0,16}$|[a-z]{1,2}[-_]?\d{1,4}$|"
    r"(?:version|level|type|part|step|chapter|section|table|figure|field|user|usr|test|host|server|node|line|"
    r"page|option|param|arg|item)[-_ ]?\d+$"
)
_COUNTED = re.compile(r"(?i)\d+[-_.]?[a-z]+$|\d[\d.,:/-]*[a-z%]{0,3}$")
_SEED_WORD = re.compile(r"[a-z]{3,8}")
_FUNCTION_WORDS = frozenset(
    "the and for that this with are was you your can not but have has from they will would which their there been its "
    "into than then them write down keep people words".split()
)
_HASH_LENGTHS = (16, 1_024)


def password(candidate: str) -> int:
    """What is assigned to a password's name: more than one character class, no placeholder, no code."""
    value = _stripped(candidate)
    if len(value) < 5 or _is_no_password(value) or _TERM.match(value):
        return 0
    kinds = _kinds(value)
    if len(kinds) < 2 or _WORDS.fullmatch(value):
        return len(value) if len(value) >= 12 and _drawn_letters(value) else 0
    if "0" in kinds:
        return len(value)
    return len(value) if not value[:-1].isalpha() and not _WORDS.fullmatch(value.strip("_-$@!#%^&*~+=.")) else 0


def password_spoken(candidate: str) -> int:
    """What a sentence says a password is: as `password`, with a digit or a mark inside, and no term of the trade."""
    value = _spoken(candidate)
    if value.isdigit():
        return len(value) if 5 <= len(value) <= 12 else 0
    return password(value) if value and not _COUNTED.fullmatch(value) else 0


def password_beside(candidate: str) -> int:
    """The last word of `candidate`, which ends in what stands beside a word for "password" with nothing between: at
    least eight characters, digits and letters, and no name with a number at its end."""
    text = candidate.rstrip("\"'`")
    if candidate[:1] in "\"'`":
        text = candidate[1:].partition(candidate[0])[0]
        return len(candidate) if password_spoken(text) else 0
    value = re.split(r"[\s\"'`(]", text)[-1]
    kept = _spoken(value)
    if len(kept) < 6 or not password_spoken(kept):
        return 0
    kinds = _kinds(kept)
    if not kinds & {"a", "A"} or ("0" not in kinds and not {"a", "A", "."} <= kinds):
        return 0
    strong = "." in kinds or len(kinds) >= 3 or randomness.class_changes(kept) >= 0.2
    marks = {c for c in kept if not c.isalnum()}
    joined = kept[-1].isdigit() and bool(marks & {"-", "_"})
    named = marks <= set("-_./:'+") and kept[-1].isalnum() and not joined and randomness.reads_as_words(kept)
    return len(candidate) - len(value) + len(kept) if strong and not named else 0


def password_part(candidate: str) -> int:
    """The password of a `user:password` pair: anything but a placeholder."""
    bare = candidate.strip("'\"\\")
    if bare.lower() in _COMMON or randomness.names_a_placeholder(bare) or bare.isupper() or bare.isalpha():
        return len(candidate) if bare.isalpha() and len(bare) >= 12 and _drawn_letters(bare) else 0
    return len(candidate)


def command_password(candidate: str) -> int:
    """What follows the option of a command that takes a password: no port, address, file or other option."""
    if re.match(r"[-/]|\d{1,5}(?::\d|$)|\d+\.\d+\.\d+\.\d+|[\w.-]*:\d+(?::|$)|[\w./-]+\.\w{2,4}$", candidate):
        return 0
    return password(candidate)


def last_part(candidate: str) -> int:
    """The word at the end of a line of a credential file, after white space or a colon."""
    value = re.split(r"[\s:]", candidate)[-1]
    return len(candidate) if password(value) else 0


def url_password(candidate: str) -> int:
    """The password in a URL's user information, perhaps percent-encoded: no common word, no placeholder."""
    if _is_no_password(candidate) or candidate.lower() in _COMMON or candidate.isupper():
        return 0
    kinds = _kinds(candidate)
    return len(candidate) if len(kinds) > 1 or (len(candidate) >= 8 and _drawn_letters(candidate)) else 0


def connection_value(candidate: str) -> int:
    """A key or password in a connection string."""
    return randomness.secret_value(candidate) or password(candidate)


def header_value(candidate: str) -> int:
    """A token in a header; where it is base64 of `user:password` (RFC 7617), the password decides."""
    decoded = base64_text(candidate)
    if decoded is not None and ":" in decoded and decoded.isprintable() and "{" not in decoded:
        return len(candidate) if password_part(decoded.partition(":")[2]) else 0
    return randomness.secret_value(candidate)


def basic_credentials(candidate: str) -> int:
    """Base64 of `user:password` with a password that is no placeholder."""
    decoded = base64_text(candidate)
    user, separator, secret = (decoded or "").partition(":")
    return len(candidate) if separator and user and len(secret) >= 3 and password_part(secret) else 0


def password_hash(candidate: str) -> int:
    """A salted or plain hash as systems store it: long, and no shell variable."""
    return len(candidate) if _HASH_LENGTHS[0] <= len(candidate) and randomness.entropy(candidate) >= 3.0 else 0


def seed_phrase(candidate: str) -> int:
    """Twelve to twenty-four words as BIP-39 phrases have them (three to eight letters each) that make no sentence."""
    words = _SEED_WORD.findall(candidate.lower())
    spoken = sum(word in _FUNCTION_WORDS for word in words)
    return len(candidate) if len(words) >= 12 and spoken == 0 else 0


def one_time_seed(candidate: str) -> int:
    """Base32 (RFC 4648) drawn at random."""
    compact = candidate.replace(" ", "")
    drawn = any(c.isdigit() for c in compact) or randomness.has_cluster(compact)
    return len(candidate) if drawn and not randomness.is_placeholder(compact) else 0


def recovery_code(candidate: str) -> int:
    """A code of one use: digits alone, or digits and letters mixed."""
    compact = candidate.replace("-", "").replace(" ", "")
    digits = sum(c.isdigit() for c in compact)
    return len(candidate) if digits == len(compact) or (digits >= 2 and not randomness.is_placeholder(compact)) else 0


def _kinds(value: str) -> set[str]:
    return {"a" if c.islower() else "A" if c.isupper() else "0" if c.isdigit() else "." for c in value}


def _stripped(candidate: str) -> str:
    return candidate.rstrip(_TRAILING)


def _spoken(candidate: str) -> str:
    """The part of a candidate before the sentence goes on: letters of other scripts, a full stop, a bracket."""
    ascii_part = re.match(r"[\x21-\x7e]*", candidate)
    return (ascii_part.group() if ascii_part else "").rstrip(_TRAILING + "?\"'")


def _is_no_password(value: str) -> bool:
    return (
        value.lower().strip("!?.") in _COMMON or randomness.names_a_placeholder(value) or _CODE.match(value) is not None
    )


def _drawn_letters(value: str) -> bool:
    return value.isalpha() and (randomness.has_cluster(value) or randomness.class_changes(value) >= 0.35)
