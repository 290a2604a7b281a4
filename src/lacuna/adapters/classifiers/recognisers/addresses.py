"""Street addresses: a house number beside a street word of the country, a post-office box, or any number after "lives
at"."""

from lacuna.adapters.classifiers.recogniser import Recogniser

_WORD = r"(?:\p{Lu}[\pL'.-]*|\d{1,3}(?:st|nd|rd|th))"
_EN_SUFFIX = (
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Crescent|Cres|Terrace|Ter|Parkway|"
    r"Pkwy|Highway|Hwy|Place|Pl|"
    r"Square|Circle|Cir|Trail|Trl|Close|Way|Loop|Row|Mews|Gardens|Grove|Walk|Alley|Run|Ridge|Hill|Heights|Pike|Plaza|"
    r"Point|Path)"
)
_CONTEXT = (
    r"address|addresses|addr|lives? (?:at|in|on)|living at|resides? (?:at|in)|residing at|moved to|home is|meet me "
    r"at|ship(?:ped|ping)? (?:it )?to|deliver(?:ed)? to|"
    r"delivery to|send (?:it )?to|located (?:at|on)|is on|street|billing|enter on|visit (?:us|me) (?:at|on)|adresse|"
    r"anschrift|wohnt|wohnhaft|wohne|lieferadresse|rue|"
    r"habite|demeurant|direccion|domicilio|vive en|residente|calle|indirizzo|abita|residenza|via|endereco|mora|"
    r"morada|adres|woont|adress|bor|osoite|asuu|"
    r"mieszka|zamieszkal[ya]|ulica|adresi|ikamet|oturuyor|住所|地址|주소"
)

_STATED = (
    r"(?:his|her|my|our|their|your|home|billing|shipping|mailing|postal|delivery|new|old) address(?:es)?(?: is| are|"
    r":| with| to)?|address: ?|lives? (?:at|on)|living at|residing at|resides at|"
    r"meet me at|(?:station|stop|office|shop|store|clinic|restaurant|party) is (?:on|at)|(?:enter|visit us|find us|"
    r"located|driver) (?:on|at)|(?:return|sent|send (?:it|this)|deliver(?:ed)?|shipped|taxi|cab|ride) to|corner of|"
    r"meet (?:\w+ ){0,3}at|anschrift(?: lautet| ist)?|wohnt in|wohnhaft in|"
    r"adresse est|habite au|direccion es|vive en|indirizzo e|abita in"
)

RECOGNISERS = (
    Recogniser(
        rule="pii.address_en",
        kind="PII.ADDRESS",
        pattern=rf"\b\d{{1,6}}[A-Za-z]?,?(?: [NSEW]\.?)?(?:[ ]{_WORD}){{1,4}} {_EN_SUFFIX}\b\.?",
        probe=rf"\d[A-Za-z]?,? (?:[\w.'-]+ )+{_EN_SUFFIX}\b",
        confidence=0.8,
        examples=("Ship to 232 Oak Street, Springfield", "at 4519 N Willow Ridge Dr."),
        counterexamples=("in 1998 the street was closed", "12 people on Main Street"),
    ),
    Recogniser(
        rule="pii.address_field",
        kind="PII.ADDRESS",
        pattern=(
            r"(?i)\b(?:street|address|address_?1|addr|address_line_?1|street_?address|anschrift|adresse|direccion|"
            r"indirizzo)[\"']?\s*[:=]\s*[\"']?([^\n\"';|]{0,40}\d[^\n\"';|]{0,40})"
        ),
        group=1,
        probe=r"(?i)\b(?:street|address|addr|anschrift|adresse|direccion|indirizzo)",
        unless=r"ip|mac|email|e-mail|listen|bind|server|memory|wallet|url|host|http",
        confidence=0.75,
        examples=("street: 17 Elmbrook Rise", '"address": "Flat 3, Tower House"'),
        counterexamples=("address: none", "email address: jo"),
    ),
    Recogniser(
        rule="pii.address_germanic",
        kind="PII.ADDRESS",
        pattern=(
            r"(?i)\b[\pL-]*(?:strasse|straße|str\.|weg|platz|allee|gasse|damm|ufer|steig|chaussee|straat|laan|plein|"
            r"gracht|singel|dijk|vej|gade|alle|stien|"
            r"gatan|vagen|grand|veien|vegen|gata|gate|katu|tie|polku|kuja|gotu|gata|braut|stigur) \d{1,4} ?[a-z]?\b"
        ),
        probe=(
            r"(?i)(?:strasse|str\.|weg|platz|allee|gasse|damm|ufer|steig|chaussee|straat|laan|plein|gracht|singel|"
            r"dijk|vej|gade|alle|stien|"
            r"gatan|vagen|grand|veien|vegen|gata|gate|katu|tie|polku|kuja|gotu|gata|braut|stigur) \d"
        ),
        confidence=0.75,
        examples=("wohnt in der Lindenstraße 14b", "Kastanielaan 22", "Bispevej 7", "Storgatan 3", "Mannerkatu 12"),
        counterexamples=("auf dem Weg zu 12 Orten", "gate A"),
    ),
    Recogniser(
        rule="pii.address_number_first_germanic",
        kind="PII.ADDRESS",
        pattern=(
            r"(?i)\b\d{1,5} [\pL-]+(?:strasse|straße|weg|platz|allee|gasse|straat|laan|plein|gracht|vej|gade|gatan|"
            r"vagen|veien|vegen|katu|gotu|gata)\b"
        ),
        probe=(
            r"(?i)\d [a-z-]+(?:strasse|weg|platz|allee|gasse|straat|laan|plein|gracht|vej|gade|gatan|vagen|veien|"
            r"vegen|katu|gotu|gata)\b"
        ),
        confidence=0.7,
        examples=("at 255 Hersnapvej",),
        counterexamples=("12 Autobahnen",),
    ),
    Recogniser(
        rule="pii.address_romance",
        kind="PII.ADDRESS",
        pattern=(
            r"(?i)\b(?:\d{1,4}(?: ?(?:bis|ter|[a-d]))?,? ){1,2}(?:(?:rue|avenue|boulevard|bd|chemin|impasse|allee|"
            r"quai|faubourg)|(?:place|route|cours|square) (?:d[eu]s?|la|le|l)\b) ?(?:\pL[\pL'-]*[ ,]?){1,6}|"
            r"\b(?:calle|c/|avenida|avda\.?|av\.|plaza|paseo|camino|carretera|rua|travessa|praca|largo|estrada|via|"
            r"viale|piazza|corso|vicolo|strada) "
            r"(?:d[aeiou]{1,2}[ls]? )?(?-i:\p{Lu})[\pL'.-]*(?: \pL[\pL'.-]*){0,4},? ?(?:n[ro.°]{1,2} ?)?\d{1,4}\b"
        ),
        probe=(
            r"(?i)\d(?: ?(?:bis|ter|[a-d]))?,? (?:rue|avenue|boulevard|bd|place|chemin|impasse|allee|quai|route|"
            r"cours|square|faubourg) |"
            r"\b(?:calle|c/|avenida|avda|av\.|plaza|paseo|camino|carretera|rua|travessa|praca|largo|estrada|via|"
            r"viale|piazza|corso|vicolo|strada) [a-z '.-]*,? ?(?:n[ro.°]+ ?)?\d"
        ),
        confidence=0.7,
        examples=("habite 12 bis, rue des Lilas", "vive en Calle Mayor 23", "abita in Via Garibaldi 8"),
        counterexamples=("la rue est longue", "via email 24 hours"),
    ),
    Recogniser(
        rule="pii.address_slavic_turkic",
        kind="PII.ADDRESS",
        pattern=(
            r"(?i)(?:\bul\.|\bulica|\baleja|\bal\.|\bos\.|\bulice|\bnam\.) (?:\pL[\pL'.-]* "
            r"){1,4}\d{1,4}[a-z]?(?:/\d{1,4})?\b|\b(?:\pL+ ){1,4}(?:sokak|sok\.|sk\.|caddesi|cad\.|cd\.|mahallesi|"
            r"mah\.)(?: ?(?:no:?|numara:?)? ?\d{1,4})?\b"
        ),
        probe=r"(?i)\b(?:ul\.|ulica|aleja|al\.|os\.|ulice|nam\.|sokak|sok\.|sk\.|caddesi|cad\.|cd\.|mahallesi|mah\.)",
        confidence=0.75,
        examples=("mieszka przy ul. Długa 5/12", "Atatürk Caddesi No: 14"),
        counterexamples=("ul. tekst",),
    ),
    Recogniser(
        rule="pii.po_box",
        kind="PII.ADDRESS",
        pattern=(
            r"(?i)\b(?:p\.? ?o\.? ?box|post office box|postfach|boite postale|apartado(?: de correos)?|casella "
            r"postale|postbus|skrzynka pocztowa|postboks|postilokero) \d{1,6}\b"
        ),
        confidence=0.8,
        examples=("Meet me at P.O. Box 149", "Postfach 10021"),
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
        pattern=(
            r"\b\p{Lu}[\pL.'-]+(?: \p{Lu}[\pL.'-]+){0,3},? (?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|"
            r"M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[AIT]|W[AIVY]),? "
            r"\d{5}(?:-\d{4})?\b"
        ),
        probe=r"\b[A-Z]{2},? \d{5}\b",
        confidence=0.7,
        examples=("lives in Austin, TX 78712",),
        counterexamples=("the model AB 12345",),
    ),
    Recogniser(
        rule="pii.address_unit",
        kind="PII.ADDRESS",
        pattern=r"\b(?:Apt|Apartment|Suite|Ste|Flat|Unit)\.? #?\d{1,5}[A-Za-z]?\b",
        context=_CONTEXT,
        before=120,
        after=80,
        confidence=0.7,
        examples=("my address is Rosewood Court, Apt. 485",),
        counterexamples=("Unit 12 tests pass",),
    ),
    Recogniser(
        rule="pii.address_context",
        kind="PII.ADDRESS",
        pattern=r"\b\d{1,6}[A-Za-z]?,? (?:\d{1,5} )?\pL[\pL.'-]+(?:[ ,]+[\pL\d][\pL\d.'-]*){0,6}",
        context=_STATED,
        before=24,
        after=0,
        confidence=0.7,
        examples=("She lives at 3485 Benedum Quarter",),
        counterexamples=("he lives at sea", "the address space has 48 bits"),
    ),
    Recogniser(
        rule="pii.address_context_number_last",
        kind="PII.ADDRESS",
        pattern=r"\b\p{Lu}[\pL.'-]+(?: \pL[\pL.'-]*){0,3},? \d{1,5}[A-Za-z]?\b",
        context=_STATED,
        before=24,
        after=0,
        confidence=0.7,
        examples=("My new address is Havnegaten 12",),
        counterexamples=("he lives at sea",),
    ),
)
