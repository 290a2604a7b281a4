"""What the name of a column says that it holds.

Names are read as words: `customer_email`, `CustomerEmail` and `CUSTOMER-EMAIL` are the same. A name only raises: one
that says nothing is no evidence that the column is harmless, it just gives no reason to think otherwise.
"""

import re
from typing import Final

from lacuna.domain.operations import KEY, Column
from lacuna.domain.tiers import Tier

_P, _I = Tier.PROPRIETARY, Tier.INTERNAL

_RULES: Final[tuple[tuple[str, Tier, str], ...]] = (
    ("PII.EMAIL", _P, "email|e mail|mail address|mailbox"),
    ("PII.PHONE", _P, "phone|telephone|mobile|cell phone|msisdn|fax|whatsapp"),
    ("PII.SSN", _P, "ssn|social security|sozialversicherungsnummer"),
    (
        "PII.NATIONAL_ID",
        _P,
        "national id|nino|aadhaar|cpf|personnummer|fodselsnummer|steuer id|nif|identity number|bsn",
    ),
    ("PII.PASSPORT", _P, "passport"),
    ("PII.DRIVER_LICENSE", _P, "driver license|drivers license|driving licence|licence number|license plate"),
    ("PII.TAX_ID", _P, "tax id|tin|tax number|vat id|itin"),
    ("PII.DOB", _P, "dob|birth date|birthdate|birthday|date of birth|birth|geburtsdatum"),
    (
        "PII.PERSON",
        _P,
        (
            "first name|last name|full name|surname|forename|given name|family name|middle name|maiden name|"
            "customer name|patient name|employee name|person name|contact name|firstname|lastname|fullname|"
            "vorname|nachname|user name|username|nickname|patient|holder name|cardholder"
        ),
    ),
    (
        "PII.ADDRESS",
        _P,
        "street|home address|postal address|address|address line|zip|zip code|postcode|postal code|plz|strasse",
    ),
    ("PII.LOCATION", _P, "latitude|longitude|lat|lon|lng|geo|gps|geolocation"),
    ("PII.IP", _P, "ip|ip address|ipv4|ipv6|client ip|remote addr"),
    ("PII.MAC", _P, "mac address"),
    ("PII.DEVICE", _P, "imei|imsi|idfa|device id|advertising id|serial number"),
    ("PII.CREDIT_CARD", _P, "card number|credit card|pan|cc number|card pan|cvv|cvc"),
    ("PII.BANK_ACCOUNT", _P, "account number|bank account|routing number|sort code|iban|bic|swift"),
    ("PII.HEALTH", _P, "diagnosis|icd|medication|allergy|blood type|treatment|prescription|disease|symptom|disability"),
    ("PII.HEALTH_ID", _P, "mrn|medical record|nhs number|npi|health insurance|patient id|insurance number"),
    ("PII.BIOMETRIC", _P, "fingerprint|face id|retina|voiceprint|biometric|dna"),
    ("PII.ETHNICITY", _P, "ethnicity|race|ethnic origin"),
    ("PII.RELIGION", _P, "religion|faith|confession"),
    ("PII.ORIENTATION", _P, "sexual orientation|gender identity"),
    ("PII.USER_ID", _I, "user id|customer id|member id|account id|person id|client id|userid|subscriber id"),
    ("PII.EMPLOYEE_NUMBER", _P, "employee id|employee number|staff id|personnel number|badge number"),
    ("ORG.PAY", _P, "salary|salaries|wage|wages|payroll|compensation|bonus|income|gehalt|pay grade|pay rate|severance"),
    ("ORG.RATING", _P, "performance review|appraisal|disciplinary|termination reason"),
    ("ORG.FINANCE", _P, "revenue|margin|profit|cost price|discount|forecast|ebitda"),
    ("SECRET.PASSWORD", _P, "password|passwd|pwd|passphrase|pin|pin code|password hash"),
    ("SECRET.TOKEN", _P, "token|access token|refresh token|session id|cookie|otp|totp"),
    ("SECRET.API_KEY", _P, "api key|apikey|secret|secret key|client secret|access key|credential|credentials"),
    ("SECRET.PRIVATE_KEY", _P, "private key|signing key|encryption key"),
    (KEY, Tier.PUBLIC, "id|uuid|guid|key|rowid|hash|number|code"),
    ("ORG.INTERNAL", _I, "comment|comments|note|notes|remark|remarks|description|free text|message|body|memo"),
)

_WORD: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[^\W\d_]+|\d+")
_LONGEST: Final = 4


def _table() -> dict[tuple[str, ...], tuple[str, Tier]]:
    found = {}
    for kind, tier, forms in _RULES:
        for form in forms.split("|"):
            found[tuple(form.split())] = (kind, tier)
    return found


_BY_WORDS: Final = _table()


def words(name: str) -> tuple[str, ...]:
    """The words of a name, in small letters, digits apart."""
    return tuple(word.casefold() for word in _WORD.findall(name))


def column(name: str) -> Column:
    """The column of this name with what the name says. Plurals say the same."""
    parts = words(name)
    kinds: dict[str, Tier] = {}
    for start in range(len(parts)):
        for length in range(min(_LONGEST, len(parts) - start), 0, -1):
            said = _said(parts[start : start + length])
            if said is not None:
                kinds[said[0]] = said[1]
                break
    return Column(name, max(kinds.values(), default=Tier.PUBLIC), tuple(sorted(kinds)))


def _said(parts: tuple[str, ...]) -> tuple[str, Tier] | None:
    if (found := _BY_WORDS.get(parts)) is not None:
        return found
    if parts[-1].endswith("s"):
        return _BY_WORDS.get((*parts[:-1], parts[-1][:-1]))
    return None
