"""Finance pack: securities and counterparties, where somebody trades them: a public company's number is public."""

from lacuna.adapters.classifiers.recogniser import Recogniser

_TRADE = (
    r"our (?:\pL+ )?(?:position|order|book|client|fund|portfolio|desk|exposure|holding|holdings|stake|mandate|"
    r"short|long|trade|trades)|"
    r"(?:we|i) (?:\pL+ )?(?:buy|bought|sell|sold|hold|own|short|shorted|are long|are short|trade|hedge)|"
    r"client (?:order|account|buys|sells|wants)|"
    r"for (?:client|account|acct)|block trade|allocations?|fills?|filled|executed|execution|working order|"
    r"iceberg|settle(?:s|d|ment)?|"
    r"netting|isda|margin call|counterparty|unser(?:e|en|em)? (?:position|bestand|depot|auftrag|kunde|fonds)|"
    r"kundenauftrag|depot|"
    r"wir (?:kaufen|verkaufen|halten)|notre (?:position|ordre|client|fonds)|nous (?:achetons|vendons|"
    r"detenons)|ordre d'(?:achat|vente)|"
    r"nuestr[oa] (?:posicion|orden|cliente|fondo)|orden de (?:compra|venta)|nostr[oa] (?:posizione|ordine|"
    r"cliente|fondo)|"
    r"noss[oa] (?:posicao|ordem|cliente|fundo)|onze (?:positie|order|klant)|наш(?:а|ей|его)? (?:позици\pL*|"
    r"клиент\pL*|фонд\pL*)|"
    r"当社の(?:注文|保有)|我们的(?:持仓|客户|订单)|우리 (?:포지션|고객)"
)


def _security(name: str, shape: str, validator: str, label: str, example: str, wrong: str) -> Recogniser:
    """A security's number beside its own name (if it needs one) and a trade."""
    named = f"{label.partition('|')[0].upper()} {example}" if label else example
    return Recogniser(
        rule=f"fin.{name}",
        kind="FIN.SECURITY",
        pattern=rf"\b{shape}\b",
        validator=validator,
        context=label or _TRADE,
        before=20 if label else 120,
        after=12 if label else 120,
        also=_TRADE if label else "",
        also_within=120,
        confidence=0.85,
        examples=(f"our position in {named} is up", f"client order: buy 5,000 of {named}"),
        counterexamples=(
            f"What is {named}?",
            *((f"our position in {named.replace(example, wrong)}",) if wrong else ()),
        ),
    )


RECOGNISERS = (
    _security("isin", r"[A-Z]{2}[A-Z0-9]{9}\d", "stdnum.isin", "", "US0378331005", "US0378331006"),
    _security("cusip", r"[0-9A-Z]{8}\d", "stdnum.cusip", "cusip", "037833100", "037833101"),
    _security("sedol", r"[0-9B-DF-HJ-NP-TV-Z]{6}\d", "stdnum.gb.sedol", "sedol", "B15KXQ8", "B15KXQ9"),
    _security(
        "figi", r"[B-DF-HJ-NP-TV-Z]{2}G[0-9B-DF-HJ-NP-TV-Z]{8}\d", "stdnum.figi", "", "BBG000BLNNH6", "BBG000BLNNH7"
    ),
    _security("lei", r"[A-Z0-9]{18}\d{2}", "stdnum.lei", "", "213800KUD8LAJWSQ9D15", "213800KUD8LAJWSQ9D16"),
    _security("wkn", r"[A-HJ-NP-Z0-9]{6}", "security_number", "wkn", "A1EWWW", ""),
    _security("ric", r"[A-Z0-9]{1,8}\.[A-Z]{1,3}", "", "ric|reuters", "VOD.L", ""),
    Recogniser(
        rule="fin.order",
        kind="FIN.ORDER",
        pattern=(
            r"(?i)\b(?:buy|sell|bot|sld|short|kaufe?n?|verkaufe?n?|achat|vente|compra|venta) ?:? \d[\d,.' "
            r"]*(?:k|m|mm)? ?"
            r"(?:shares|lots|contracts|stuck|actions|titres|acciones|[A-Z]{2,6}(?:\.[A-Z]{1,3})?)\b"
        ),
        probe=r"(?i)\b(?:buy|sell|bot|sld|short|kauf|verkauf|achat|vente|compra|venta)",
        context=(
            r"clients?|acct|account|limit|vwap|twap|moc|stop|gtc|day order|fund|for (?:the )?(?:desk|book)|"
            r"kunde|limitiert|cliente?|ordre"
        ),
        before=60,
        after=60,
        confidence=0.75,
        examples=("sell 40,000 shares for the client, limit 182.5", "Buy 10k AAPL vwap acct 7731"),
        counterexamples=("Should one buy 10 shares of a company?", "sell 3 apples"),
    ),
)
