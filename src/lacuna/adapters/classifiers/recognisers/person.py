"""A person introduced by name, birth dates, account names: only where the text itself says what they are."""

from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.adapters.classifiers.recognisers import vocabulary

_NAME = r"\p{Lu}[\pL'-]+(?: \p{Lu}[\pL'.-]*){1,3}"
_DIGIT_DATE = (
    r"\b(?:\d{1,2}[./ -]\d{1,2}[./ -](?:19|20)\d{2}|(?:19|20)\d{2}[./-]\d{1,2}[./-]\d{1,2}|"
    r"(?:19|20)\d{2}\. \d{1,2}\. \d{1,2}|(?:19|20)\d{2} ?(?:年|년) ?\d{1,2} ?(?:月|월) ?\d{1,2} ?(?:日|일))"
)
_SHORT_DATE = r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2}\b"
_WRITTEN_DATE = (
    r"\b\d{1,2}(?:\.|st|nd|rd|th)?,? (?:d[eo]s? |ng[àa]y |th[áa]ng )?\pL{3,11}\.?,? (?:d[eo]s? |del )?(?:19|20)\d{2}|"
    r"\b\pL{3,11}\.? \d{1,2}(?:st|nd|rd|th)?,? (?:19|20)\d{2}"
)

RECOGNISERS = (
    Recogniser(
        rule="pii.person_introduced",
        kind="PII.PERSON",
        pattern=(
            rf"(?:(?i:\bmy (?:full )?name(?: is|'s)|\bname's|\bmein name ist|\bich hei(?:ss|ß)e|\bje m'appelle|\bmon "
            rf"nom est|\bme llamo|\bmi nombre es|\bmi chiamo|\bmeu nome e|\bik heet|\bmijn naam is|\bnazywam sie|"
            rf"\bnimeni on|\bmitt namn ar|\bjag heter)) ({_NAME})"
        ),
        group=1,
        probe=(
            r"(?i)\bname(?: is|'s)|name's|name ist|ich hei|m'appelle|nom est|me llamo|nombre es|mi chiamo|meu nome|"
            r"ik heet|naam is|nazywam|nimeni on|mitt namn|jag heter"
        ),
        confidence=0.8,
        examples=("Sure, my name is Ana Petrov, and I live in Ohio", "Ich heiße Jonas Brandt."),
        counterexamples=("my name is not on the list", "what is the name of the river"),
    ),
    Recogniser(
        rule="pii.person_presenting",
        kind="PII.PERSON",
        pattern=(
            rf"\b(?:(?i:i'm|i am|it's|this is|it is)) ({_NAME})(?:,? (?:and|from|here|speaking|calling|living|born|"
            rf"my)\b|, \d)"
        ),
        group=1,
        probe=r"(?i)\b(?:i'm|i am|it's|this is|it is) ",
        confidence=0.65,
        examples=("Sure, I'm Ana Petrov, and my zip code is 98001.", "it's Jonas Brandt from Bremen"),
        counterexamples=("I'm New here", "it's Monday and raining"),
    ),
    Recogniser(
        rule="pii.person_field",
        kind="PII.PERSON",
        pattern=(
            rf"(?i:(?:full|customer|client|patient|employee|first|last|contact|holder|cardholder)[_ "
            rf"]?name[\"']?\s*[:=]\s*[\"']?)({_NAME})"
        ),
        group=1,
        probe=r"(?i)(?:full|customer|client|patient|employee|contact|holder)[_ ]?name[\"']?\s*[:=]",
        confidence=0.75,
        examples=("customer_name=Ida Holm; status=open",),
        counterexamples=("full_name: string", "customer name is required"),
    ),
    Recogniser(
        rule="pii.date_of_birth",
        kind="PII.DOB",
        pattern=rf"{_DIGIT_DATE}|{_SHORT_DATE}|{_WRITTEN_DATE}",
        context=vocabulary.BIRTH,
        before=24,
        after=10,
        confidence=0.85,
        examples=(
            "DOB: 03/14/1987",
            "Geburtsdatum 14.03.1987",
            "date of birth is March 14, 1987",
            "fecha de nacimiento: 4 de mayo de 1981",
            "生年月日:1987年3月14日",
            "생년월일: 1987년 3월 14일",
            "дата рождения: 14.03.1987",
            "ngày sinh: 14/03/1987",
        ),
        counterexamples=("he was born on July 4, 1826 in Boston", "due 03/14/2027"),
    ),
    Recogniser(
        rule="pii.born_on",
        kind="PII.DOB",
        pattern=_DIGIT_DATE,
        context=vocabulary.BORN,
        before=8,
        after=0,
        confidence=0.7,
        examples=("geboren am 14.03.1987", "née le 14/03/1987", "родилась 14.03.1987", "born 1987-03-14"),
        counterexamples=("born on July 4, 1826", "né le 14 mars 1987 à Paris", "the bornite of 14.03.1987"),
    ),
    Recogniser(
        rule="pii.born_on_before",
        kind="PII.DOB",
        pattern=_DIGIT_DATE,
        context=vocabulary.BORN_AFTER,
        before=0,
        after=4,
        confidence=0.7,
        examples=("14.03.1987 doğumlu", "1987年3月14日生まれ"),
        counterexamples=("14.03.1987",),
    ),
    Recogniser(
        rule="pii.born_patient",
        kind="PII.DOB",
        pattern=_WRITTEN_DATE,
        context=r"(?:patient|customer|employee|applicant|client|claimant|pupil|student|tenant|member),? (?:was )?born",
        before=8,
        after=0,
        confidence=0.7,
        examples=("The patient, born on 14 March 1987, was admitted",),
        counterexamples=("The poet was born on 14 March 1887",),
    ),
    Recogniser(
        rule="pii.user_id_field",
        kind="PII.USER_ID",
        pattern=(
            r"(?i)\b(?:user[ _]?id|user[ _]?name|login|account[ _]?id|customer[ _]?id|employee[ _]?id|patient[ _]?id|"
            r"member[ _]?id)[\"']?\s*[:=]\s*[\"']?([a-z0-9][\w.-]*\d[\w.-]*)"
        ),
        group=1,
        probe=(
            r"(?i)\b(?:user[ _]?id|user[ _]?name|login|account[ _]?id|customer[ _]?id|employee[ _]?id|patient[ _]?id|"
            r"member[ _]?id)[\"']?\s*[:=]"
        ),
        confidence=0.7,
        examples=('{"user_id": "ida_holm_4471"}', "Employee ID: E-20931"),
        counterexamples=("user_id: integer", "user_id = 1"),
    ),
    Recogniser(
        rule="pii.user_name_stated",
        kind="PII.USER_ID",
        pattern=(
            r"(?i)\b(?:my|his|her|their|the customer's) (?:user ?name|user id|login|account name|screen name)"
            r"(?: is|:|=) ?[\"'@]?([a-z][\w.-]{3,30})|"
            r"\b(?:mein benutzername(?: ist| lautet)?|mon identifiant est|mi (?:nombre de )?usuario es|"
            r"il mio nome utente e|meu usuario e|mijn gebruikersnaam is|mitt anvandarnamn ar|"
            r"moj login to)[: ]+[\"'@]?([a-z][\w.-]{3,30})"
        ),
        probe=(
            r"(?i)\b(?:my|his|her|their|customer's) (?:user|login|account name|screen)|mein benutzername|"
            r"mon identifiant|usuario es|nome utente|meu usuario|mijn gebruikersnaam|anvandarnamn|moj login"
        ),
        confidence=0.65,
        examples=("my username is ida.holm91", "mein Benutzername lautet ida_holm"),
        counterexamples=("the user name is required",),
    ),
    Recogniser(
        rule="pii.user_introduced",
        kind="PII.USER_ID",
        pattern=r"(?i)\b(?:i'm|i am|this is) ([a-z]+_[a-z]+_\d{2,6})\b",
        group=1,
        probe=r"(?i)\b(?:i'm|i am|this is) [a-z]+_",
        confidence=0.6,
        examples=("Hello, I'm ida_holm_4471.",),
        counterexamples=("this is test_case_one", "I'm in_the_zone"),
    ),
)
