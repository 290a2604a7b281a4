"""Addresses that the text announces: behind a label ("Adresse:"), a verb ("lives at") or beside a unit ("Apt. 4")."""

from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.adapters.classifiers.words import as_words

_LABEL = as_words(
    r"address|address_?1|addr|address_line_?1|street_?address|street|postal address|home address|delivery address|"
    r"billing address|shipping address|anschrift|adresse|wohnadresse|lieferadresse|wohnort|adress|adres|domicile|"
    r"direccion|domicilio|indirizzo|residenza|endereco|morada|osoite|adresa|adresu|lakcim|cim|naslov|aadress|adresas|"
    r"adrese|alamat|adresi|dia chi|bostedsadresse|bopael|woonadres|adres zamieszkania|bydliste|bydlisko|"
    r"shipping to|deliver to|lieferung an|adresse de livraison|direccion de envio|spedizione|"
    r"お届け先|送り先|配送先|引っ越し先|収貨地址|收件地址|배송지|받는 곳|หมู่บ้าน|"
    r"адрес|адрес проживания|место жительства|адреса|διεύθυνση|כתובת|العنوان|عنوان السكن|نشانی|آدرس|住所|地址|주소|"
    r"ที่อยู่|पता",
    open_end=True,
)
_STATED = as_words(
    r"(?:his|her|my|our|their|your|home|billing|shipping|mailing|postal|delivery|new|old) address(?:es)?(?: is| are|"
    r":| with| to)?|lives? (?:at|on)|lived (?:at|on)|living at|residing at|resides at|visits? (?:him|her|them) at|"
    r"meet me at|(?:station|stop|office|shop|store|clinic|restaurant|party) is (?:on|at)|(?:enter|visit us|find us|"
    r"located|driver) (?:on|at)|(?:return|sent|taxi|cab|ride) to|corner of|"
    r"anschrift(?: lautet| ist)?|wohnt in(?: der)?|wohnt seit \w+ in(?: der)?|wohnhaft in|unter der adresse|"
    r"adresse est|habite(?: au| a)?|demeurant(?: au)?|domiciliee? (?:au|a)|direccion es|vive en|domiciliad[oa] en|"
    r"(?:he|she|they|we|i|family|tenant|customer) (?:has |have )?(?:just )?moved to|relocated to|moving to|staying at|"
    r"come (?:over|round) to|pop round to|pick (?:me|him|her|them|it) up (?:at|from)|drop (?:it|this|them) off at|"
    r"gezogen (?:in|nach|an)(?: die| den)?|umgezogen (?:in|nach)(?: die| den)?|zog (?:in|nach)(?: die| den)?|"
    r"wohnt an(?: der| dem)?|treffpunkt ist(?: die| der)?|demenage(?:e|s)? (?:au|a)|habite desormais(?: au)?|"
    r"rendez-vous au|se retrouve au|mudo a|mudado a|se traslado a|resido en|vivimos (?:ahora )?en|vivo en|quedamos en|"
    r"trasferit[oa] in|abito in|mudou(?:-se)? para|moro (?:em|na|no)|casa fica n[ao]|verhuisd naar|woon (?:aan|op|in)|"
    r"flytta[td]e?r? til[l]?|flyttet til|muutti(?: osoitteeseen)?|asun(?: osoitteessa)?|przeprowadzil\w* sie na|"
    r"mieszkam (?:przy|na|w)|prestehoval\w* (?:se )?(?:na|do)|bydlim (?:na|v)|prestahoval\w* (?:na|do)|byvam (?:na|v)|"
    r"preseli\w+ (?:se )?na|mutat pe|locuiesc pe|koltozott|lakom|переехал\pL*(?: на| по)?|переїхал?а?в?(?: на)?|"
    r"премести\pL* на|chuyen den|pindah ke|搬到|搬至|寄到|送到|寄往|"
    r"indirizzo e|abita in|residente in|mora (?:em|na|no)|reside (?:em|na|en)|residente (?:em|na)|"
    r"woont (?:aan|op|in)(?: de| het)?|bor (?:pa|i)|bosatt (?:pa|i)|asuu(?: osoitteessa)?|mieszka (?:przy|na|w)|"
    r"zamieszkal\w+ (?:przy|na|w)|bydli (?:na adrese|v|na)|byva (?:na adrese|v|na)|stanuje na naslovu|"
    r"zivi (?:na adresi|u)|locuieste (?:pe|in|la)|domiciliata? (?:pe|in)|elab aadressil|gyvena(?: adresu)?|dzivo|"
    r"tinggal di|song tai|cu ngu tai|lakik a|lakcime|прожива\pL+ по адресу|по адресу|живёт (?:на|по)|живет (?:на|по)|"
    r"за адресою|живее на|на адреса|μένει στ\pL+(?: διεύθυνση)?|κατοικεί|גר ב|גרה ב|מתגורר|تسكن في|يسكن في|يقيم في|"
    r"تقيم في|住在|住址|居住在|อาศัยอยู่ที่"
)
_SENT = (
    r"(?i)\b(?:(?:ship|send|deliver|shipped|delivered)(?: [a-z]+){0,3} to|meet(?: [a-z]+){0,3} at|adressiert an|"
    r"liefer\w*(?: [a-z]+){0,2} an|livrer(?: [a-z]+){0,2} (?:au|a)|env(?:iar|ie|ien)(?: [a-z]+){0,3} a|spedire a|"
    r"enviar(?: [a-z]+){0,2} para|stuur(?: [a-z]+){0,2} naar|skicka(?: [a-z]+){0,2} till|wyslac na|na adres(?:e|u|i)?)"
)
_SENDING = (
    r"(?i)\b(?:ship|send|deliver|shipped|delivered|meet|adressiert|liefer\w*|livrer|env(?:iar|ie|ien)|spedire|stuur|"
    r"skicka|wyslac|adres(?:e|u|i)?)\b"
)
_RESIDES_AFTER = r"に住|在住|에 살|에 거주|में रहत|oturuyor|ikamet|adresinde"

RECOGNISERS = (
    Recogniser(
        rule="pii.address_labelled",
        kind="PII.ADDRESS",
        pattern=rf"{_LABEL}(?:[ _]\pL+){{0,2}}[\"']?\s*[:=]\s*[\"']?([^\n\"';|]{{0,60}}\d[^\n\"';|]{{0,40}})",
        group=1,
        probe=rf"{_LABEL}(?:[ _][^\s:=.,]+)*[\"']?\s*[:=]",
        validator="stated_address",
        unless=(
            r"(?:ip|mac|e-?mail|listen|bind|server|memory|wallet|url|host|http|web|link|network|base|start|load|"
            r"virtual|"
            r"physical|byte|register|device|bus)[-_ ]?(?:address|adresse|addr|adres|adress|adresa|alamat|адрес|地址|"
            r"アドレス)?"
            r"[\"']?\s*[:=]\s*[\"']?"
        ),
        confidence=0.75,
        examples=(
            "Address: 17 Elmbrook Rise",
            '"address": "Flat 3, Tower House"',
            "Адрес: г. Тула, Лесная 5",
            "住所:青森県箭坪3-7-8",
            "Alamat: Antapani Lama No. 856, Bandung",
            "Cím: Petőfi 230, Dunakeszi",
            "адреса доставки: парк Князівський, буд. 7",
        ),
        counterexamples=(
            "address: none",
            "email address: jo",
            "IP address: 10.2.3.4",
            "address = 0x7fff5694",
            "addr = (socket.AF_INET, socket.SOCK_STREAM, 0)",
        ),
    ),
    Recogniser(
        rule="pii.address_stated",
        kind="PII.ADDRESS",
        pattern=rf"{_STATED}[ :,]{{0,2}}([^\n\"';|:?!]{{0,50}}\d[^\n\"';|?!]{{0,30}})",
        group=1,
        probe=_STATED,
        validator="stated_address",
        confidence=0.7,
        examples=(
            "She lives at 3485 Benedum Quarter",
            "Проживает по адресу Лесная 5",
            "她住在兰州街12号",
            "Hon bor på Ektorget 48",
        ),
        counterexamples=(
            "he lives at sea",
            "the address space has 48 bits",
            "She lives on 20 dollars a day",
            "er wohnt in Berlin seit 2019",
            "Bär wohnt in Wäldern bis 2000 m",
        ),
    ),
    Recogniser(
        rule="pii.address_sent",
        kind="PII.ADDRESS",
        pattern=rf"{_SENT}[ :,]{{0,2}}([^\n\"';|:?!]{{0,50}}\d[^\n\"';|?!]{{0,30}})",
        group=1,
        probe=_SENDING,
        validator="stated_address",
        confidence=0.65,
        examples=("Por favor, envíen el paquete a Luis Vidal 303", "Please ship the parcel to 636 Welch Pine."),
        counterexamples=("send it to 12 people", "deliver to Paris by 2019", "ship 3 boxes to Rome"),
    ),
    Recogniser(
        rule="pii.address_stated_before",
        kind="PII.ADDRESS",
        pattern=r"[^\n;|:]{0,60}\d{1,6}",
        context=_RESIDES_AFTER,
        before=0,
        after=24,
        validator="stated_address",
        confidence=0.7,
        examples=("彼女は吾妻橋32の3に住んでいます。", "Şener Apartmanı 636 adresinde oturuyor"),
        counterexamples=("彼は東京に住んでいます",),
    ),
    Recogniser(
        rule="pii.address_context",
        kind="PII.ADDRESS",
        pattern=r"\b\d{1,6}[A-Za-z]?,? (?:\d{1,5} )?\pL[\pL.'-]+(?:[ ,]+[\pL\d][\pL\d.'-]*){0,6}",
        context=(
            r"(?:his|her|my|our|their|your|home|billing|shipping|mailing|postal|delivery|new|"
            r"old) address(?:es)?(?: is| "
            r"are|:| with| to)?|address: ?|lives? at|living at|residing at|resides at|meet me at|(?:station|stop|"
            r"office|"
            r"shop|store|clinic|restaurant|party) is (?:on|at)|(?:enter|visit us|find us|located|driver) (?:on|at)|"
            r"(?:return|sent|send (?:it|this)|deliver(?:ed)?|shipped|taxi|cab|ride) to|corner of|meet (?:\w+ ){0,3}at"
        ),
        before=24,
        after=0,
        confidence=0.7,
        examples=("She lives at 3485 benedum quarter",),
        counterexamples=("he lives at sea", "the address space has 48 bits"),
    ),
    Recogniser(
        rule="pii.address_unit",
        kind="PII.ADDRESS",
        pattern=r"\b(?i:Apt|Apartment|Suite|Ste|Flat|Unit)\.? #?\d{1,5}[A-Za-z]?\b",
        context=(
            r"address|addresses|addr|lives? (?:at|in|on)|living at|resides? (?:at|in)|residing at|moved to|home is|"
            r"meet me at|ship(?:ped|ping)? (?:it )?to|deliver(?:ed)? to|delivery to|send (?:it )?to|located (?:at|on)|"
            r"street|billing|visit (?:us|me) (?:at|on)"
        ),
        before=120,
        after=80,
        confidence=0.7,
        examples=("my address is Rosewood Court, Apt. 485",),
        counterexamples=("Unit 12 tests pass",),
    ),
    Recogniser(
        rule="pii.address_block",
        kind="PII.ADDRESS",
        pattern=(
            r"\d[^\n]{0,40}\n\W{0,5}(?:Apt|Apartment|Suite|Ste|Flat|Unit|Floor)\.? #?\d{1,5}[A-Za-z]?\b"
            r"[^\n]{0,10}\n"
        ),
        confidence=0.7,
        probe=r"\n\W*(?:Apt|Apartment|Suite|Ste|Flat|Unit|Floor)\.? #?\d",
        examples=("4923 Parkova 19\nSuite 380\nMaribor",),
        counterexamples=("Chapter 3\nthe Suite of 12",),
    ),
)
