"""Passports and driving licences: by the word that names them, in the language of the text."""

from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.adapters.classifiers.recognisers import vocabulary
from lacuna.adapters.classifiers.recognisers.numbered import Number, recognisers_of
from lacuna.adapters.classifiers.words import as_words

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
        pattern=r"\b(?:[A-Za-z]{0,3} ?\d{6,9}|\d{2} ?\d{2} ?\d{6}|[A-Z]\d[A-Z0-9]{6,7}|\d{2}[A-Z]{2}\d{5})\b",
        validator="document_number",
        context=vocabulary.PASSPORT,
        before=40,
        after=12,
        unless=r"https?://[^ ]{0,20}",
        confidence=0.85,
        examples=(
            "my passport number is T3569075",
            "Reisepass C01X00T47",
            "паспорт 45 04 123456",
            "护照号码:E12345678",
            "paszport nr AB1234567",
            "passeport n° 12AB34567",
        ),
        counterexamples=("passport control opened in 1998", "the passport of 2019", "passport.js 20190412"),
    ),
    Recogniser(
        rule="pii.passport_alone",
        kind="PII.PASSPORT",
        pattern=r"^\s*([A-Z]\d{7,8})\s*$",
        group=1,
        confidence=0.55,
        examples=("A12803456",),
        counterexamples=("A128034561", "b0097650"),
    ),
    Recogniser(
        rule="pii.driver_license",
        kind="PII.DRIVER_LICENSE",
        pattern=(
            r"\b(?:[A-Z]{1,2}[- ]?\d[\d -]{4,16}\d|[A-Z]{3}-?\d[\d -]{4,16}\d|\d{7,12}|\d{2}[ -]?\d{2}[ -]?\d{6}|"
            r"[A-Z0-9]*\d[A-Z0-9]*\d[A-Z0-9]{4,14}|\d{5,8}[/ ]\d{2}[/ ]\d{4}|\d{2}-\d{2}-\d{6}-\d{2})\b"
        ),
        validator="document_number",
        context=rf"{vocabulary.LICENCE}|licen[cs]e",
        probe=rf"{as_words(vocabulary.LICENCE)}|(?i)\blicen[cs]e\W+[a-z]*\d",
        before=36,
        after=12,
        unless=r"https?://[^ ]{0,20}|/[\w/]{0,20}|[?&=]\w{0,10}",
        confidence=0.8,
        examples=(
            "driver's license H12234567",
            "license U1K711J11M here",
            "Führerscheinnummer B072RRE2I55",
            "водительское удостоверение 77 14 123456",
            "運転免許証番号:301912345678",
            "prawo jazdy nr 00123/14/1465",
        ),
        counterexamples=("license Apache-2.0", "the MIT license of 2004", "spaces/DL/pages/14092138"),
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
