"""Money: cards, accounts, wallets."""

from lacuna.adapters.classifiers.recogniser import Recogniser

_CARD_WORDS = (
    r"card|cards|credit|debit|visa|mastercard|amex|maestro|discover|cc|ccn|pan|karte|kreditkarte|kartennummer|carte|"
    r"carta|tarjeta|cartao|"
    r"kaart|kort|kortti|luottokortti|karta|kart|terminal|카드|カード|卡"
)

RECOGNISERS = (
    Recogniser(
        rule="pii.credit_card",
        kind="PII.CREDIT_CARD",
        pattern=r"\b\d{4}(?:[ ./-]?\d{4}){2}[ ./-]?\d{1,7}\b|\b\d{4}[ ./-]?\d{6}[ ./-]?\d{4,5}\b",
        validator="card",
        unless=r"[\w.$-]",
        probe=r"\d{4}[ ./-]?\d{2}(?:[ ./-]?\d){6}",
        confidence=0.9,
        examples=("4111 1111 1111 1111", "charge 371449635398431 now", "6011/0009/9013/9424"),
        counterexamples=("4012-8888-8888-1882", "at 1748503543012 ms", "order 1234567890123456"),
    ),
    Recogniser(
        rule="pii.credit_card_context",
        kind="PII.CREDIT_CARD",
        pattern=r"\b\d(?:[ ./-]{0,2}\d){11,18}\b",
        validator="card",
        context=_CARD_WORDS,
        unless=r"[\w.$-]",
        confidence=0.92,
        examples=("my card 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "credit card: 676370692094"),
        counterexamples=("card 4012888888881882",),
    ),
    Recogniser(
        rule="pii.iban",
        kind="PII.IBAN",
        pattern=r"\b[A-Za-z]{2}\d{2}(?:[ .-]?[A-Za-z0-9]{1,4}){3,9}",
        probe=r"\b[A-Za-z]{2}\d{2}[ .-]?[A-Za-z0-9]{4}[ .-]?[A-Za-z0-9]{2}",
        validator="iban",
        confidence=0.98,
        examples=("pay to DE89 3704 0044 0532 0130 00 please", "my iban is gb82west12345698765432"),
        counterexamples=("DE00 3704 0044 0532 0130 00", "AB12 cdef ghij klmn"),
    ),
    Recogniser(
        rule="pii.bank_routing_us",
        kind="PII.BANK_ACCOUNT",
        pattern=r"\b\d{4}-?\d{4}-?\d\b",
        validator="aba_routing",
        context=r"routing|aba|rtn|transit|bank",
        examples=("routing number 121000358",),
        counterexamples=("routing table 123456789", "121000358 items"),
    ),
    Recogniser(
        rule="pii.bank_routing_us_alone",
        kind="PII.BANK_ACCOUNT",
        pattern=r"^\s*(\d{4}-?\d{4}-?\d)\s*$",
        group=1,
        validator="aba_routing",
        confidence=0.6,
        examples=("121042882", "3222-7162-7"),
        counterexamples=("1234-0000-0", "421042111"),
    ),
    Recogniser(
        rule="pii.bank_account",
        kind="PII.BANK_ACCOUNT",
        pattern=r"\b\d[\d -]{4,16}\d\b",
        context=(
            r"account (?:number|no|nr|#)|acct|bank account|checking account|savings account|kontonummer|konto-?nr|"
            r"bankverbindung|"
            r"numero de cuenta|cuenta bancaria|numero de compte|compte bancaire|conto corrente|rekeningnummer|conta "
            r"bancaria|sort code"
        ),
        before=32,
        after=0,
        unless=r"[\w$€£.]",
        confidence=0.75,
        examples=("bank account 000123456789", "Kontonummer: 1234567"),
        counterexamples=("the bank account has $123456789", "my bank account"),
    ),
    Recogniser(
        rule="pii.bitcoin",
        kind="PII.CRYPTO",
        pattern=r"\b[13][1-9A-HJ-NP-Za-km-z]{25,34}\b",
        validator="bitcoin",
        probe=r"\b[13][1-9A-HJ-NP-Za-km-z]{8}",
        confidence=0.95,
        examples=("send to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",),
        counterexamples=("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",),
    ),
    Recogniser(
        rule="pii.wallet",
        kind="PII.CRYPTO",
        pattern=r"\bbc1[02-9ac-hj-np-z]{25,87}\b|\b0x[0-9a-fA-F]{40}\b|\b4[0-9AB][1-9A-HJ-NP-Za-km-z]{93}\b",
        probe=r"\bbc1[02-9ac-hj-np-z]{8}|\b0x[0-9a-fA-F]{8}|\b4[0-9AB][1-9A-HJ-NP-Za-km-z]{8}",
        confidence=0.85,
        examples=("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "0x52908400098527886E0F7030069857D2E4169EE7"),
        counterexamples=("0x1234", "bc1"),
    ),
)
