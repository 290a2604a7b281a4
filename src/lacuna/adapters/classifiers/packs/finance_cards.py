"""Finance pack: what PCI DSS calls account data beside the card number, which the recognisers that ship find."""

from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.domain.tiers import Tier

_CARD = (
    r"cards?|visa|mastercard|amex|maestro|debit|credit|pan|cvv2?|cvc2?|karte|kreditkarte|carte|carta|tarjeta|cartao|"
    r"kaart|kort|karta|карт\pL*|カード|卡"
)

RECOGNISERS = (
    Recogniser(
        rule="pci.verification_value",
        kind="PCI.CVV",
        pattern=r"\b\d{3,4}\b",
        context=(
            r"cvv2?|cvc2?|csc|card security code|security code|card verification(?: (?:value|code))?|kartenprufnummer|"
            r"prufziffer|sicherheitscode|cryptogramme|code de securite|codigo de seguridad|codice di sicurezza|"
            r"codigo de seguranca|veiligheidscode|kod cvv|код безопасности|セキュリティコード|安全码|카드 인증번호"
        ),
        before=8,
        after=0,
        also=_CARD + r"|exp\pL*|number|\d{4} \d{4}",
        also_within=100,
        unless_near=r"digits|percent|million|usd|eur|http|error|status|ziffern",
        confidence=0.85,
        examples=("card exp 04/27, CVV 123", "Kreditkarte, Prüfziffer: 4821", "tarjeta visa, código de seguridad 332"),
        counterexamples=("a CVV has 3 or 4 digits", "the security code 404 error", "CVV 100 million dollars"),
    ),
    Recogniser(
        rule="pci.expiry",
        kind="PCI.EXPIRY",
        pattern=r"\b(?:0[1-9]|1[0-2]) ?[/-] ?(?:20)?[2-4]\d\b",
        context=(
            r"exp|expiry(?: date)?|expires?|expiration(?: date)?|valid (?:thru|through|until)|gultig bis|ablaufdatum|"
            r"date d'expiration|expire|fecha de (?:caducidad|vencimiento)|vencimiento|caducidad|scadenza|validade|"
            r"geldig tot|wazna do|срок действия|действительна до|有効期限|有效期|유효기간"
        ),
        before=10,
        after=0,
        also=_CARD,
        also_within=80,
        confidence=0.75,
        examples=("visa card expires 04/27", "Kreditkarte gültig bis 11/2028", "カード 有効期限 04/27"),
        counterexamples=("the licence expires 04/27", "card number without expiry"),
    ),
    Recogniser(
        rule="pci.track_1",
        kind="PCI.TRACK",
        pattern=r"%?B\d{12,19}\^[^\^\n]{2,26}\^\d{7,60}",
        probe=r"B\d{12}",
        validator="track_data",
        confidence=0.98,
        examples=("%B4111111111111111^HOLM/IDA^27041010000000000000?",),
        counterexamples=("%B4111111111111112^HOLM/IDA^27041010000000000000?",),
    ),
    Recogniser(
        rule="pci.track_2",
        kind="PCI.TRACK",
        pattern=r";?\b\d{12,19}=\d{7,20}\b\??",
        probe=r"\d{12}\d{0,7}=\d{4}",
        validator="track_data",
        confidence=0.97,
        examples=(";4111111111111111=27041010000000000000?",),
        counterexamples=(";4111111111111112=27041010000000000000?", "1234567890123=1234567"),
    ),
    Recogniser(
        rule="pci.masked_number",
        kind="PCI.MASKED",
        tier=Tier.INTERNAL,
        pattern=r"\b\d{4}(?:[ -]?\d{2})?[ -]?(?:[*xX#\x{2022}]{2,4}[ -]?){1,3}\d{4}\b",
        probe=r"\d{2}[ -]?[*xX#\x{2022}]{2}",
        context=_CARD + r"|account|refund|charge\pL*|transaction|payment",
        before=60,
        confidence=0.7,
        examples=("refund to card 411111******1111", "card 4111 11xx xxxx 1111 was charged"),
        counterexamples=("order 411111****", "1234 xx"),
    ),
    Recogniser(
        rule="pci.pin_block",
        kind="PCI.PIN",
        pattern=r"\b[0-9A-Fa-f]{16}\b",
        context=r"pin ?block|encrypted pin|epb|iso[ -]?9564|iso format [0-4]|iso-[0-4]",
        before=20,
        confidence=0.92,
        examples=("PIN block 0412AC89ABCDEF67",),
        counterexamples=("commit 0412AC89ABCDEF67", "a PIN block has 16 digits"),
    ),
    Recogniser(
        rule="pci.key_serial",
        kind="PCI.PIN",
        pattern=r"\b[0-9A-Fa-f]{20}\b",
        context=r"ksn|key serial number|dukpt",
        before=24,
        after=0,
        confidence=0.85,
        examples=("KSN: FFFF9876543210E00008",),
        counterexamples=("FFFF9876543210E00008",),
    ),
    Recogniser(
        rule="pci.pin",
        kind="PCI.PIN",
        pattern=r"\b\d{4,6}\b",
        context=(
            r"pin(?: (?:code|number|is|was))?|geheimzahl|pin ist|code secret|code pin|pin de la tarjeta|clave|pincode|"
            r"пин-?код|暗証番号|비밀번호|密码"
        ),
        before=6,
        after=0,
        also=(
            r"(?:my|the|our|his|her) (?:card|debit card|credit card|bank card)|atm|geldautomat|girokarte|"
            r"ec-karte|distributeur|cajero|bancomat|банкомат\pL*|carte bancaire|tarjeta|银行卡|キャッシュカード"
        ),
        also_within=60,
        confidence=0.85,
        examples=("my card PIN is 4821", "Girokarte, Geheimzahl 4821", "银行卡密码 482193"),
        counterexamples=("an ATM PIN has 4 digits", "pin 1234 of the connector"),
    ),
    Recogniser(
        rule="fin.sort_and_account",
        kind="FIN.ACCOUNT",
        pattern=r"\b\d{2}[- ]\d{2}[- ]\d{2}[ ,/;]{1,3}(?:a/?c:? ?|acc(?:ount)?:? ?)?\d{8}\b",
        context=r"account|acct?|a/c|sort|bank|pay\pL*|transfer\pL*|bacs|chaps|refund",
        confidence=0.85,
        examples=("please pay 20-45-77 31926819", "bank 20 45 77, account 31926819"),
        counterexamples=("on 20-45-77 31926819 units",),
    ),
)
