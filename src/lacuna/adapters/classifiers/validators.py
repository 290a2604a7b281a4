"""Decides whether a candidate is what its shape promises: check digits, issuer ranges, parsable addresses, randomness.

Each validator takes a candidate and returns how many of its first characters are the value; 0 rejects it. National
identifiers are checked by python-stdnum and `national_checks`, telephone numbers by phonenumbers. Randomness tests live
in `randomness`.
"""

import hashlib
import importlib
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

import phonenumbers
from stdnum import luhn
from stdnum.iso7064 import mod_97_10

from lacuna.adapters.classifiers import credentials, randomness
from lacuna.adapters.classifiers.contact_checks import CONTACT_CHECKS, DATE, counts_up
from lacuna.adapters.classifiers.host_checks import HOST_CHECKS
from lacuna.adapters.classifiers.names import NAME_CHECKS
from lacuna.adapters.classifiers.national_checks import NATIONAL_CHECKS
from lacuna.adapters.classifiers.pack_checks import PACK_CHECKS
from lacuna.adapters.classifiers.postal import POSTAL_CHECKS

Validator = Callable[[str], int]

_NOT_ALNUM = re.compile(r"[^0-9A-Za-z]+")
_PLATE_LETTERS = 4
_COUNTRIES = frozenset(phonenumbers.SUPPORTED_REGIONS)
_YEAR = re.compile(r"(?:19|20)\d\d")
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
    (re.compile(r"220[0-4]\d+$"), "Mir"),
    (re.compile(r"(?:508|60|65|82|353|356)\d+$"), "RuPay"),
    (re.compile(r"(?:506[01]|5078|650[0-2])\d+$"), "Verve"),
    (re.compile(r"(?:5041|506[67]|509|6277|636[23]|6516|6550)\d+$"), "Elo"),
    (re.compile(r"(?:9792|5019|8600|9860|6062|3841)\d+$"), "national"),  # Troy, Dankort, Uzcard, Humo, Hipercard
    (re.compile(r"1\d{14}$"), "UATP"),
)
_CARD_GROUPS = re.compile(r"[2-9]\d{3}(?:[ -]\d{4}){3}")
_CARD_LENGTHS = {
    "Visa": (13, 16, 19),
    "Mastercard": (16,),
    "Discover": (16, 19),
    "Diners": (14, 16, 19),
    "Mir": (16, 19),
    "RuPay": (16,),
    "Verve": (16, 18, 19),
    "Elo": (16,),
    "national": (16,),
    "Maestro": tuple(range(12, 20)),
}


def card(candidate: str) -> int:
    """A payment card number: Luhn, and the length of an issuer's range or four groups of four (ISO/IEC 7812-1)."""
    digits = _NOT_ALNUM.sub("", candidate)
    if len(set(digits)) < 2 or not luhn.is_valid(digits):
        return 0
    if _CARD_GROUPS.fullmatch(candidate):
        return len(candidate)
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


def identity_number(candidate: str) -> int:
    """Five digits or more, at most 24 characters in all, no date, not one digit repeated: what follows a word such
    as "identity number", where the country or its check digits are not known."""
    digits = re.sub(r"\D", "", candidate)
    if not 5 <= len(digits) <= 22 or len(_NOT_ALNUM.sub("", candidate)) > 24 or len(set(digits)) < 2:
        return 0
    return 0 if DATE.match(candidate) else len(candidate)


def _alone(check: Validator) -> Validator:
    """`check`, but for a text that is nothing but the number: no digit repeated throughout, no count up or down."""

    def checked(candidate: str) -> int:
        digits = re.sub(r"\D", "", candidate)
        body = digits[:9]  # what comes after may be check digits
        placeholder = len(set(digits)) < 2 or counts_up(body) or counts_up(body[::-1])
        return 0 if placeholder else check(candidate)

    return checked


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


def number_plate(candidate: str) -> int:
    """Letters and digits, or six digits in groups; a year after a word is none."""
    parts = re.findall(r"\d+|[^\W\d_]+", candidate)
    digits, letters = "".join(p for p in parts if p.isdigit()), "".join(p for p in parts if not p.isdigit())
    if not digits or not 4 <= len(digits) + len(letters) <= 16:
        return 0
    if not letters:
        return len(candidate) if len(parts) > 1 and len(digits) >= 6 else 0
    if len(digits) == 1 and (len(letters) < 4 or letters != letters.upper()):
        return 0
    if any(len(part) > _PLATE_LETTERS for part in parts if part.isascii() and part.isalpha()):
        return 0
    worded = letters.isascii() and letters != letters.upper() and _YEAR.fullmatch(digits)
    return 0 if worded else len(candidate)


def document_number(candidate: str) -> int:
    """Not a date, a span of years or one digit repeated."""
    digits = re.sub(r"\D", "", candidate)
    dated = DATE.match(candidate.lstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ "))
    return 0 if dated or len(set(digits)) < 2 or len(candidate) < 6 else len(candidate)


def bank_code(candidate: str) -> int:
    """A business identifier code (ISO 9362): bank, country, place and perhaps branch."""
    code = candidate.upper()
    return len(candidate) if code[4:6] in _COUNTRIES else 0


def clabe(candidate: str) -> int:
    """A Mexican bank account (CLABE): weights 3, 7 and 1, modulo 10."""
    digits = _NOT_ALNUM.sub("", candidate)
    total = sum(int(digit) * (3, 7, 1)[at % 3] % 10 for at, digit in enumerate(digits[:17]))
    return len(candidate) if -total % 10 == int(digits[17]) else 0


def aba_routing(candidate: str) -> int:
    """A US bank routing number (ABA check digit, Federal Reserve prefixes)."""
    digits = _NOT_ALNUM.sub("", candidate)
    if len(digits) != 9 or not (
        1 <= int(digits[:2]) <= 12 or 21 <= int(digits[:2]) <= 32 or 61 <= int(digits[:2]) <= 72
    ):
        return 0
    total = sum(int(digit) * weight for digit, weight in zip(digits, (3, 7, 1) * 3, strict=True))
    return len(candidate) if total % 10 == 0 else 0


def _standard(module: str) -> Validator:
    """A validator from python-stdnum's module of that name, imported when first needed."""

    def check(candidate: str) -> int:
        checked = importlib.import_module(f"stdnum.{module}").is_valid(candidate.replace(":", ""))
        return len(candidate) if checked else 0

    return check


STANDARD_NUMBERS = """
    cusip figi gb.sedol imei isin lei
    ar.cbu ar.cuit ar.dni at.tin at.vnr au.abn au.tfn be.bis be.nn bg.egn bg.pnf br.cnpj br.cpf by.unp ca.bc_phn ca.sin
    ch.ssn ch.vat cl.rut cn.ric co.nit cr.cpf cu.ni cz.rc de.idnr de.stnr de.vat dk.cpr do.cedula ec.ci ee.ik es.ccc
    es.cif es.dni es.nie fi.ytunnus fr.nif fr.nir fr.tva gb.nhs gb.utr gb.vat gr.amka gr.vat gt.nit hr.oib hu.anum
    id.nik id.npwp ie.pps il.idnr in_.aadhaar in_.epic in_.pan in_.vid is_.kennitala it.codicefiscale it.iva jp.in_
    ke.pin kr.rrn lt.asmens lv.pvn mu.nid mx.curp mx.rfc my.nric mz.nuit nl.bsn nl.identiteitskaartnummer
    no.fodselsnummer nz.ird pe.cui pe.ruc pk.cnic pl.nip pl.pesel pt.cc pt.nif py.ruc ro.cnp ru.inn se.personnummer
    si.emso sv.nit th.pin tr.tckimlik tr.vkn ua.rntrc us.ein us.itin us.ptin uy.rut ve.rif vn.mst za.idnr za.tin
""".split()

_CHECKS: dict[str, Validator] = {
    "aba_routing": aba_routing,
    "bitcoin": bitcoin,
    "bank_code": bank_code,
    "card": card,
    "clabe": clabe,
    "iban": iban_number,
    "random_token": randomness.random_token,
    "secret_value": randomness.secret_value,
    "spoken_value": randomness.spoken_value,
    "token_body": randomness.token_body,
    "vin": vin,
    "identity_number": identity_number,
    "document_number": document_number,
    "number_plate": number_plate,
    **NAME_CHECKS,
    **CONTACT_CHECKS,
    **HOST_CHECKS,
    **NATIONAL_CHECKS,
    **PACK_CHECKS,
    **POSTAL_CHECKS,
    "basic_credentials": credentials.basic_credentials,
    "command_password": credentials.command_password,
    "connection_value": credentials.connection_value,
    "header_value": credentials.header_value,
    "last_part": credentials.last_part,
    "one_time_seed": credentials.one_time_seed,
    "password": credentials.password,
    "password_beside": credentials.password_beside,
    "password_hash": credentials.password_hash,
    "password_part": credentials.password_part,
    "password_spoken": credentials.password_spoken,
    "recovery_code": credentials.recovery_code,
    "seed_phrase": credentials.seed_phrase,
    "url_password": credentials.url_password,
    **{f"stdnum.{module}": _standard(module) for module in STANDARD_NUMBERS},
}

VALIDATORS: Mapping[str, Validator] = MappingProxyType(
    {**_CHECKS, **{f"alone.{name}": _alone(check) for name, check in _CHECKS.items()}}
)
"""By the names that recognisers use; with "alone." before the name, for a text that is nothing but the value."""
