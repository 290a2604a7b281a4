"""Numbers by which states know a person, where python-stdnum has no check or one that real numbers fail.

Each function takes a candidate of the recogniser's shape and returns how many of its first characters are the value; 0
rejects it.
"""

import re
from datetime import date

from stdnum import luhn
from stdnum.iso7064 import mod_11_10

_NOT_ALNUM = re.compile(r"[^0-9A-Za-z]+")


_ADVERTISED_SSN = frozenset({"078051120", "219099999", "457555462"})
"""Printed in advertisements, so the Social Security Administration withdrew them."""


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def ssn_us(candidate: str) -> int:
    """A US Social Security number: one separator throughout, no impossible area, group or serial (SSA rules)."""
    digits = _NOT_ALNUM.sub("", candidate)
    marks = set(_NOT_ALNUM.findall(candidate))
    if len(digits) != 9 or len(marks) > 1 or len(set(digits)) == 1:
        return 0
    if digits in _ADVERTISED_SSN:
        return 0
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return 0 if area in ("000", "666") or area[0] == "9" or group == "00" or serial == "0000" else len(candidate)


def philippine_tin(candidate: str) -> int:
    """A Philippine taxpayer number: nine digits with a mod 11 check digit, perhaps a branch code."""
    digits = _NOT_ALNUM.sub("", candidate)
    total = sum(int(digit) * weight for digit, weight in zip(digits[:8], range(9, 1, -1), strict=True))
    return len(candidate) if len(digits) in (9, 12, 14) and total % 11 == int(digits[8]) else 0


def medicare_au(candidate: str) -> int:
    """An Australian Medicare card number (first digit 2 to 6, weighted check digit)."""
    digits = _NOT_ALNUM.sub("", candidate)
    total = sum(int(digit) * weight for digit, weight in zip(digits[:8], (1, 3, 7, 9, 1, 3, 7, 9), strict=True))
    return len(candidate) if digits[0] in "23456" and total % 10 == int(digits[8]) else 0


def korean_rrn(candidate: str) -> int:
    """A Korean resident registration number: a birth date, a century digit and, before October 2020, a check digit.
    Numbers since then have none, so the date and region code decide."""
    digits = _NOT_ALNUM.sub("", candidate)
    century = 1900 if digits[6] in "12" else 2000
    born = _is_date(century + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    return len(candidate) if born and digits[6] in "1234" else 0


def icao_document(candidate: str) -> int:
    """A document number with the check digit of ICAO Doc 9303 (weights 7, 3, 1) as its last digit."""
    code = candidate.upper()
    if not code[-1].isdigit() or not any(c.isdigit() for c in code[:-1]):
        return 0
    total = sum(int(c, 36) * (7, 3, 1)[at % 3] for at, c in enumerate(code[:-1]))
    return len(candidate) if total % 10 == int(code[-1]) else 0


def german_insurance(candidate: str) -> int:
    """A German pension insurance number (VKVV section 4): area, birth date, initial, serial, check digit."""
    code = candidate.upper()
    if not (1 <= int(code[2:4]) % 50 <= 31 and 1 <= int(code[4:6]) <= 12):
        return 0
    digits = code[:8] + f"{ord(code[8]) - 64:02d}" + code[9:11]
    weights = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
    total = sum(sum(divmod(int(digit) * weight, 10)) for digit, weight in zip(digits, weights, strict=True))
    return len(candidate) if total % 10 == int(code[11]) else 0


def german_tax_id(candidate: str) -> int:
    """A German tax identification number: eleven digits, ISO 7064 mod 11,10, not starting with 0."""
    digits = _NOT_ALNUM.sub("", candidate)
    return len(candidate) if digits[0] != "0" and mod_11_10.is_valid(digits) else 0


def spanish_nif(candidate: str) -> int:
    """A Spanish DNI with its letter (mod 23); numbers under ten million may lack the leading zero."""
    code = _NOT_ALNUM.sub("", candidate).upper()
    return len(candidate) if "TRWAGMYFPDXBNJZSQVHLCKE"[int(code[:-1]) % 23] == code[-1] else 0


def finnish_hetu(candidate: str) -> int:
    """A Finnish personal identity code, with the century signs added in 2023 (Decree 690/2022)."""
    code = candidate.upper()
    number = int(code[:6] + code[7:10])
    century = {"+": 1800, "-": 1900}.get(code[6], 1900 if code[6] in "UVWXY" else 2000)
    real = _is_date(century + int(code[4:6]), int(code[2:4]), int(code[:2])) and int(code[7:10]) >= 2
    return len(candidate) if real and "0123456789ABCDEFHJKLMNPRSTUVWXY"[number % 31] == code[10] else 0


def south_african_id(candidate: str) -> int:
    """A South African identity number: a birth date, a citizenship digit 0 to 2, Luhn."""
    digits = _NOT_ALNUM.sub("", candidate)
    dated = 1 <= int(digits[2:4]) <= 12 and 1 <= int(digits[4:6]) <= 31
    return len(candidate) if dated and digits[10] in "012" and luhn.is_valid(digits) else 0


def nordic_birth_number(candidate: str) -> int:
    """Six digits of a birth date (day first) and four more: Danish numbers since 2007 have no check digit."""
    digits = _NOT_ALNUM.sub("", candidate)
    return len(candidate) if _is_date(2000 + int(digits[4:6]), int(digits[2:4]), int(digits[:2])) else 0


def latvian_code(candidate: str) -> int:
    """A Latvian personal code: a birth date and a century digit, or, since 2017, 32 and nine digits."""
    digits = _NOT_ALNUM.sub("", candidate)
    dated = digits[6] in "012" and _is_date(
        1800 + 100 * int(digits[6]) + int(digits[4:6]), int(digits[2:4]), int(digits[:2])
    )
    return len(candidate) if dated or digits.startswith("32") else 0


def russian_snils(candidate: str) -> int:
    """A Russian insurance number (SNILS): nine digits and their weighted sum modulo 101."""
    digits = _NOT_ALNUM.sub("", candidate)
    total = sum(int(digit) * weight for digit, weight in zip(digits[:9], range(9, 0, -1), strict=True))
    return len(candidate) if total % 101 % 100 == int(digits[9:]) else 0


def hungarian_taj(candidate: str) -> int:
    """A Hungarian health insurance number (TAJ): weights 3 and 7, modulo 10."""
    digits = _NOT_ALNUM.sub("", candidate)
    total = sum(int(digit) * (3, 7)[at % 2] for at, digit in enumerate(digits[:8]))
    return len(candidate) if total % 10 == int(digits[8]) and len(set(digits)) > 2 else 0


def taiwanese_id(candidate: str) -> int:
    """A Taiwanese identity number: a region letter, nine digits, weighted sum modulo 10."""
    code = candidate.upper()
    region = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(code[0]) + 10
    digits = [*divmod(region, 10), *map(int, code[1:])]
    weights = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
    return len(candidate) if sum(d * w for d, w in zip(digits, weights, strict=True)) % 10 == 0 else 0


def hong_kong_id(candidate: str) -> int:
    """A Hong Kong identity card number: one or two letters, six digits, a check digit modulo 11 (A is 10)."""
    code = _NOT_ALNUM.sub("", candidate).upper()
    values = [36] * (9 - len(code)) + [int(character, 36) for character in code]
    total = sum(value * weight for value, weight in zip(values, range(9, 0, -1), strict=True))
    return len(candidate) if total % 11 == 0 else 0


def german_health_card(candidate: str) -> int:
    """A German health insurance number (KVNR, SGB V section 290): a letter, eight digits, modified Luhn."""
    code = candidate.upper()
    digits = f"{ord(code[0]) - 64:02d}" + code[1:9]
    total = sum(sum(divmod(int(digit) * (1, 2)[at % 2], 10)) for at, digit in enumerate(digits))
    return len(candidate) if total % 10 == int(code[9]) else 0


def iranian_id(candidate: str) -> int:
    """An Iranian national code: ten digits, weighted sum modulo 11."""
    digits = _NOT_ALNUM.sub("", candidate)
    rest = sum(int(digit) * weight for digit, weight in zip(digits[:9], range(10, 1, -1), strict=True)) % 11
    check = rest if rest < 2 else 11 - rest
    return len(candidate) if check == int(digits[9]) and len(set(digits)) > 2 else 0


def saudi_id(candidate: str) -> int:
    """A Saudi identity or residence number: ten digits starting with 1 or 2, Luhn."""
    return len(candidate) if luhn.is_valid(_NOT_ALNUM.sub("", candidate)) else 0


NATIONAL_CHECKS = {
    check.__name__: check
    for check in (
        finnish_hetu,
        german_health_card,
        german_insurance,
        german_tax_id,
        hong_kong_id,
        hungarian_taj,
        icao_document,
        iranian_id,
        korean_rrn,
        latvian_code,
        medicare_au,
        nordic_birth_number,
        philippine_tin,
        russian_snils,
        saudi_id,
        south_african_id,
        spanish_nif,
        ssn_us,
        taiwanese_id,
    )
}
"""By the names that recognisers use."""
