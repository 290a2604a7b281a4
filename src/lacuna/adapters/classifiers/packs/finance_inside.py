"""Finance pack: inside information, the board, pay, and controls over financial reporting, in the words of a house
about itself: what laws and textbooks say of such matters does not count."""

from dataclasses import replace

from lacuna.adapters.classifiers.packs.house_words import OWN_HOUSE
from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.domain.tiers import Tier

_UNANNOUNCED = (
    r"before (?:the|we|they|it is) announc\pL*|unannounced|not (?:yet )?(?:been )?(?:announced|public|"
    r"disclosed)|under nda|confidential\pL*|"
    r"until (?:signing|closing|announcement)|code-?name[d]?|non-?binding|exclusivity|our (?:bid|offer|target)|"
    r"strictly private|don't tell|"
    r"vor der (?:ankundigung|bekanntgabe)|noch nicht (?:bekannt|offentlich|angekundigt)|vertraulich|"
    r"exklusivitat|avant l'annonce|"
    r"pas encore (?:annonce\pL*|public)|confidentiel\pL*|antes del anuncio|aun no (?:anunciad\pL*|public\pL*)|"
    r"confidencial|"
    r"prima dell'annuncio|non ancora (?:annunciat\pL*|pubblic\pL*)|riservat[oa]|antes do anuncio|ainda nao|"
    r"voor de aankondiging|"
    r"nog niet (?:bekend|openbaar)|vertrouwelijk|до объявления|конфиденциальн\pL*|未公表|公表前|未公开|公告前|미공개"
)

_RULES = (
    Recogniser(
        rule="fin.inside_marking",
        kind="FIN.INSIDE",
        pattern=(
            r"(?i)\b(?:mnpi|material,? non-?public information|inside information|insider list|restricted "
            r"list|watch list|"
            r"wall[- ]cross(?:ed|ing)|market sounding|insiderinformation(?:en)?|insiderliste|information privilegiee|"
            r"liste d'inities|informacion privilegiada|informazion[ei] privilegiat[ae]|informacao "
            r"privilegiada|voorwetenschap)\b|"
            r"инсайдерск\pL+ информаци\pL+|内部者情報|インサイダー情報|内幕信息|미공개 중요정보"
        ),
        context=(
            r"contains|we (?:are|were|have)|you (?:are|have been|were)|our|attached|this (?:deck|memo|"
            r"document|mail|email|file)|enthalt|unser\pL*|sie (?:sind|wurden)|contient|notre|contiene|"
            r"nuestr\pL*|nostr\pL*|contem|bevat|含まれ|当社|包含|我司|우리"
        ),
        before=60,
        after=40,
        confidence=0.85,
        examples=(
            "This deck contains MNPI, do not forward",
            "you have been wall-crossed on this deal",
            "Diese Datei enthält Insiderinformationen",
            "当社のインサイダー情報",
        ),
        counterexamples=("What is material non-public information?", "Insider lists are required by MAR"),
    ),
    Recogniser(
        rule="fin.deal",
        kind="FIN.INSIDE",
        pattern=(
            r"(?i)\b(?:acquisition|acquire|acquiring|merger|merge with|takeover|buyout|divest(?:iture|ment)?|"
            r"spin-?off|carve-?out|ipo|"
            r"tender offer|letter of intent|term sheet|due diligence|data ?room|ubernahme|fusion|verkauf der "
            r"sparte|borsengang|datenraum|"
            r"absichtserklarung|rachat|cession|offre publique|introduction en bourse|adquisicion|fusion|"
            r"oferta publica|acquisizione|"
            r"fusione|aquisicao|fusao|overname|przejecie)\b|поглощени\pL+|"
            r"слияни\pL+|買収|合併|上場準備|收购|并购|인수합병"
        ),
        context=_UNANNOUNCED,
        before=90,
        after=90,
        also=OWN_HOUSE + "|my|i",
        also_within=120,
        confidence=0.8,
        examples=(
            "our acquisition of the bakery is not yet announced",
            "We signed a non-binding letter of intent with them",
            "Unsere Übernahme ist noch nicht bekannt",
            "当社の買収は未公表です",
        ),
        counterexamples=(
            "What is a tender offer?",
            "The merger was announced in 2014",
            "A term sheet is a non-binding agreement",
        ),
    ),
    Recogniser(
        rule="fin.results",
        kind="FIN.INSIDE",
        pattern=(
            r"(?i)\b(?:revenue|ebitda|eps|earnings|guidance|net income|gross margin|profit warning|q[1-4] "
            r"(?:numbers|results|figures)|umsatz|ergebnis|"
            r"gewinnwarnung|quartalszahlen|chiffre d'affaires|resultats?|avertissement sur resultats|ingresos|"
            r"resultados|ricavi|risultati|"
            r"receita|omzet|przychody)\b|выручк\pL+|売上|決算|业绩|营收|매출|실적"
        ),
        context=(
            r"before (?:the )?(?:earnings call|results are out|we report|it is published)|unaudited|"
            r"unreleased|not yet (?:published|reported|public|released)|"
            r"draft (?:results|10-[kq]|earnings)|flash (?:numbers|results|estimate)|preliminary (?:numbers|"
            r"figures|results)|will miss|will beat|"
            r"miss(?:ed|ing)? (?:the )?(?:consensus|guidance)|ungepruft|vorlaufig|noch nicht veroffentlicht|"
            r"non audites?|pas encore publies?|"
            r"preliminar(?:es|i)?|sin auditar|non ancora pubblicat\pL*|nao auditad\pL*|voorlopig|niet "
            r"gepubliceerd|предварительн\pL*|公表前|速報|未发布|미발표"
        ),
        before=60,
        after=60,
        also=OWN_HOUSE + "|my|i",
        also_within=100,
        confidence=0.75,
        examples=(
            "our Q3 revenue will miss guidance by 8 %",
            "Attached: preliminary numbers, EBITDA 41m",
            "Unser Umsatz (vorläufig) liegt bei 41 Mio",
        ),
        counterexamples=("What is unaudited revenue?", "How does EBITDA differ from revenue?"),
    ),
    Recogniser(
        rule="fin.board",
        kind="FIN.BOARD",
        pattern=(
            r"(?i)\b(?:board (?:pack|papers?|deck|minutes|resolutions?|meeting minutes|memo)|minutes of the "
            r"board|vorstandsvorlage|vorstandsbeschluss|"
            r"aufsichtsrats(?:vorlage|sitzung|protokoll)|proces-verbal du conseil|conseil d'administration|"
            r"acta del consejo|consejo de administracion|"
            r"verbale del (?:cda|consiglio)|ata do conselho|bestuursverslag|protokol zarzadu)\b|протокол "
            r"совета директоров|取締役会(?:資料|議事録)|董事会(?:纪要|决议)|이사회 (?:자료|의사록)"
        ),
        context=OWN_HOUSE
        + "|my|draft|next|tomorrow|last week|yesterday|confidential|entwurf|nachste|nachsten|prochain|proximo",
        before=50,
        after=50,
        confidence=0.75,
        examples=("summarise our board pack for Thursday", "anbei die Vorstandsvorlage", "our draft board minutes"),
        counterexamples=("What belongs into board minutes?", "Board resolutions are defined by law"),
    ),
    Recogniser(
        rule="fin.compensation",
        kind="FIN.COMPENSATION",
        pattern=(
            r"(?i)\b(?:salary|base pay|bonus|compensation|equity grant|rsus?|severance|raise|gehalt|"
            r"grundgehalt|bonuszahlung|abfindung|salaire|prime|"
            r"indemnite|salario|sueldo|bono|stipendio|buonuscita|bonus|salaris|ontslagvergoeding|"
            r"wynagrodzenie|premia)\b[^\n.?]{0,40}?"
            r"(?:[$\x{20ac}\x{a3}] ?\d[\d,.]*k?|\d[\d,.']*(?:k| ?(?:eur|usd|gbp|chf|euros?|dollars|pounds|zl)))\b"
        ),
        probe=(
            r"(?i)\b(?:salary|base pay|bonus|compensation|equity grant|rsus?|severance|raise|gehalt|grundgehalt|"
            r"bonuszahlung|abfindung|salaire|prime|indemnite|salario|sueldo|bono|stipendio|buonuscita|salaris|ontslagvergoeding|"
            r"wynagrodzenie|premia)\b"
        ),
        context=(
            r"our|his|her|my|their|employee|candidate|offer(?:ed)?|new hire|ceo's|cfo's|unser\pL*|sein\pL*|"
            r"ihr\pL*|mitarbeiter\pL*|notre|son|sa|nuestr\pL*|su|nostr\pL*|suo|onze|zijn|haar|nasz\pL*|jego|"
            r"jej"
        ),
        before=60,
        after=40,
        unless_near=(
            r"average|median|typical\pL*|minimum wage|per capita|range|how much (?:do|does)|durchschnitt\pL*|"
            r"moyen\pL*|medi[oa]|gemiddeld\pL*"
        ),
        also_within=80,
        confidence=0.75,
        examples=("we offered her a base salary of $185,000", "sein Gehalt: 92.000 EUR", "our CFO's bonus is 410k"),
        counterexamples=("The average salary is $60,000", "What is the median salary of our industry? $60,000"),
    ),
    Recogniser(
        rule="fin.controls",
        kind="FIN.CONTROL",
        tier=Tier.INTERNAL,
        pattern=(
            r"(?i)\b(?:material weakness(?:es)?|significant deficienc(?:y|ies)|control deficienc(?:y|ies)|sox "
            r"(?:testing|control|walkthrough|finding|scoping|404)|"
            r"icfr|restatement|management override|wesentliche schwachstelle|kontrollschwache|deficience "
            r"significative|debilidad material)\b"
        ),
        context=OWN_HOUSE + r"|auditors found|auditors flagged|remediat\w*|control owner|finding",
        before=60,
        after=60,
        confidence=0.7,
        examples=("our auditors flagged a material weakness in revenue", "SOX testing: we failed control 4.2"),
        counterexamples=("What is a material weakness?", "ICFR is required by section 404"),
    ),
    Recogniser(
        rule="fin.budget",
        kind="FIN.BUDGET",
        tier=Tier.INTERNAL,
        pattern=(
            r"(?i)\b(?:budget|forecast|run rate|burn rate|cash runway|headcount plan|pipeline|churn|arr|mrr|"
            r"price list|discount|margin)\b[^\n.?]{0,40}?"
            r"(?:[$\x{20ac}\x{a3}] ?\d[\d,.]*|\d[\d,.]* ?(?:%|percent|k|m|mm|bn|million|mio|eur|usd|gbp))"
        ),
        probe=(
            r"(?i)\b(?:budget|forecast|run rate|burn rate|cash runway|headcount plan|pipeline|churn|arr|mrr|price list|"
            r"discount|margin)\b"
        ),
        context=OWN_HOUSE,
        before=40,
        after=30,
        confidence=0.65,
        examples=("our budget for the launch is $1.2m", "we give them a discount of 35 %"),
        counterexamples=("The film had a budget of $1.2m", "What is a burn rate?"),
    ),
)

RECOGNISERS = tuple(rule if rule.probe else replace(rule, probe=rule.pattern) for rule in _RULES)
"""The words around these matters are common ones, so the matters themselves are looked for first."""
