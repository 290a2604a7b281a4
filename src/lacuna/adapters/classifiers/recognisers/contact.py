"""How to reach a person or a machine: e-mail, telephone, network addresses."""

from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.adapters.classifiers.recognisers import vocabulary

_VERSION = (
    r"(?:version|versions|versionen|versione|versie|wersja|verzia|verze|версия|версии|版本|バージョン|버전|ver|v|"
    r"release|"
    r"build|firmware|software|driver|update|patch|revision|rev|section|chapter|rfc ?\d*|oid|==|>=|<=|~=)[\s:=\"'#(-]*|"
    r"[<>] |up to and including |\d(?:\.\d+)+(?:,? (?:up to|to|through|until|and|or|und|bis|oder|et|y|e) |, )"
)
"""What stands before a version, or before the second of two."""

_NOT_A_PHONE = (
    r"[\w$€£¥.#]|\b(?:order|invoice|ticket|case|tracking|article|item|flight|model|serial|isbn|issn|doi|arxiv|pmid|"
    r"card|"
    r"credit|account|zip|postal|id|po|sku|part|product|batch|lot|version|page|rev|patent|standard|phone model|serie|"
    r"bestell\w*|auftrag\w*|rechnung\w*|artikel\w*|kunden\w*|serien\w*|commande|facture|dossier|pedido|factura|serie|"
    r"ordine|fattura|bestelling|factuur|zamowieni\w*|faktur\w*|objednavk\w*|siparis|fatura|rendeles\w*|order\w*|"
    r"заказ\w*|счет\w*|счёт\w*)s?\b[\w ]{0,10}[ .:#-]{0,3}|(?:订单|發票|发票|注文|伝票|주문|型番|品番)(?:号|號|番号|"
    r"번호)?[: ]{0,2}"
)
_IP_V4 = r"\b\d{1,3}(?:\.\d{1,3}){3,}(?:/\d{1,3})?\b"
_AFTER_VERSION = r"\.\d|-[a-z]|-\d+\)|\+[a-z]"
_DIGITS = r"\(?\+?\(?\d(?:[ ./()-]{0,2}\d){6,16}"
_SEVEN_DIGITS = r"\d" + r"[ ./()-]{0,2}\d" * 6

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
        pattern=(
            r"(?:\+\(?|\b00)[1-9]\d{0,3}[ ./)-]{0,2}(?:\(0?\d{1,4}\)[ ./-]{0,2})?(?:\d[ ./()-]{0,2}){5,13}\d"
            r"(?: ?(?:x|ext\.?) ?\d{1,6})?"
        ),
        probe=r"(?:\+\(?|\b00)[1-9]\d*[ ./()-]*\d",
        validator="phone_international",
        unless=r"[\w.]",
        examples=(
            "Call +49 151 23456789 before noon",
            "tel:+1-202-555-0143",
            "+44 (0)20 7946 0958",
            "00420 777 759 458",
            "+(370) 61234567",
        ),
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
        pattern=_DIGITS + r"(?: ?(?:x|ext\.?) ?\d{1,6})?",
        validator="phone_digits",
        context=vocabulary.PHONE,
        before=32,
        after=0,
        unless=_NOT_A_PHONE,
        probe=_SEVEN_DIGITS,
        confidence=0.8,
        examples=(
            "Mobile: 0688 843 79 56",
            "mein Telefon ist 030 1234567",
            "Позвоните мне по номеру 8 614 781 1400",
            "電話番号:090-0612-5102",
            "电话:13207469366",
            "Telefonszám: (06)/125-1029",
        ),
        counterexamples=("the call was on 2023-10-21", "phone model 3310", "1000000", "Endless Mobile 2017-2022"),
    ),
    Recogniser(
        rule="pii.phone_number",
        kind="PII.PHONE",
        pattern=_DIGITS + r"(?: ?(?:x|ext\.?) ?\d{1,6})?",
        validator="phone_shaped",
        context=vocabulary.NUMBER,
        before=20,
        after=0,
        unless=_NOT_A_PHONE,
        probe=_SEVEN_DIGITS,
        confidence=0.75,
        examples=(
            "my registered number 0961-7596216",
            "Mijn nieuwe nummer is 06 8438 7956",
            "Az új számom (06)77/594-5807",
            "Мой новый номер 8 (694) 111-5109",
            "Mit nye nummer er 34 82 69 05",
        ),
        counterexamples=(
            "Bestellnummer 100200300",
            "número de pedido 012-345-678",
            "number 12345678",
            "the numbers 2017-2022",
            "Winning numbers: 04 08 15 16 23 42",
        ),
    ),
    Recogniser(
        rule="pii.phone_before_its_word",
        kind="PII.PHONE",
        pattern=_DIGITS,
        validator="phone_digits",
        context=vocabulary.PHONE_AFTER,
        before=0,
        after=4,
        unless=_NOT_A_PHONE,
        probe=_SEVEN_DIGITS,
        confidence=0.75,
        examples=("080-8563-9734にお電話ください。", "Hívjon a 11/400 3418 számon."),
        counterexamples=("2023-10-21に連絡",),
    ),
    Recogniser(
        rule="pii.phone_national",
        kind="PII.PHONE",
        pattern=(r"(?:\b0[1-9]\d{0,4}[ /-]|\(0[1-9]\d{0,4}\)[ /-]{0,3})\d{2,8}(?:[ -]\d{2,5}){0,4}\b"),
        validator="phone_national",
        unless=rf"{_NOT_A_PHONE}|[\d,:/=-] ?",
        unless_after=r" ?[-/:,.]? ?\d|%",
        probe=r"\b0[1-9]\d*[ /-]\d|\(0[1-9]\d*\)[ /-]*\d",
        confidence=0.65,
        examples=(
            "Rückruf unter 0151 23456789 erbeten",
            "06 82 34 56 19 ou lundi",
            "080-4921-7730まで",
            "(030) 901820",
        ),
        counterexamples=("01-02-2003", "05 06 07 08 09", "ISBN 0198-534-531", "0800", "010 011 012"),
    ),
    Recogniser(
        rule="pii.phone_alone",
        kind="PII.PHONE",
        pattern=r"^\s*(\(?\d{2,5}\)?[ /-]\d{2,4}[ -]?\d{2,4}(?:[ -]?\d{2,4})?)\s*$",
        group=1,
        validator="phone_alone",
        confidence=0.7,
        examples=("030 1234 5678", "(0621) 60-6000"),
        counterexamples=("2023-10-21", "12 34", "4012-8888-8888-1882", "078-05-0000", "1234 5678 9012", "123 456 789"),
    ),
    Recogniser(
        rule="pii.ip_v4",
        kind="PII.IP",
        pattern=_IP_V4,
        probe=r"\d\.\d+\.\d+\.\d",
        validator="ip_v4_unlike_version",
        unless=rf"[\w.-]|{_VERSION}",
        unless_after=_AFTER_VERSION,
        confidence=0.8,
        examples=("Primary: 10.0.0.1", "blocked 203.0.113.77 at noon", "range 10.1.2.3/24 seen"),
        counterexamples=(
            "Version 1.2.3.4 is out",
            "v1.2.3.4",
            "bind 127.0.0.1 or 0.0.0.0",
            "10.0.0.0/8",
            "mask 255.255.255.0",
            "1.2.3.4.5.6",
            "firmware 2.6.0.0 up to and including 2.8.0.0",
            "library (8.6.11.1-1) unstable",
            "works since tool 1.15.5.4",
        ),
    ),
    Recogniser(
        rule="pii.ip_v4_context",
        kind="PII.IP",
        pattern=_IP_V4,
        probe=r"\d\.\d+\.\d+\.\d",
        validator="ip_address",
        context=(
            r"ips?|ip-?(?:address|adresse|v4)|host|server|dns|gateway|ping|client|peer|node|subnet|router|firewall|"
            r"proxy|login from|connected from|traffic|адрес|айпи|地址|アドレス|주소"
        ),
        unless=rf"[\w.-]|{_VERSION}",
        unless_after=_AFTER_VERSION,
        confidence=0.8,
        examples=("Client 5.2.17.9 disconnected", "my IP is 2.2.2.2"),
        counterexamples=("client version 5.2.17.9", "the host is 127.0.0.1"),
    ),
    Recogniser(
        rule="pii.ip_v6",
        kind="PII.IP",
        pattern=r"(?:[0-9A-Fa-f]{0,4}:){2,7}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f]{1,4}|:)?(?:/\d{1,3})?",
        probe=r"[0-9A-Fa-f]:[0-9A-Fa-f]+:[0-9A-Fa-f]*:[0-9A-Fa-f]|\d[0-9A-Fa-f]*::[0-9A-Fa-f]|::[0-9A-Fa-f]*:?\d",
        validator="ip_v6",
        unless=r"[\w:.]",
        unless_after=r"\.\d|\w",
        confidence=0.85,
        examples=("my ip is 2400:c401::5054:ff:fe1b:b031", "[2001:db8::1]:8080", "mapped ::ffff:203.0.113.9"),
        counterexamples=(
            "std::cout",
            "at 12:30:45",
            "Ratio 1:2:3:4",
            "Loopback ::1",
            "2001:db8::256.1.1.1",
            "add::bad::face",
        ),
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
    Recogniser(
        rule="pii.imei",
        kind="PII.DEVICE",
        pattern=r"\b\d{2}[ -]?\d{6}[ -]?\d{6}[ -]?\d\b",
        validator="stdnum.imei",
        context=r"imei|imeisv|device|handset|geratenummer|seriennummer|appareil|dispositivo|機器|设备|機種",
        confidence=0.9,
        examples=("IMEI 490154203237518", "imei: 35-686800-004141-8"),
        counterexamples=("IMEI 490154203237519", "490154203237518 rows"),
    ),
    Recogniser(
        rule="pii.coordinates_of_person",
        kind="PII.LOCATION",
        pattern=(
            r"-?\d{1,3}\.\d{3,10}(?: ?°)?(?: ?[NS])?,? ?(?:(?:lng|lon|long|longitude)[\"']?[:=]? ?)?"
            r"-?\d{1,3}\.\d{3,10}(?: ?°)?(?: ?[EWO])?"
        ),
        validator="coordinates",
        context=(
            r"(?:my|his|her|their|user'?s?|customer'?s?|patient'?s?|employee'?s?|driver'?s?|home|current|last|"
            r"last known|"
            r"device|phone|gps|live) (?:gps )?(?:location|position|coordinates?|coords)|"
            r"(?:lives|living|parked|"
            r"tracked|last seen) (?:near|at)|(?:mein|seine?|ihre?n?|letzter?) (?:standort|position)|wohnt bei|"
            r"(?:ma|sa|derniere) (?:position|localisation)|(?:mi|su|ultima) (?:ubicacion|posicion)|"
            r"(?:la mia|sua) posizione|minha localizacao|moje polozenie|konumum|моё местоположение|её координаты|"
            r"我的位置|現在地|내 위치"
        ),
        confidence=0.75,
        examples=("her location is 48.20849, 16.37208", "GPS position: lat 40.71278 lon -74.00594"),
        counterexamples=("The tower stands at 48.85837, 2.29448", "my location is 3.5, 4.25"),
    ),
)
