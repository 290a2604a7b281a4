"""Telephone numbers and the addresses of mailboxes and machines: what is one, and what a date, a version or a list is.

Each function takes a candidate of the recogniser's shape and returns how many of its first characters are the value; 0
rejects it. Telephone numbers with a country code are checked by phonenumbers.
"""

import ipaddress
import re

import phonenumbers

_NOT_ALNUM = re.compile(r"[^0-9A-Za-z]+")
_REPOSITORY_USERS = frozenset({"git", "svn", "hg", "ssh"})
_SMALL_OCTET = 32
_GROUPED_DIGITS = 7
DATE = re.compile(
    r"(?:(?:19|20)\d\d ?[-/ ] ?(?:19|20)\d\d|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|"
    r"\d{4}[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./ ]\d{1,2}[-./ ]\d{2,4})$"
)
"""Written in digits; also a span of years."""


def email(candidate: str) -> int:
    """A mailbox (RFC 5321 lengths) that is not the user of a repository address such as git@host:path."""
    local = candidate.partition("@")[0]
    return 0 if local.lower() in _REPOSITORY_USERS or len(local) > 64 else len(candidate)


def phone_international(candidate: str) -> int:
    """A number with country code (ITU-T E.164), after + or 00, whose length that country uses."""
    digits = _NOT_ALNUM.sub("", re.split(r"[a-z]", candidate, maxsplit=1)[0])
    try:
        parsed = phonenumbers.parse("+" + (digits if "+" in candidate else digits[2:]), None)
    except phonenumbers.NumberParseException:
        return 0
    marked = "+" in candidate or not candidate.isdigit()
    real = phonenumbers.is_possible_number(parsed) if marked else phonenumbers.is_valid_number(parsed)
    return len(candidate) if real else 0


def phone_north_american(candidate: str) -> int:
    """Ten digits (perhaps after 1) whose area and exchange codes the North American plan allows."""
    digits = _NOT_ALNUM.sub("", re.split(r"[a-z]", candidate, maxsplit=1)[0])
    digits = digits[-10:] if len(digits) in (10, 11) else digits
    return len(candidate) if len(digits) == 10 and digits[0] > "1" and digits[3] > "1" else 0


def phone_digits(candidate: str) -> int:
    """Seven to eighteen digits that are not a date, a span of years, one digit repeated or a count upwards."""
    digits = _NOT_ALNUM.sub("", re.split(r"[a-z]", candidate, maxsplit=1)[0])
    if not 7 <= len(digits) <= 18 or len(set(digits)) < 3:
        return 0
    pairs = candidate.split()
    listed = len(pairs) > 3 and all(len(pair) <= 2 for pair in pairs) and pairs == sorted(pairs)
    return 0 if listed or DATE.match(candidate.strip("()")) or counts_up(digits) else len(candidate)


def phone_national(candidate: str) -> int:
    """As a country writes its own numbers: nine to twelve digits in groups, the first with a leading 0; no dates, no
    list of two-digit or zero-led numbers."""
    groups = re.findall(r"\d+", candidate)
    if not 9 <= sum(map(len, groups)) <= 12 or len(groups) < 2 or (len(groups[0]) < 2 and len(groups) < 3):
        return 0
    listed = len({len(group) for group in groups}) == 1
    rising = groups == sorted(groups)
    if tuple(map(len, groups)) in ((3, 2, 4), (5, 4)):  # as US Social Security numbers and ZIP+4 are grouped
        return 0
    if listed and (rising or all(group.startswith("0") for group in groups)):
        return 0
    return phone_digits(candidate)


def phone_shaped(candidate: str) -> int:
    """As `phone_digits`, and written as telephone numbers are: with a leading 0, + or bracket, or in groups."""
    groups = re.findall(r"\d+", candidate)
    led = candidate[0] in "0+("
    grouped = len(groups) > 1 and len(groups[-1]) > 1 and len("".join(groups)) >= _GROUPED_DIGITS
    return phone_digits(candidate) if led or grouped else 0


def phone_alone(candidate: str) -> int:
    """A text that is nothing but a number in groups: not grouped as identity, account or card numbers are."""
    groups = tuple(len(group) for group in re.findall(r"\d+", candidate))
    national = candidate.strip("( ").startswith("0")
    if sum(groups) > 11 or (groups in ((3, 2, 4), (2, 7), (6, 4)) or (groups == (3, 3, 3) and not national)):
        return 0
    return phone_north_american(candidate) if groups == (3, 3, 4) and not national else phone_digits(candidate)


def counts_up(digits: str) -> bool:
    """Whether the digits are a stretch of 0123456789, perhaps started over."""
    return digits in "012345678901234567890"


def ip_v4_unlike_version(candidate: str) -> int:
    """As `ip_address`, but where nothing says so an address of four small numbers is more likely a version."""
    octets = candidate.partition("/")[0].split(".")
    small = octets[0] != "10" and all(int(octet) < _SMALL_OCTET for octet in octets)
    return 0 if small else ip_address(candidate)


def ip_address(candidate: str) -> int:
    """An IPv4 or IPv6 address (RFC 791, RFC 4291) that names a machine: no mask, loopback, wildcard or network."""
    bare, _, prefix = candidate.partition("/")
    try:
        parsed = ipaddress.ip_address(bare)
    except ValueError:
        return 0
    if parsed.is_loopback or parsed.is_unspecified or bare.startswith(("255.", "0.")):
        return 0
    if prefix.isdigit() and int(prefix) < parsed.max_prefixlen:
        try:
            if ipaddress.ip_interface(candidate).network.network_address == parsed:
                return 0
        except ValueError:
            return len(bare)
    return len(candidate) if not prefix else len(bare)


def ip_v6(candidate: str) -> int:
    """As `ip_address`, for candidates that may end in a colon or full stop of the sentence, and not for names of
    program parts such as a::b."""
    bare = candidate.rstrip(".:") if not candidate.endswith("::") else candidate
    groups = [group for group in bare.partition("/")[0].split(":") if group]
    if not groups:  # "::/0" and the like name no machine
        return 0
    names = not any(character.isdigit() for character in bare) or (len(groups) < 3 and len(groups[0]) < 4)
    return 0 if names else ip_address(bare)


def mac(candidate: str) -> int:
    """Six octets with one separator throughout (IEEE 802), neither broadcast nor all alike."""
    if candidate.count(":") + candidate.count("-") != 5:
        return 0
    octets = re.split(r"[:-]", candidate)
    placeholder = len(set(octets)) == 1 or candidate.lower().startswith(
        ("aa:bb:cc", "00:11:22", "aa-bb-cc", "00-11-22")
    )
    return len(candidate) if not placeholder and len(set(candidate[2::3])) == 1 else 0


def coordinates(candidate: str) -> int:
    """Latitude and longitude in degrees (WGS 84), not both nought."""
    latitude, longitude = (float(number) for number in re.findall(r"-?\d+\.\d+", candidate)[:2])
    return len(candidate) if abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude or longitude) else 0


CONTACT_CHECKS = {
    check.__name__: check
    for check in (
        coordinates,
        email,
        ip_address,
        ip_v4_unlike_version,
        ip_v6,
        mac,
        phone_alone,
        phone_digits,
        phone_international,
        phone_national,
        phone_north_american,
        phone_shaped,
    )
}
"""By the names that recognisers use."""
