"""Street addresses of western Europe and the Americas: a house number beside a street word, a post-office box, a town
with its postal code."""

from lacuna.adapters.classifiers.recogniser import Recogniser

_WORD = r"(?:\p{Lu}[\pL'.-]*|\d{1,3}(?:st|nd|rd|th))"
_EN_SUFFIX = (
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Crescent|Cres|Terrace|Ter|Parkway|"
    r"Pkwy|Highway|Hwy|Place|Pl|Square|Circle|Cir|Trail|Trl|Close|Way|Loop|Row|Mews|Gardens|Grove|Walk|Alley|Run|Ridge|"
    r"Hill|Heights|Pike|Plaza|Point|Path|Esplanade|Parade|Turnpike|Causeway|Promenade|Broadway)"
)
_US_STATE = (
    r"(?:A[AEKLPRSZ]|C[AOT]|D[CE]|F[LM]|G[AU]|HI|I[ADLN]|K[SY]|LA|M[ADEHINOPST]|N[CDEHJMVY]|O[HKR]|P[ARW]|RI|S[CD]|"
    r"T[NX]|UT|V[AIT]|W[AIVY])"
)
_STRONG_STREET = (
    r"(?:strasse|str\.|gasse|allee|chaussee|straat|gracht|plein|singel|gatan|vagen|vej|gade|veien|vegen|gaten|katu|"
    r"polku|"
    r"bulevardi|gotu|stigur)"
)
_WEAK_STREET = (
    r"(?:weg|platz|damm|ufer|steig|-ring|[a-z]{2}[dfgklmnstz]ring|hof|markt|stieg|[aeinrstxkd]laan|dreef|steeg|kade|"
    r"dijk|"
    r"[a-z]{3}lei|baan|hage|boulevard|stien|grand|torget|torg|stigen|backen|gata|gt\.|bakken|kuja|raitti|rinne|"
    r"kaari|gardur|braut)"
)
_ROMANCE_STREET = (
    r"(?i:calle|c/|cl\.|avenida|avda\.?|av\.?|plaza|pza\.?|paseo|camino|carretera|ctra\.|carrera|cra\.?|ronda|rambla|"
    r"calzada|pasaje|glorieta|diagonal|transversal|jiron|jr\.|bulevar|boulevard|blvd\.?|prolongacion|circunvalacion|"
    r"periferico|autopista|vial|diag\.|rua|travessa|praca|largo|estrada|alameda|rodovia|quadra|passarela|viale|piazza|"
    r"piazzale|corso|vicolo|contrada|borgo|strada|lungo\w+|str\.|bd\.|b-dul|bulevardul|calea|aleea|soseaua|drumul|"
    r"splaiul|intrarea|piata|rue|chemin|route|avenue)"
)
_PARTICLE = r"(?:d[aeiou]{1,2}[lns]?|dell[aeo]?|degli|d'\pL+|dei|y|e|la|las|los|le|les|al|san|santa|bis|lui|cel|the)"

RECOGNISERS = (
    Recogniser(
        rule="pii.address_en",
        kind="PII.ADDRESS",
        pattern=rf"\b\d{{1,6}}[A-Za-z]?,?(?: [NSEW]\.?)?(?:[ ]{_WORD}){{1,4}} {_EN_SUFFIX}\b\.?",
        probe=rf" {_EN_SUFFIX}\b",
        validator="street_number_first",
        confidence=0.8,
        examples=("Ship to 232 Oak Street, Springfield", "at 4519 N Willow Ridge Dr."),
        counterexamples=("in 1998 the street was closed", "12 people on Main Street", "Copyright 1997, Ida G. Lane."),
    ),
    Recogniser(
        rule="pii.address_germanic",
        kind="PII.ADDRESS",
        pattern=(
            rf"(?i)\b[\pL-]+{_STRONG_STREET} \d{{1,4}} ?[a-z]?\b|\b(?:\p{{Lu}}[\pL-]+ ){{0,2}}"
            rf"(?-i:\p{{Lu}})[\pL-]{{2,}}{_WEAK_STREET} \d{{1,4}} ?[a-z]?\b|"
            r"(?-i:\p{Lu})[\pL-]+(?: \p{Lu}[\pL-]+)? (?-i:Str|Strasse|Straße|Gasse|Platz|Weg|Ring|Allee|Damm|Ufer|"
            r"Alle)\.? "
            r"\d{1,4} ?[a-z]?\b|(?-i:\p{Lu})[\pL-]+s (?:gate|gata|vei|plads|torv|gatan|vag) \d{1,4} ?[a-z]?\b"
        ),
        probe=(
            rf"(?i)(?:{_STRONG_STREET}|{_WEAK_STREET}| (?:str|strasse|gasse|platz|weg|ring|allee|damm|ufer|alle)\.?|"
            r"s (?:gate|gata|vei|plads|torv|gatan|vag)) \d"
        ),
        validator="street",
        confidence=0.75,
        examples=(
            "wohnt in der Lindenstraße 14b",
            "Kastanjelaan 22",
            "Bispevej 7",
            "Storgatan 3",
            "Mannerkatu 12",
            "Klaus-Kinski-Ring 49",
            "in der lindenstrasse 3",
            "Karl Johans gate 5",
        ),
        counterexamples=(
            "auf dem Weg zu 12 Orten",
            "gate A",
            "Bitte alle 12 Monate prüfen",
            "ein Gefälle 12",
            "Stellplatz 12",
            "Siirrä ikkuna työtilaan 5",
            "Aggregate 3 values",
            "Die Landstraße 2019",
            "Engineering 101",
            "Spring 2019",
            "boarding at Heathrow gate 12",
            "Garantie 24 Monate",
            "eastern Australia 2",
        ),
    ),
    Recogniser(
        rule="pii.address_number_first_germanic",
        kind="PII.ADDRESS",
        pattern=(
            r"\b\d{1,5} \p{Lu}[\pL-]+(?:strasse|straße|weg|platz|allee|gasse|straat|laan|plein|gracht|vej|gade|gatan|"
            r"vagen|veien|vegen|katu|gotu|gata)\b"
        ),
        probe=(
            r"\d [A-Z][a-z-]+(?:strasse|weg|platz|allee|gasse|straat|laan|plein|gracht|vej|gade|gatan|vagen|veien|"
            r"vegen|katu|gotu|gata)\b"
        ),
        confidence=0.7,
        examples=("at 255 Hersnapvej",),
        counterexamples=("12 Autobahnen", "509 certifikátu"),
    ),
    Recogniser(
        rule="pii.address_romance_number_first",
        kind="PII.ADDRESS",
        pattern=(
            r"(?i)\b(?:\d{1,5}(?: ?(?:bis|ter|[a-d]))?,? ){1,2}(?:(?:rue|avenue|boulevard|bd|chemin|impasse|allee|"
            r"quai|faubourg|ruelle|montee|sentier|rang)|(?:place|route|cours|square|cote|passage) (?:d[eu]s?|la|le|"
            r"l)\b) ?"
            r"(?:\pL[\pL'-]*[ ,]?){1,6}"
        ),
        probe=(
            r"(?i)\d(?: ?(?:bis|ter|[a-d]))?,? (?:rue|avenue|boulevard|bd|place|chemin|impasse|allee|quai|route|"
            r"cours|square|faubourg|ruelle|montee|sentier|rang|cote|passage) "
        ),
        validator="street_number_first",
        confidence=0.7,
        examples=("habite 12 bis, rue des Lilas",),
        counterexamples=("la rue est longue",),
    ),
    Recogniser(
        rule="pii.address_romance",
        kind="PII.ADDRESS",
        pattern=(
            rf"\b(?:{_ROMANCE_STREET}|V(?i:ia)|(?i:in via|abita via)) "
            r"(?:(?i:d[aeiou]{1,2}[ls]?|la|las|los|el|le|les) ){0,2}\p{Lu}[\pL'.-]*"
            rf"(?: (?:\p{{Lu}}[\pL'.-]*|{_PARTICLE}))*(?:,? |,)(?i:n[ro.°]{{0,3}}[ .]{{0,2}}|# ?|num\.? )?\d{{1,5}}\b|"
            rf"\b{_ROMANCE_STREET} \d{{1,3}} ?[A-Za-z]?(?: bis)?(?: \p{{Lu}})? ?(?i:n[ro.°]{{1,3}}[ .]{{0,2}}|"
            rf"# ?)\d{{1,5}}"
        ),
        probe=rf"\b(?:{_ROMANCE_STREET}|(?i:via)) (?:d[a-z]* |la |las |los |el |le |les )*[A-Z0-9]",
        validator="street",
        confidence=0.7,
        examples=(
            "vive en Calle Mayor 23",
            "abita in Via Garibaldi 8",
            "Carrera 12 # 34-56",
            "Rua das Flores, 120",
            "Strada Lalelelor nr. 4",
            "rue de Gruyère 5, 1385 Bulle",
        ),
        counterexamples=("via email 24 hours", "la rue est longue", "video via IEEE1394", "Via Appia 2019"),
    ),
    Recogniser(
        rule="pii.po_box",
        kind="PII.ADDRESS",
        pattern=(
            r"(?i)(?:\b(?:p\.? ?o\.? ?box|post office box|locked bag|private bag|gpo box|postfach|boite postale|"
            r"apartado(?: de correos| postal)?|apdo\.?|casilla(?: de correo)?|caixa postal|apartado|casella postale|"
            r"postbus|"
            r"skrzynka pocztowa|postboks|box postal|postilokero|pl\.|postafiok|pf\.|casuta postala|postanski pretinac|"
            r"postni prihradka|postovy priecinok|postfax|pasto dezute|pk|kotak pos)|а/я|абонентский ящик|"
            r"пощенска кутия|"
            r"τ\.θ\.|ταχ\. θυρίδα|ת\.ד\.?|صندوق بريد|ص\.ب\.?|私書箱第?|郵政信箱|邮政信箱|사서함|"
            r"ตู้ ป\.ณ\.) ?(?:n[ro°.]{1,2} ?|№ ?)?\d{1,6}"
        ),
        confidence=0.8,
        examples=("Meet me at P.O. Box 149", "Postfach 10021", "а/я 215", "Caixa Postal 88", "私書箱12号"),
        counterexamples=("a post box nearby",),
    ),
    Recogniser(
        rule="pii.address_military",
        kind="PII.ADDRESS",
        pattern=r"\b(?:[AFD]PO,? A[AEP],? \d{5}|(?:PSC|CMR|Unit) \d{1,5},? Box \d{1,5})\b",
        confidence=0.85,
        examples=("PSC 8843, Box 1225\nAPO AE 44085",),
        counterexamples=("Unit 12 of the course",),
    ),
    Recogniser(
        rule="pii.address_us_city",
        kind="PII.ADDRESS",
        pattern=rf"\b\p{{Lu}}[\pL.'-]+(?: \p{{Lu}}[\pL.'-]+){{0,3}},? {_US_STATE},? \d{{5}}(?:-\d{{4}})?\b",
        probe=r"\b[A-Z]{2},? \d{5}\b",
        confidence=0.7,
        examples=("lives in Austin, TX 78712",),
        counterexamples=("the model AB 12345",),
    ),
    Recogniser(
        rule="pii.address_lusophone",
        kind="PII.ADDRESS",
        pattern=(
            r"\p{Lu}[^\n;|]{3,60}, (?:\d{4}-\d{3} \p{Lu}\pL{2,}|\d{5}-?\d{3} \p{Lu}\pL[\pL ]{1,40} ?[/-] ?[A-Z]{2}\b)"
        ),
        probe=r", (?:\d{4}-\d{3} |\d{5}-?\d{3} )[A-Z]",
        confidence=0.75,
        examples=("Rua de Pinheiro, S/N, 2397-296 Valongo", "Travessa Rocha, Diamante, 28151-815 Ramos / GO"),
        counterexamples=("in 1999, 2001-200 Things",),
    ),
    Recogniser(
        rule="pii.address_commonwealth",
        kind="PII.ADDRESS",
        pattern=(
            r"\b(?:Flat|Unit|Apt|Suite)?\.? ?\d{1,5}[A-Za-z]?[,/ ][^\n;|]{4,70}[ ,](?:"
            r"[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}|"
            r"(?:AB|BC|MB|NB|NL|NS|NT|NU|ON|PE|QC|SK|YT),? ?[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d|"
            r"(?:ACT|NSW|NT|QLD|SA|TAS|VIC|WA),? \d{4})\b"
        ),
        probe=r"\b[A-Z]+\d[A-Z\d]? \d[A-Z]{2}\b|\b[A-Z]{2},? ?[A-Z]\d[A-Z] ?\d[A-Z]\d\b|\b[A-Z]{2,3},? \d{4}\b",
        confidence=0.8,
        examples=(
            "to Flat 3, Max Cliff, New Georgetown, NG1 3XL.",
            "at 43412 Ruiz Plains, Millerburgh, PE X9C 2H6",
            "114 Jessica Garden, West Ryanberg, VIC, 2429",
        ),
        counterexamples=("SW1A 1AA is a code", "NSW 2019"),
    ),
)
