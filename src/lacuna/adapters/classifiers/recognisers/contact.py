"""How to reach a person or a machine: e-mail, telephone, network addresses."""

from lacuna.adapters.classifiers.recogniser import Recogniser

_PHONE_WORDS = (
    r"phones?|telephones?|tele|tel|mobile|cell|cellphone|handy|fax|desk|office|home|landline|hotline|whatsapp|sms|"
    r"texted|call(?:ed|ing)?|ring|messages?|texts?|"
    r"dial(?:ed)?|reach(?:able)?|contact|number|numbers|registered|telefon|telefonnummer|rufnummer|mobil|mobilnummer|"
    r"mobiltelefon|erreichbar|"
    r"anrufen|portable|telephone|appel(?:er|ez)?|joindre|telefono|movil|celular|llama(?:r|me)?|llamar|cellulare|"
    r"numero|chiama(?:re)?|"
    r"telefone|telemovel|ligar|telefoon|mobiel|bellen|telefonnumer|numer|puhelin|puhelinnumero|soita|telefonnumro|"
    r"telefonas|"
    r"telefonu|numara|numarasi|ara|телефон|電話|电话|전화"
)
_VERSION = r"(?:version|ver|v|release|build|firmware|revision|rev|section|chapter|rfc|oid|==|>=|<=|~=)[\s:=\"'#-]*"

RECOGNISERS = (
    Recogniser(
        rule="pii.email",
        kind="PII.EMAIL",
        pattern=(
            r"[A-Za-z0-9._%+'*/=?^{|}~!#$&-]*[A-Za-z0-9_%+-]@(?:[\pL\pN](?:[\pL\pN-]{0,61}[\pL\pN])?\.)+(?:[A-Za-z]{2"
            r",24}|xn--[A-Za-z0-9-]{2,58}|\pL{2,24})\b"
        ),
        probe=r"@[\pL\pN-]+\.",
        validator="email",
        confidence=0.95,
        examples=("Write to jo.doe+x@mail.example.org today", "a@xn--d1acufc.xn--p1ai"),
        counterexamples=("clone git@github.com:org/repo.git", "pip install package@1.2.3", "see info@intranet."),
    ),
    Recogniser(
        rule="pii.email_field",
        kind="PII.EMAIL",
        pattern=r"(?i)e?-?mail(?:_?address)?[\"']?\s*[:=]\s*[\"']?([a-z0-9._+-]+@[a-z0-9-]{2,63})",
        group=1,
        probe=r"(?i)mail(?:_?address)?[\"']?\s*[:=]\s*[\"']?[a-z0-9._+-]+@",
        examples=("customer_email=ann.lee@mailhost; status=open",),
        counterexamples=("email: none",),
    ),
    Recogniser(
        rule="pii.phone_international",
        kind="PII.PHONE",
        pattern=r"(?:\+|\b00)[1-9]\d{0,3}[ ./-]{0,2}(?:\(0?\d{1,4}\)[ ./-]{0,2})?(?:\d[ ./()-]{0,2}){5,13}\d",
        probe=r"(?:\+|\b00)[1-9]\d{0,3}[ ./(-]{0,2}\d",
        validator="phone_international",
        unless=r"[\w.]",
        examples=("Call +49 151 23456789 before noon", "tel:+1-202-555-0143", "+44 (0)20 7946 0958"),
        counterexamples=("a gain of +12 34 percent", "UTC+01 2024"),
    ),
    Recogniser(
        rule="pii.phone_north_american",
        kind="PII.PHONE",
        pattern=r"(?:\b1[ .-]?)?(?:\(\d{3}\) ?|\b\d{3}[.-])\d{3}[.-]\d{4}(?: ?(?:x|ext\.?) ?\d{1,6})?\b",
        validator="phone_north_american",
        unless=r"[\d.-]",
        confidence=0.85,
        examples=("Desk: (212) 555-0187 x123", "reach me at 415.555.2671"),
        counterexamples=("order 100-200-3000", "part 1-800-123-45678"),
    ),
    Recogniser(
        rule="pii.phone",
        kind="PII.PHONE",
        pattern=r"\(?\+?\d(?:[ ./()-]{0,2}\d){6,16}(?: ?(?:x|ext\.?) ?\d{1,6})?",
        validator="phone_digits",
        context=_PHONE_WORDS,
        before=32,
        after=0,
        unless=(
            r"[\w$€£.#]|(?:order|invoice|ticket|case|tracking|article|item|flight|model|serial|isbn|issn|card|credit|"
            r"account|zip|id)[\w ]{0,10}[ :#-]{0,3}"
        ),
        probe=r"\d[ ./()-]{0,2}\d[ ./()-]{0,2}\d[ ./()-]{0,2}\d[ ./()-]{0,2}\d[ ./()-]{0,2}\d[ ./()-]{0,2}\d",
        confidence=0.8,
        examples=("Mobile: 0688 843 79 56", "mein Telefon ist 030 1234567", "my registered number 0961-7596216"),
        counterexamples=("the call was on 2023-10-21", "phone model 3310", "1000000"),
    ),
    Recogniser(
        rule="pii.phone_alone",
        kind="PII.PHONE",
        pattern=r"^\s*(\(?\d{2,5}\)?[ /-]\d{2,4}[ -]?\d{2,4}(?:[ -]?\d{2,4})?)\s*$",
        group=1,
        validator="phone_digits",
        confidence=0.7,
        examples=("030 1234 5678",),
        counterexamples=("2023-10-21", "12 34"),
    ),
    Recogniser(
        rule="pii.ip_v4",
        kind="PII.IP",
        pattern=r"\b\d{1,3}(?:\.\d{1,3}){3,}(?:/\d{1,3})?\b",
        validator="ip_address",
        unless=rf"[\w.-]|{_VERSION}",
        unless_after=r"\.\d|-[a-z]",
        confidence=0.8,
        examples=("Primary: 10.0.0.1", "blocked 203.0.113.77 at noon", "range 10.1.2.3/24 seen"),
        counterexamples=(
            "Version 1.2.3.4 is out",
            "v1.2.3.4",
            "bind 127.0.0.1 or 0.0.0.0",
            "10.0.0.0/8",
            "mask 255.255.255.0",
            "1.2.3.4.5.6",
        ),
    ),
    Recogniser(
        rule="pii.ip_v6",
        kind="PII.IP",
        pattern=r"(?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9A-Fa-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3}|:)?(?:/\d{1,3})?",
        probe=r"[0-9A-Fa-f]{1,4}::?[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{1,4}",
        validator="ip_v6",
        unless=r"[\w:.]",
        confidence=0.85,
        examples=("my ip is 2400:c401::5054:ff:fe1b:b031", "[2001:db8::1]:8080"),
        counterexamples=("std::cout", "at 12:30:45", "Ratio 1:2:3:4", "Loopback ::1"),
    ),
    Recogniser(
        rule="pii.mac",
        kind="PII.MAC",
        pattern=r"\b[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5,}\b",
        probe=r"\b[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}",
        validator="mac",
        unless=r"[\w:-]",
        confidence=0.8,
        examples=("device 3c:22:fb:0a:91:7e joined",),
        counterexamples=("12:34:56", "aa:bb:cc:dd:ee:ff:00:11:22"),
    ),
)
