"""A person introduced by name, birth dates, account names: only where the text itself says what they are."""

from lacuna.adapters.classifiers.recogniser import Recogniser

_NAME = r"\p{Lu}[\pL'-]+(?: \p{Lu}[\pL'.-]*){1,3}"
_DATE = (
    r"(?:\d{1,2}[./ -]\d{1,2}[./ -](?:19|20)?\d{2}|(?:19|20)\d{2}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}\.? \pL{3,9},? "
    r"(?:19|20)\d{2}|\pL{3,9}\.? \d{1,2},? (?:19|20)\d{2})"
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
        pattern=_DATE,
        context=(
            r"dob|d\.o\.b|date of birth|birth ?date|birthday|date_of_birth|my birth|geburtsdatum|geburtstag|geb|date "
            r"de naissance|ne le|nee le|"
            r"fecha de nacimiento|nacido el|nacida el|data di nascita|nato il|nata il|data de nascimento|nascido em|"
            r"geboortedatum|syntymaaika|"
            r"fodselsdato|fodelsedatum|data urodzenia|dogum tarihi|生年月日|출생|생년월일|出生日期"
        ),
        before=24,
        after=0,
        confidence=0.85,
        examples=("DOB: 03/14/1987", "Geburtsdatum 14.03.1987", "date of birth is March 14, 1987"),
        counterexamples=("he was born on July 4, 1826 in Boston", "due 03/14/2027"),
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
)
