"""Passports, identity cards and driving licences."""

from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.adapters.classifiers.recognisers.numbered import Number, recognisers_of

_PASSPORT_WORDS = (
    r"passport|passport(?: number| no)?|travel document|reisepass|reisepassnummer|pass-?nr|passnummer|passeport|"
    r"pasaporte|passaporto|paspoort|paspoortnummer|"
    r"passaporte|paszport|passi|pasaport|여권|護照|护照|パスポート"
)
_LICENCE_WORDS = (
    r"driver'?s? ?licen[cs]e|driving licen[cs]e|licen[cs]e (?:number|no|#)|dl|dl#|licen[cs]e|fuhrerschein|"
    r"fuhrerscheinnummer|permis de conduire|"
    r"permiso de conducir|carnet de conducir|patente|patente di guida|rijbewijs|prawo jazdy|korkort|ajokortti"
)

_MACHINE_READABLE = Number(
    "document",
    "PII.PASSPORT",
    r"[CFGHJKLMNPRTVWXYZcfghjklmnprtvwxyz][0-9CFGHJKLMNPRTVWXYZcfghjklmnprtvwxyz]{7}\d",
    r"reisepass|pass|ausweis|personalausweis|passnummer|passport",
    "C01234565",
    "C01234566",
    "icao_document",
)


RECOGNISERS = (
    *recognisers_of(_MACHINE_READABLE),
    Recogniser(
        rule="pii.passport",
        kind="PII.PASSPORT",
        pattern=r"\b[A-Za-z]{0,2}\d{6,9}\b|\b[A-Z]\d[A-Z0-9]{6,7}\b",
        context=_PASSPORT_WORDS,
        before=40,
        after=12,
        confidence=0.85,
        examples=("my passport number is T3569075", "Reisepass C01X00T47"),
        counterexamples=("passport control opened in 1998", "the passport of 2019"),
    ),
    Recogniser(
        rule="pii.passport_alone",
        kind="PII.PASSPORT",
        pattern=r"^\s*([A-Za-z]\d{7,8}|9\d{8})\s*$",
        group=1,
        confidence=0.55,
        examples=("A12803456",),
        counterexamples=("A128034561",),
    ),
    Recogniser(
        rule="pii.driver_license",
        kind="PII.DRIVER_LICENSE",
        pattern=r"\b(?:[A-Z]{1,3}[- ]?\d[\d -]{4,16}\d|\d{7,12}|[A-Z0-9]*\d[A-Z0-9]*\d[A-Z0-9]{4,14})\b",
        context=_LICENCE_WORDS,
        before=36,
        after=12,
        confidence=0.8,
        examples=("driver's license H12234567", "license U1K711J11M here"),
        counterexamples=("license Apache-2.0", "the MIT license of 2004"),
    ),
    Recogniser(
        rule="pii.it_driver_license",
        kind="PII.DRIVER_LICENSE",
        pattern=r"\b(?:U1[B-DF-HJ-NP-TV-Z0-9]\d[B-DF-HJ-NP-TV-Z0-9]{5}[A-Z]|[A-Z]{2}\d{7}[A-Z])\b",
        confidence=0.6,
        examples=("AA0123456B", "patente U1K711J11M"),
        counterexamples=("990123456B", "U1H00A000B"),
    ),
)
