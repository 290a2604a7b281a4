"""Check digits and well-known exceptions for what the packs look for.

Each function takes a candidate of the recogniser's shape and returns how many of its first characters are the value; 0
rejects it.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from stdnum import luhn, verhoeff

Check = Callable[[str], int]

_NOT_ALNUM: Final = re.compile(r"[^0-9A-Za-z]+")
_LONGEST_CODE: Final = 24


def npi(candidate: str) -> int:
    """A US National Provider Identifier: Luhn over the number with the prefix 80840 (45 CFR 162.406)."""
    digits = _NOT_ALNUM.sub("", candidate)
    return len(candidate) if len(digits) == 10 and luhn.is_valid("80840" + digits) else 0


def dea(candidate: str) -> int:
    """A registration number of the US Drug Enforcement Administration: two letters, six digits, a check digit."""
    digits = candidate[2:]
    total = sum(map(int, digits[0:6:2])) + 2 * sum(map(int, digits[1:6:2]))
    return len(candidate) if total % 10 == int(digits[6]) else 0


def kvnr(candidate: str) -> int:
    """A German health insurance number: a letter, eight digits, a check digit (modified Luhn, section 290 SGB V)."""
    code = candidate.upper()
    digits = f"{ord(code[0]) - ord('A') + 1:02}{code[1:9]}"
    products = [int(digit) * (1 + at % 2) for at, digit in enumerate(digits)]
    total = sum(product // 10 + product % 10 for product in products)
    return len(candidate) if total % 10 == int(code[9]) and len(set(code[1:])) > 1 else 0


def loinc(candidate: str) -> int:
    """A LOINC code: a Luhn check digit behind the hyphen."""
    return len(candidate) if luhn.is_valid(candidate.replace("-", "")) else 0


def snomed(candidate: str) -> int:
    """A SNOMED CT identifier: Verhoeff check digit, a partition that exists."""
    return (
        len(candidate)
        if candidate[-3:-1] in ("00", "01", "02", "10", "11", "12") and verhoeff.is_valid(candidate)
        else 0
    )


def record_code(candidate: str) -> int:
    """Letters and digits of which at least four are digits, and no date: what follows "member id" and the like."""
    code = _NOT_ALNUM.sub("", candidate)
    digits = re.sub(r"\D", "", code)
    if len(digits) < 4 or len(code) > _LONGEST_CODE or len(set(digits)) < 2:
        return 0
    return 0 if _DATE.fullmatch(candidate) else len(candidate)


_DATE: Final = re.compile(r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}|(?:19|20)\d\d(?:[-/](?:19|20)?\d\d)?")


def track_data(candidate: str) -> int:
    """Data of a card's magnetic stripe (ISO/IEC 7813): the card number in it has its check digit."""
    number = re.search(r"\d{12,19}", candidate)
    return len(candidate) if number and luhn.is_valid(number[0]) else 0


def security_number(candidate: str) -> int:
    """Not one letter or digit repeated, and at least one digit: codes whose context names them already."""
    return len(candidate) if any(c.isdigit() for c in candidate) and len(set(candidate)) > 2 else 0


_PUBLISHED_ACCOUNTS: Final = frozenset(
    {"123456789012", "111122223333", "444455556666", "777788889999", "555555555555", "012345678901", "210987654321"}
)
"""Account ids that documentation uses."""


def cloud_account(candidate: str) -> int:
    """A cloud account's number that is not one of the documentation's: no digit repeated throughout."""
    found = re.search(r"\d{12}", candidate)
    if found is None or found[0] in _PUBLISHED_ACCOUNTS or len(set(found[0])) < 3:
        return 0
    return len(candidate)


_OPEN_HOSTS: Final = re.compile(
    r"://(?:[a-z0-9.-]+\.)?(?:gitlab\.com|github\.com|bitbucket\.org|apache\.org|jenkins\.io|kernel\.org|mozilla\.org|"
    r"gnome\.org|kde\.org|debian\.org|fedoraproject\.org|redhat\.com|python\.org|atlassian\.com|freedesktop\.org|"
    r"videolan\.org|travis-ci\.(?:com|org)|circleci\.com|example\.(?:com|org|net)|localhost|eclipse\.org|"
    r"mongodb\.org|spring\.io|hibernate\.org|openjdk\.(?:org|java\.net)|torproject\.org|wikimedia\.org|gnu\.org)\b"
)


def inner_url(candidate: str) -> int:
    """An address of a build or tracker that is not one of those that work in the open."""
    return 0 if _OPEN_HOSTS.search(candidate.lower()) or "example" in candidate.lower() else len(candidate)


_NAMED_BY_DOCS: Final = re.compile(
    r"(?:^|[/@.])(?:my-?|your-?|project-?id|project\b|<|example|sample|test|demo|google-|distroless|"
    r"kubernetes|k8s|knative|server\b)"
    r"|myserver|mydb|mydatabase|myinstance"
)


def inner_project(candidate: str) -> int:
    """A name in a cloud that documentation would not give."""
    return 0 if _NAMED_BY_DOCS.search(candidate.lower()) else len(candidate)


_EVERYBODYS_SHARES: Final = re.compile(
    r"[\\/](?:server|servername|host|hostname|computer|machine|nas|fileserver|share)\d?[\\/.]", re.I
)


def inner_share(candidate: str) -> int:
    """A network share whose server has a name of its own."""
    return 0 if _EVERYBODYS_SHARES.search(candidate) or "example" in candidate.lower() else len(candidate)


_NO_TICKETS: Final = frozenset(
    "CVE ISO IEC UTF SHA RFC COVID ANSI IEEE CWE EN DIN GHSA MS KB AES RSA MD PEP JEP JSR ECMA EIP BIP NIST "
    "FIPS SP HTTP "
    "TLS SSL USB HDMI PCI DDR RTX GTX GPT LLAMA CLAUDE GEMINI ASCII LATIN WINDOWS IPV SARS H MIL STD ASTM UL ICD DSM "
    "WCAG PS XBOX SN A B C D E F X Q T U COP CIS APT TA CUDA OS IBM ARM MIPS AMD INTEL CC BY GPL LGPL MIT".split()
)


def ticket_key(candidate: str) -> int:
    """A tracker's key; not a standard, an advisory or a product with a number."""
    return 0 if candidate.partition("-")[0].upper() in _NO_TICKETS else len(candidate)


def directory_name(candidate: str) -> int:
    """A distinguished name of a directory that is not documentation's."""
    low = candidate.lower()
    return (
        0 if "dc=example" in low or "dc=contoso" in low or "dc=mydomain" in low or "dc=test" in low else len(candidate)
    )


PACK_CHECKS: Final[Mapping[str, Check]] = {
    "cloud_account": cloud_account,
    "dea": dea,
    "directory_name": directory_name,
    "inner_project": inner_project,
    "inner_share": inner_share,
    "inner_url": inner_url,
    "kvnr": kvnr,
    "loinc": loinc,
    "npi": npi,
    "record_code": record_code,
    "security_number": security_number,
    "snomed": snomed,
    "ticket_key": ticket_key,
    "track_data": track_data,
}
