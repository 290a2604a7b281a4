"""Vehicles, which identify their keeper: chassis numbers by check digit, number plates by the word beside them."""

from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.adapters.classifiers.recognisers import vocabulary
from lacuna.adapters.classifiers.words import as_words

RECOGNISERS = (
    Recogniser(
        rule="pii.vin",
        kind="PII.VEHICLE",
        pattern=r"\b[A-HJ-NPR-Za-hj-npr-z0-9]{17}\b",
        validator="vin",
        context=(
            r"vin|vehicle|chassis|fahrgestell\pL*|fahrzeug\pL*|fin|car|truck|chasis|bastidor|telaio|vehicule|voiture|"
            r"samochod|auto|chassinummer|nadwozia|автомобил\pL*|车架号|車台番号|차대번호"
        ),
        examples=("VIN 1HGCM82633A004352", "Fahrgestellnummer: 1HGCM82633A004352"),
        counterexamples=("VIN 1HGCM82633A004353", "1HGCM82633A004352 is a part"),
    ),
    Recogniser(
        rule="pii.vin_labelled",
        kind="PII.VEHICLE",
        pattern=r"\b[A-HJ-NPR-Z0-9]{3}[A-HJ-NPR-Z0-9]{10}\d{4}\b",
        context=r"vin|vin (?:number|no)|fin|fahrgestellnummer|chassis (?:number|no)|numero de chasis|bastidor|telaio",
        before=16,
        after=0,
        confidence=0.75,
        examples=("VIN: WVWZZZ1JZXW000001", "FIN WVWZZZ1JZXW000001"),
        counterexamples=("WVWZZZ1JZXW000001",),
    ),
    Recogniser(
        rule="pii.number_plate",
        kind="PII.VEHICLE",
        pattern=(
            rf"(?i){as_words(vocabulary.PLATE)}(?:[ -]?(?:number|no|nr|nummer|号码?|號碼?|番号|"
            rf"번호)[ :.]?)?\.?(?: is| ist| est| es| e)?[ :=#]{{0,3}}"
            r"((?:[a-z\x{370}-\x{4ff}\p{Han}\p{Hiragana}\p{Hangul}\p{Arabic}\p{Thai}]{1,6}|\d{1,5})"
            r"(?:[ .-]{0,2}(?:[a-z\x{370}-\x{4ff}\p{Hiragana}\p{Hangul}\p{Arabic}\p{Thai}]{1,6}|\d{1,5})){1,4})"
        ),
        group=1,
        probe=as_words(vocabulary.PLATE),
        validator="number_plate",
        confidence=0.75,
        examples=(
            "licence plate AB12 CDE",
            "Kennzeichen M-AB 1234",
            "immatriculé AB-123-CD",
            "targa AB 123 CD",
            "matrícula 1234 BCD",
            "госномер А123ВС77",
            "车牌号:京A12345",
            "차량번호 12가 3456",
        ),
        counterexamples=("license plates are required by law", "the plate number of 1998", "immatriculé en 2014"),
    ),
)
