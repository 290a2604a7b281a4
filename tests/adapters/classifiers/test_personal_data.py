"""Personal data in sentences of many languages, and public sentences that resemble them. All made up."""

import pytest

from lacuna.adapters.classifiers.folding import fold
from lacuna.adapters.classifiers.pattern_set import PatternSet
from lacuna.adapters.classifiers.recognisers import ALL

PATTERNS = PatternSet([rule for rule in ALL if rule.kind.startswith(("PII.", "ORG."))])


def kinds(text: str) -> set[str]:
    return {match.recogniser.kind for match in PATTERNS.find(fold(text))[0]}


PERSONAL = {
    "PII.PHONE": (
        "Ruf mich bitte zurück: 026 478 11 40",
        "Mon numéro de portable : 06 78 90 12 43",
        "Puede llamarme al 305 661 15 49.",
        "Позвоните мне по номеру 8 614 781 1400",
        "電話番号:090-0612-5102",
        "请拨打15106125102联系我。",
        "ΤΗΛΕΦΩΝΟ 210 701 8273",
        "أرسل إلى الهاتف 0512345678",
        "โทรหาฉันที่ 081-467-2701",
    ),
    "PII.DOB": (
        "née le 14/03/1987",
        "urodzony 19.03.2003",
        "生年月日:1987年3月14日",
        "born 1987-03-14",
        "ngày sinh: 14/03/1987",
        "дата рождения: 14.03.1987",
    ),
    "PII.PASSPORT": ("passeport n° 12AB34567", "паспорт 45 04 123456", "护照号码:E12345678", "útlevélszám BD1234567"),
    "PII.DRIVER_LICENSE": ("Führerscheinnummer B072RRE2I55", "ajokortti 123456-7890", "prawo jazdy nr 00123/14/1465"),
    "PII.NATIONAL_ID": (
        "身份证号码:140101196301178639",
        "Mijn BSN is 79052309437",
        "ת.ז. 822278255",
        "Asmens kodas 38105140123",
        "my Iqama is 2101798275 and the national id 2101798275",
    ),
    "PII.ADDRESS": (
        "Bydlí na adrese Všejanská 9, 297 64 Rousínov.",
        "住所:青森県東久留米市箭坪3丁目7番8号",
        "Проживает по адресу ул. Народная, д. 4",
        "Alamat: Jalan Merdeka No. 991, Bandung",
        "Lakcíme: Kecskeméti utca 143",
        "P.O. Box 149",
        "He moved to Flat 3, Max Cliff, New Georgetown, NG1 3XL",
    ),
    "PII.VEHICLE": ("Kennzeichen M-AB 1234", "госномер А123ВС77", "车牌号:京A12345", "targa AB 123 CD"),
    "PII.BANK_ACCOUNT": ("Sort code 20-45-77", "BSB: 062-184", "CLABE 032180000118359719", "口座番号 1234567"),
    "PII.USER_ID": ("Kundennummer: 40217753", "患者番号:00482913", "numéro de dossier 2290417"),
    "ORG.TERM": ("Vertraulich: Gehälter", "【機密】予算案", "TLP:AMBER", "Ściśle poufne", "Совершенно секретно"),
}

PUBLIC = (
    "Bitte alle 12 Monate prüfen; der Stellplatz 12 liegt am Weg zu 3 Seen.",
    "In firmware 2.6.0.0 up to and including 2.8.0.0 the fault is present.",
    "Albert Einstein wurde am 14. März 1879 in Ulm geboren.",
    "Victor Hugo, né le 26 février 1802 à Besançon, est un poète.",
    "葛飾北斎は1960年10月31日に生まれた。",
    "The Eiffel Tower stands at 48.8584, 2.2945 and has 1,665 steps.",
    "The final score was 102-98; Jensen had 34 points on 12-of-21 shooting.",
    "See ISBN 978-3-16-148410-0, doi:10.1000/182, arXiv:2101.00001v2 and RFC 2822 section 3.2.4.",
    "Die Einwohnerzahl stieg von 1 234 567 im Jahr 1990 auf 2 345 678.",
    "What is attorney-client privilege, and what is a confidentiality agreement?",
    "The declassified documents were released in 1975.",
    "「機密」とは、外部に漏らしてはならない情報を指す。",
    "License plates were introduced in 1901 in New York.",
    "Spring 2019 and Engineering 101 are courses.",
    "Avenue Q ran for 2534 performances; Via Appia was begun in 312 BC.",
    "std::vector<int> a::b is C++; 127.0.0.1 is the loopback address.",
)


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in PERSONAL.items() for text in texts], ids=lambda value: value[:24]
)
def test_personal_data_is_found_in_many_languages(kind: str, text: str) -> None:
    assert kind in kinds(text)


@pytest.mark.parametrize("text", PUBLIC, ids=lambda text: text[:24])
def test_public_sentences_are_left_alone(text: str) -> None:
    assert kinds(text) == set()


def test_at_least_forty_countries_identity_numbers_are_known() -> None:
    countries = {
        rule.rule.removeprefix("pii.")[:2]
        for rule in ALL
        if rule.kind in {"PII.NATIONAL_ID", "PII.TAX_ID", "PII.SSN", "PII.HEALTH_ID"} and rule.rule[6:7] == "_"
    }
    assert len(countries) >= 40
