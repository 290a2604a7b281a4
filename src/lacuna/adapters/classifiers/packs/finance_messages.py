"""Finance pack: fragments of payment and trade messages. They count wherever they stand."""

from lacuna.adapters.classifiers.recogniser import Recogniser

RECOGNISERS = (
    Recogniser(
        rule="fin.swift_mt",
        kind="FIN.MESSAGE",
        pattern=(
            r"\{1:F\d{2}[A-Z]{4}[A-Z0-9]{4,8}|:32[ABCD]:(?:\d{6})?[A-Z]{3}\d[\d.,]*|"
            r":6[012][FM]?:[CD]?\d{6}[A-Z]{0,3}\d*[\d,]+|"
            r":50[AFK]:/[A-Z0-9]{4}|:59[AF]?:/[A-Z0-9]{4}|:35B:ISIN [A-Z]{2}[A-Z0-9]{10}|"
            r":95[PQR]::[A-Z]{4}//\w+|:97A::SAFE//\w+"
        ),
        probe=r"\{1:F\d{2}|:(?:32[ABCD]|6[012][FM]?|50[AFK]|59[AF]?|35B|95[PQR]|97A):",
        confidence=0.95,
        examples=(
            "{1:F01BANKDEFFAXXX0000000000}{2:I103",
            ":20:REF77\n:32A:240314EUR12500,00\n:50K:/DE8937040044",
            ":62F:C240314EUR7719,21",
        ),
        counterexamples=("field :32A: holds date and amount", "at 10:32:00"),
    ),
    Recogniser(
        rule="fin.iso_20022",
        kind="FIN.MESSAGE",
        pattern=(
            r"<(?:\w+:)?(?:InstdAmt|IntrBkSttlmAmt|TtlIntrBkSttlmAmt|Amt)\s+Ccy=\"[A-Z]{3}\">\s*\d[\d.]*|"
            r"<(?:\w+:)?(?:DbtrAcct|CdtrAcct|UltmtDbtr|UltmtCdtr|EndToEndId)>\s*[<\w]"
        ),
        probe=r"Ccy=\"|(?:DbtrAcct|CdtrAcct|UltmtDbtr|UltmtCdtr|EndToEndId)>",
        confidence=0.92,
        examples=(
            '<InstdAmt Ccy="EUR">12500.00</InstdAmt>',
            "<DbtrAcct><Id><IBAN>",
            "<EndToEndId>INV-7719</EndToEndId>",
        ),
        counterexamples=("the element EndToEndId", '<xs:element name="InstdAmt"/>'),
    ),
    Recogniser(
        rule="fin.fix",
        kind="FIN.MESSAGE",
        pattern=r"\b8=FIXT?\.\d\.\d\W{0,3}9=\d+\W{0,3}35=\w{1,2}",
        probe=r"8=FIX",
        confidence=0.95,
        examples=("8=FIX.4.4|9=148|35=D|34=1080|49=TESTBUY1|55=VOD|54=1|38=4000",),
        counterexamples=("a message begins with 8=FIX.4.4",),
    ),
    Recogniser(
        rule="fin.ach",
        kind="FIN.MESSAGE",
        pattern=r"(?m)^(?:6[2-3][1-9]\d{9}[\w -]{17}\d{10}|101 \d{9,10} ?\d{9,10}\d{10}A094101)",
        probe=r"(?m)^(?:6[2-3][1-9]\d{9}|101 \d{9})",
        confidence=0.85,
        examples=("62212100035873192618        0000125000482913         IDA HOLM",),
        counterexamples=("622121000358 pieces", "101 Dalmatians"),
    ),
    Recogniser(
        rule="fin.sepa_reference",
        kind="FIN.MESSAGE",
        pattern=r"\b(?:EREF|MREF|KREF|CRED|SVWZ|ABWA)\+[\w /.-]{3,}",
        probe=r"\b(?:EREF|MREF|KREF|CRED|SVWZ|ABWA)\+",
        confidence=0.8,
        examples=("SVWZ+Rechnung 7719 EREF+INV-7719",),
        counterexamples=("EREF + amount",),
    ),
    Recogniser(
        rule="fin.creditor_id",
        kind="FIN.ACCOUNT",
        pattern=r"\b[A-Z]{2}\d{2}[A-Z0-9]{3}0\d{10}\b|\bRF\d{2}[A-Z0-9]{4,21}\b",
        context=(
            r"creditor id(?:entifier)?|glaubiger-?id\pL*|sepa|mandate|mandat\pL*|lastschrift|ics|rf reference|"
            r"creditor reference"
        ),
        before=40,
        confidence=0.8,
        examples=("SEPA-Lastschrift, Gläubiger-ID DE98ZZZ09999999999",),
        counterexamples=("DE98ZZZ09999999999",),
    ),
)
