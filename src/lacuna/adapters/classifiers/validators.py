"""Decides whether a candidate is what its shape promises: check digits, issuer ranges, parsable addresses, randomness.

Each validator takes a candidate and returns how many of its first characters are the value; 0 rejects it. National
identifiers are checked by python-stdnum, telephone numbers by phonenumbers. Randomness tests live in `randomness`.
"""

import hashlib
import importlib
import ipaddress
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

import phonenumbers
from stdnum import luhn
from stdnum.iso7064 import mod_11_10, mod_97_10

from lacuna.adapters.classifiers import randomness

Validator = Callable[[str], int]

_NOT_ALNUM = re.compile(r"[^0-9A-Za-z]+")
_DATE = re.compile(r"(?:\d{4}[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./ ]\d{1,2}[-./ ]\d{2,4})$")
_REPOSITORY_USERS = frozenset({"git", "svn", "hg", "ssh"})
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

_CARD_RANGES = (  # ISO/IEC 7812 issuer prefixes with their lengths
    (re.compile(r"4\d{12}(?:\d{3}){0,2}$"), "Visa"),
    (re.compile(r"(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)\d+$"), "Mastercard"),
    (re.compile(r"3[47]\d{13}$"), "American Express"),
    (re.compile(r"(?:6011|64[4-9]|65|622)\d+$"), "Discover"),
    (re.compile(r"3(?:0[0-5]|09|6|8|9)\d+$"), "Diners"),
    (re.compile(r"(?:35(?:2[89]|[3-8]\d)\d{12}|(?:2131|1800)\d{11})$"), "JCB"),
    (re.compile(r"(?:5018|5020|5038|5[6-8]|6304|6759|676[1-3]|639|0604|501)\d+$"), "Maestro"),
    (re.compile(r"(?:62|81)\d+$"), "UnionPay"),
    (re.compile(r"1\d{14}$"), "UATP"),
)
_CARD_LENGTHS = {
    "Visa": (13, 16, 19),
    "Mastercard": (16,),
    "Discover": (16, 19),
    "Diners": (14, 16, 19),
    "Maestro": tuple(range(12, 20)),
}


def card(candidate: str) -> int:
    """A payment card number: issuer range, length and Luhn (ISO/IEC 7812-1)."""
    digits = _NOT_ALNUM.sub("", candidate)
    if len(set(digits)) < 2 or not luhn.is_valid(digits):
        return 0
    for prefix, issuer in _CARD_RANGES:
        if prefix.match(digits) and len(digits) in _CARD_LENGTHS.get(issuer, (15, 16, 17, 18, 19)):
            return len(candidate)
    return 0


def iban_number(candidate: str) -> int:
    """An IBAN (ISO 13616: country, length, mod 97) at the candidate's start; what follows it does not belong to it."""
    length = _IBAN_LENGTHS.get(candidate[:2].upper())
    if length is None:
        return 0
    seen = 0
    for index, character in enumerate(candidate):
        seen += character.isalnum()
        if seen == length:
            rest = candidate[index + 1 : index + 2]
            plain = _NOT_ALNUM.sub("", candidate[: index + 1])
            return index + 1 if mod_97_10.is_valid(plain[4:] + plain[:4]) and not rest.isalnum() else 0
    return 0


_IBAN_LENGTHS = {
    pair[:2]: int(pair[3:])
    for pair in (
        "AD:24 AE:23 AL:28 AT:20 AZ:28 BA:20 BE:16 BG:22 BH:22 BI:27 BR:29 BY:28 CH:21 CR:22 CY:28 CZ:24 DE:22 DJ:27 "
        "DK:18 "
        "DO:28 EE:20 EG:29 ES:24 FI:18 FK:18 FO:18 FR:27 GB:22 GE:22 GI:23 GL:18 GR:27 GT:28 HR:21 HU:28 IE:22 IL:23 "
        "IQ:23 "
        "IS:26 IT:27 JO:30 KW:30 KZ:20 LB:28 LC:32 LI:21 LT:20 LU:20 LV:21 LY:25 MC:27 MD:24 ME:22 MK:19 MN:20 MR:27 "
        "MT:31 "
        "MU:30 NI:28 NL:18 NO:15 OM:23 PK:24 PL:28 PS:29 PT:25 QA:29 RO:24 RS:22 RU:33 SA:24 SC:31 SD:18 SE:24 SI:19 "
        "SK:24 "
        "SM:27 SO:23 ST:25 SV:28 TL:23 TN:24 TR:26 UA:29 VA:22 VG:24 XK:20 YE:30"
    ).split()
}


def email(candidate: str) -> int:
    """A mailbox (RFC 5321 lengths) that is not the user of a repository address such as git@host:path."""
    local = candidate.partition("@")[0]
    return 0 if local.lower() in _REPOSITORY_USERS or len(local) > 64 else len(candidate)


def phone_international(candidate: str) -> int:
    """A number with country code (ITU-T E.164) whose length that country uses."""
    try:
        parsed = phonenumbers.parse(candidate, None)
    except phonenumbers.NumberParseException:
        return 0
    return len(candidate) if phonenumbers.is_possible_number(parsed) else 0


def phone_north_american(candidate: str) -> int:
    """Ten digits (perhaps after 1) whose area and exchange codes the North American plan allows."""
    digits = _NOT_ALNUM.sub("", re.split(r"[a-z]", candidate, maxsplit=1)[0])
    digits = digits[-10:] if len(digits) in (10, 11) else digits
    return len(candidate) if len(digits) == 10 and digits[0] > "1" and digits[3] > "1" else 0


def phone_digits(candidate: str) -> int:
    """Seven to fifteen digits that are not a date, an address or one digit repeated."""
    digits = _NOT_ALNUM.sub("", re.split(r"[a-z]", candidate, maxsplit=1)[0])
    if not 7 <= len(digits) <= 18 or len(set(digits)) < 3 or _DATE.match(candidate.strip("()")):
        return 0
    return len(candidate)


def ssn_us(candidate: str) -> int:
    """A US Social Security number: one separator throughout, no impossible area, group or serial (SSA rules)."""
    digits = _NOT_ALNUM.sub("", candidate)
    marks = set(_NOT_ALNUM.findall(candidate))
    if len(digits) != 9 or len(marks) > 1 or len(set(digits)) == 1:
        return 0
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return 0 if area in ("000", "666") or area[0] == "9" or group == "00" or serial == "0000" else len(candidate)


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
    """As `ip_address`, for candidates that may end in a colon or full stop of the sentence."""
    return ip_address(candidate.rstrip(".:") if not candidate.endswith("::") else candidate)


def mac(candidate: str) -> int:
    """Six octets with one separator throughout (IEEE 802), neither broadcast nor all alike."""
    octets = re.split(r"[:-]", candidate)
    placeholder = len(set(octets)) == 1 or candidate.lower().startswith(
        ("aa:bb:cc", "00:11:22", "aa-bb-cc", "00-11-22")
    )
    return len(candidate) if len(octets) == 6 and not placeholder and len(set(candidate[2::3])) == 1 else 0


def bitcoin(candidate: str) -> int:
    """A Base58Check address (version byte, double SHA-256 checksum)."""
    number = 0
    for character in candidate:
        number = number * 58 + _BASE58.index(character)
    raw = number.to_bytes(25, "big") if number < 1 << 200 else b""
    check = hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()[:4] if raw else b""
    return len(candidate) if raw and check == raw[-4:] else 0


def vin(candidate: str) -> int:
    """A vehicle identification number with its check digit (49 CFR 565, ISO 3779)."""
    values = dict(
        zip(
            "ABCDEFGHJKLMNPRSTUVWXYZ",
            (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9),
            strict=True,
        )
    )
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    code = candidate.upper()
    total = sum(weight * (int(c) if c.isdigit() else values[c]) for c, weight in zip(code, weights, strict=True))
    return len(candidate) if code[8] == "0123456789X"[total % 11] else 0


def aba_routing(candidate: str) -> int:
    """A US bank routing number (ABA check digit, Federal Reserve prefixes)."""
    digits = _NOT_ALNUM.sub("", candidate)
    if len(digits) != 9 or not (
        1 <= int(digits[:2]) <= 12 or 21 <= int(digits[:2]) <= 32 or 61 <= int(digits[:2]) <= 72
    ):
        return 0
    total = sum(int(digit) * weight for digit, weight in zip(digits, (3, 7, 1) * 3, strict=True))
    return len(candidate) if total % 10 == 0 else 0


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
    month, day = int(digits[2:4]), int(digits[4:6])
    return len(candidate) if 1 <= month <= 12 and 1 <= day <= 31 and digits[6] in "1234" else 0


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
    day, month, number = int(code[:2]), int(code[2:4]), int(code[:6] + code[7:10])
    real = 1 <= day <= 31 and 1 <= month <= 12 and int(code[7:10]) >= 2
    return len(candidate) if real and "0123456789ABCDEFHJKLMNPRSTUVWXY"[number % 31] == code[10] else 0


def south_african_id(candidate: str) -> int:
    """A South African identity number: a birth date, a citizenship digit 0 to 2, Luhn."""
    digits = _NOT_ALNUM.sub("", candidate)
    dated = 1 <= int(digits[2:4]) <= 12 and 1 <= int(digits[4:6]) <= 31
    return len(candidate) if dated and digits[10] in "012" and luhn.is_valid(digits) else 0


def _standard(module: str) -> Validator:
    """A validator from python-stdnum's module of that name, imported when first needed."""

    def check(candidate: str) -> int:
        checked = importlib.import_module(f"stdnum.{module}").is_valid(candidate.replace(":", ""))
        return len(candidate) if checked else 0

    return check


STANDARD_NUMBERS = (
    "ar.cuit ar.dni at.tin at.vnr au.abn au.tfn be.nn bg.egn br.cnpj br.cpf ca.sin ca.bc_phn ch.ssn ch.vat cl.rut "
    "cn.ric co.nit cz.rc "
    "de.idnr de.stnr de.vat dk.cpr ee.ik es.cif es.dni es.nie fr.nif fr.nir fr.tva gb.nhs gb.utr gb.vat gr.amka gr.vat "
    "hr.oib hu.anum id.npwp ie.pps il.idnr in_.aadhaar in_.pan it.codicefiscale it.iva jp.in_ kr.rrn lt.asmens "
    "lv.pvn mx.curp "
    "mx.rfc my.nric nl.bsn no.fodselsnummer nz.ird pk.cnic pl.nip pl.pesel pt.cc pt.nif ro.cnp ru.inn "
    "se.personnummer si.emso "
    "th.pin tr.tckimlik tr.vkn ua.rntrc us.ein us.itin"
).split()

VALIDATORS: Mapping[str, Validator] = MappingProxyType(
    {
        "aba_routing": aba_routing,
        "bitcoin": bitcoin,
        "card": card,
        "email": email,
        "finnish_hetu": finnish_hetu,
        "german_insurance": german_insurance,
        "german_tax_id": german_tax_id,
        "iban": iban_number,
        "icao_document": icao_document,
        "ip_address": ip_address,
        "ip_v6": ip_v6,
        "korean_rrn": korean_rrn,
        "mac": mac,
        "medicare_au": medicare_au,
        "password": randomness.password,
        "password_part": randomness.password_part,
        "philippine_tin": philippine_tin,
        "phone_digits": phone_digits,
        "phone_international": phone_international,
        "phone_north_american": phone_north_american,
        "random_token": randomness.random_token,
        "secret_value": randomness.secret_value,
        "south_african_id": south_african_id,
        "spanish_nif": spanish_nif,
        "ssn_us": ssn_us,
        "token_body": randomness.token_body,
        "vin": vin,
        **{f"stdnum.{module}": _standard(module) for module in STANDARD_NUMBERS},
    }
)
"""By the names that recognisers use."""
