"""National, tax and travel identifiers. Checked by check digit wherever the country has one.

A number whose shape is distinctive counts wherever it stands. One of plain digits counts next to a word that names it, or
when it is the whole text: nobody asks a question that is nothing but a number with valid check digits by chance.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lacuna.adapters.classifiers.recogniser import Recogniser

_NATIONAL = "PII.NATIONAL_ID"
_TAX = "PII.TAX_ID"


@dataclass(frozen=True, slots=True)
class _Number:
    """`words` name the number; a `distinct` shape needs none. `example` is a made-up number with right check digits, `wrong` the
    same with a wrong one."""

    name: str
    kind: str
    shape: str
    words: str
    example: str
    wrong: str = ""
    validator: str = ""
    distinct: bool = False
    alone: bool = True
    probe: str = ""


_NUMBERS = (
    _Number("us_ssn_dashed", "PII.SSN", r"\d{3}[-. ]\d{2}[-. ]\d{4}", "", "078-05-1123", "078-05-0000", "ssn_us", True),
    _Number(
        "us_ssn", "PII.SSN", r"\d{3}[-. ]?\d{2}[-. ]?\d{4}", r"ssn|ssns|social security|social|soc sec|socialsecurity", "078051123", "000051123", "ssn_us"
    ),
    _Number("us_itin", _TAX, r"9\d{2}[- ]?\d{2}[- ]?\d{4}", r"itin|taxpayer|tax id", "912-70-1234", "912-30-1234", "stdnum.us.itin"),
    _Number("us_ein", _TAX, r"\d{2}-?\d{7}", r"ein|employer identification|fein|tax id", "91-1144442", "07-1144442", "stdnum.us.ein", alone=False),
    _Number("gb_nino", _NATIONAL, r"(?i:[abceghj-prstw-z][abceghj-nprstw-z] ?\d{2} ?\d{2} ?\d{2} ?[a-d])", "", "AB 12 34 56 C", "QQ 12 34 56 C", "", True),
    _Number("gb_utr", _TAX, r"\d{10}", r"utr|taxpayer reference", "1955839661", "2955839661", "stdnum.gb.utr"),
    _Number("de_idnr", _TAX, r"\d{2} ?\d{3} ?\d{3} ?\d{3}", r"steuer-?id|idnr|identifikationsnummer|steueridentifikationsnummer|steuernummer|tax id", "36 574 261 809", "36574261808", "german_tax_id"),
    _Number("de_vat", _TAX, r"DE ?\d{3} ?\d{3} ?\d{3}", r"ust-?id|ust-?idnr|vat|umsatzsteuer", "DE136695976", "DE136695978", "stdnum.de.vat", alone=False),
    _Number("fr_nir", _NATIONAL, r"[12] ?\d{2} ?\d{2} ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}", "", "2 95 10 99 126 111 93", "2 95 10 99 126 111 94", "stdnum.fr.nir", True),
    _Number("fr_nif", _TAX, r"[0-3]\d ?\d{2} ?\d{3} ?\d{3} ?\d{3}", r"numero fiscal|nif|spi|impots", "3023217600053", "3023217600054", "stdnum.fr.nif"),
    _Number("es_nif", _NATIONAL, r"(?i:\d{7,8}-?[a-z])", "", "54362315K", "54362315Z", "spanish_nif", True),
    _Number("es_nie", _NATIONAL, r"(?i:[xyz]-?\d{7}-?[a-z])", "", "X-5253868-R", "X-5253868-T", "stdnum.es.nie", True),
    _Number("es_cif", _TAX, r"[A-HJNPQRSUVW]-?\d{7}-?[0-9A-J]", r"cif|nif|empresa", "J99216582", "J99216583", "stdnum.es.cif", alone=False),
    _Number("it_fiscal", _TAX, r"(?i:[a-z]{6}[0-9lmnp-v]{2}[a-ehlmprst][0-9lmnp-v]{2}[a-z][0-9lmnp-v]{3}[a-z])", "", "RCCMNL83S18D969H", "RCCMNL83S18D969", "", True, probe=r"(?i)[a-z]\d\d[a-z]\d\d[a-z]\d\d\d[a-z]"),
    _Number("it_iva", _TAX, r"(?:IT ?)?\d{11}", r"partita iva|p\.? ?iva|iva", "00743110157", "00743110158", "stdnum.it.iva", alone=False),
    _Number("nl_bsn", _NATIONAL, r"\d{4}\.?\d{2}\.?\d{3}", r"bsn|burgerservicenummer|sofinummer|sofi", "1112.22.333", "1112.52.333", "stdnum.nl.bsn", alone=False),
    _Number("be_nn", _NATIONAL, r"\d{2}[. ]?\d{2}[. ]?\d{2}[- ]?\d{3}[. ]?\d{2}", r"rijksregisternummer|rijksregister|registre national|numero national|insz|niss", "85.07.30-033 28", "85.07.30-033 29", "stdnum.be.nn"),
    _Number("at_vnr", _NATIONAL, r"\d{4} ?\d{6}", r"sozialversicherungsnummer|svnr|sv-?nummer|versicherungsnummer", "1237 010180", "2237 010180", "stdnum.at.vnr"),
    _Number("ch_ahv", _NATIONAL, r"756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}", "", "756.9217.0769.85", "756.9217.0769.84", "stdnum.ch.ssn", True),
    _Number("pt_nif", _TAX, r"\d{3} ?\d{3} ?\d{3}", r"nif|contribuinte|numero de identificacao fiscal", "501964843", "501964842", "stdnum.pt.nif", alone=False),
    _Number("pl_pesel", _NATIONAL, r"\d{11}", r"pesel", "44051401359", "44051401358", "stdnum.pl.pesel"),
    _Number("pl_nip", _TAX, r"\d{3}-?\d{3}-?\d{2}-?\d{2}", r"nip", "856-734-62-15", "856-734-62-16", "stdnum.pl.nip", alone=False),
    _Number("se_personnummer", _NATIONAL, r"(?:19|20)?\d{6}[-+]\d{4}", r"personnummer|svenskt|pnr|swedish", "880320-0016", "880320-0018", "stdnum.se.personnummer"),
    _Number("no_fodselsnummer", _NATIONAL, r"\d{6} ?\d{5}", r"fodselsnummer|personnummer|norwegian", "151086 95088", "15108695077", "stdnum.no.fodselsnummer"),
    _Number("dk_cpr", _NATIONAL, r"\d{6}-?\d{4}", r"cpr|cpr-?nummer|personnummer|danish", "211062-5629", "511062-5629", "stdnum.dk.cpr", alone=False),
    _Number("fi_hetu", _NATIONAL, r"\d{6}[-+A-FU-Ya-fu-y]\d{3}[0-9A-Ya-y]", "", "131052-308T", "131052-308U", "finnish_hetu", True),
    _Number("ee_ik", _NATIONAL, r"[1-8]\d{10}", r"isikukood|estonian", "36805280109", "36805280108", "stdnum.ee.ik"),
    _Number("lt_asmens", _NATIONAL, r"[1-6]\d{10}", r"asmens kodas|lithuanian", "33309240064", "33309240164", "stdnum.lt.asmens"),
    _Number("ro_cnp", _NATIONAL, r"[1-8]\d{12}", r"cnp|cod numeric personal", "1630615123457", "1630615123458", "stdnum.ro.cnp"),
    _Number("bg_egn", _NATIONAL, r"\d{10}", r"egn|egn number|bulgarian", "7523169263", "7552010004", "stdnum.bg.egn", alone=False),
    _Number("hr_oib", _NATIONAL, r"\d{11}", r"oib", "33392005961", "33392005962", "stdnum.hr.oib"),
    _Number("cz_rc", _NATIONAL, r"\d{6}/?\d{3,4}", r"rodne cislo|rodneho cisla|birth number", "710319/2745", "710319/2744", "stdnum.cz.rc", alone=False),
    _Number("si_emso", _NATIONAL, r"\d{13}", r"emso|jmbg", "0101006500006", "0101006500007", "stdnum.si.emso"),
    _Number("gr_amka", _NATIONAL, r"\d{11}", r"amka", "01013099997", "01013099999", "stdnum.gr.amka", alone=False),
    _Number("ie_pps", _NATIONAL, r"\d{7}[A-W][ABHWTX]?", r"pps|ppsn|personal public service", "6433435F", "6433435E", "stdnum.ie.pps", alone=False),
    _Number("tr_tckn", _NATIONAL, r"[1-9]\d{10}", r"tckn|kimlik|tc|turkish id|vatandaslik|kisi", "17291716060", "17291716050", "stdnum.tr.tckimlik"),
    _Number("il_id", _NATIONAL, r"\d{9}", r"teudat zehut|israeli id|mispar zehut", "039337423", "039337424", "stdnum.il.idnr", alone=False),
    _Number("ru_inn", _TAX, r"\d{10}(?:\d{2})?", r"inn|инн", "500100732259", "500100732250", "stdnum.ru.inn", alone=False),
    _Number("ua_rntrc", _TAX, r"\d{10}", r"rntrc|рнокпп|іпн", "1759013776", "1759013770", "stdnum.ua.rntrc", alone=False),
    _Number("br_cpf", _NATIONAL, r"\d{3}\.?\d{3}\.?\d{3}-?\d{2}", r"cpf|cadastro", "390.533.447-05", "231.002.999-01", "stdnum.br.cpf"),
    _Number("br_cpf_dotted", _NATIONAL, r"\d{3}\.\d{3}\.\d{3}-\d{2}", "", "390.533.447-05", "231.002.999-01", "stdnum.br.cpf", True),
    _Number("br_cnpj", _TAX, r"\d{2}\.?\d{3}\.?\d{3}/?\d{4}-?\d{2}", r"cnpj", "16.727.230/0001-97", "16.727.230/0001-98", "stdnum.br.cnpj", alone=False),
    _Number("ar_cuit", _TAX, r"\d{2}-?\d{8}-?\d", r"cuit|cuil", "20-05536168-2", "20-05536168-3", "stdnum.ar.cuit"),
    _Number("mx_curp", _NATIONAL, r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d", "", "BOXW310820HNERXN09", "BOXW310820HNERXN08", "stdnum.mx.curp", True, probe=r"[A-Z]\d{6}[HMX][A-Z]"),
    _Number("mx_rfc", _TAX, r"[A-Z&]{3,4}\d{6}[A-Z0-9]{3}", r"rfc|registro federal", "GODE561231GR8", "GODE569931GR8", "stdnum.mx.rfc"),
    _Number("cl_rut", _NATIONAL, r"\d{1,2}\.?\d{3}\.?\d{3}-[0-9Kk]", r"rut|run|cedula", "12.531.909-2", "12.531.909-3", "stdnum.cl.rut"),
    _Number("co_nit", _TAX, r"\d{3}\.?\d{3}\.?\d{3}-\d", r"nit", "213.123.432-1", "213.123.432-2", "stdnum.co.nit"),
    _Number("ca_sin", _NATIONAL, r"\d{3}[- ]?\d{3}[- ]?\d{3}", r"sin|social insurance|nas|assurance sociale", "123-456-782", "123-456-789", "stdnum.ca.sin", alone=False),
    _Number("au_tfn", _TAX, r"\d{3} ?\d{3} ?\d{2,3}", r"tfn|tax file", "123 456 782", "123 456 780", "stdnum.au.tfn", alone=False),
    _Number("au_abn", _TAX, r"\d{2} ?\d{3} ?\d{3} ?\d{3}", r"abn|business number", "83 914 571 673", "83 914 571 674", "stdnum.au.abn", alone=False),
    _Number("nz_ird", _TAX, r"\d{2,3}-?\d{3}-?\d{3}", r"ird|inland revenue", "49-091-850", "49-091-851", "stdnum.nz.ird", alone=False),
    _Number("in_aadhaar", _NATIONAL, r"[2-9]\d{3}[ :-]?\d{4}[ :-]?\d{4}", r"aadhaar|aadhar|uidai|uid", "2341-2341-2346", "2341-2341-2347", "stdnum.in_.aadhaar"),
    _Number("in_pan", _TAX, r"[A-Z]{3}[ABCFGHLJPT][A-Z]\d{4}[A-Z]", "", "ACUPA7085R", "ACUXA7085R", "stdnum.in_.pan", True, probe=r"[A-Z]\d{4}[A-Z]\b"),
    _Number("pk_cnic", _NATIONAL, r"\d{5}-?\d{7}-?\d", r"cnic|nadra", "34201-0891231-8", "94201-0891231-8", "stdnum.pk.cnic"),
    _Number("id_npwp", _TAX, r"\d{2}\.?\d{3}\.?\d{3}\.?\d-?\d{3}\.?\d{3}", r"npwp", "01.312.166.0-091.000", "01.312.166.1-091.000", "stdnum.id.npwp"),
    _Number("my_nric", _NATIONAL, r"\d{6}-\d{2}-\d{4}", "", "770305-02-1234", "771305-02-1234", "stdnum.my.nric", True),
    _Number("sg_fin", _NATIONAL, r"[STFGMstfgm]\d{7}[A-Za-z]", "", "S2740116C", "PA12348L", "", True),
    _Number("th_pin", _NATIONAL, r"\d-?\d{4}-?\d{5}-?\d{2}-?\d", r"thai id|thai national|pin", "1-2345-45678-78-1", "1-2345-45678-78-0", "stdnum.th.pin"),
    _Number("cn_ric", _NATIONAL, r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])\d{5}[0-9Xx]", "", "360426199101010071", "360426199101010072", "stdnum.cn.ric", True),
    _Number("kr_rrn", _NATIONAL, r"\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])-?[1-4]\d{6}", r"rrn|resident registration|korean|주민등록번호|주민번호", "960121-1234567", "960121+1021413", "korean_rrn"),
    _Number("kr_rrn_dashed", _NATIONAL, r"\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])-[1-4]\d{6}", "", "960121-1021413", "960111-10214131", "korean_rrn", True),
    _Number("jp_my_number", _NATIONAL, r"\d{4}[ -]?\d{4}[ -]?\d{4}", r"my number|mynumber|マイナンバー|個人番号", "6214 9832 0257", "6214 9832 0258", "stdnum.jp.in_", alone=False),
    _Number("za_id", _NATIONAL, r"\d{6} ?\d{4} ?\d{2} ?\d", r"south african id|sa id|rsa id|id number|resident number|refugee", "9202204720083", "9202204720082", "south_african_id"),
    _Number("ph_tin", _TAX, r"\d{3}-?\d{3}-?\d{3}(?:-?\d{3,5})?", r"tin|bir|tax|taxpayer|id", "000-123-456-001", "000-123-457-000", "philippine_tin", alone=False),
    _Number("document", "PII.PASSPORT", r"[CFGHJKLMNPRTVWXYZcfghjklmnprtvwxyz][0-9CFGHJKLMNPRTVWXYZcfghjklmnprtvwxyz]{7}\d", r"reisepass|pass|ausweis|personalausweis|passnummer|passport", "C01234565", "C01234566", "icao_document"),
)

_PASSPORT_WORDS = (
    r"passport|passport(?: number| no)?|travel document|reisepass|reisepassnummer|pass-?nr|passnummer|passeport|pasaporte|passaporto|paspoort|paspoortnummer|"
    r"passaporte|paszport|passi|pasaport|여권|護照|护照|パスポート"
)
_LICENCE_WORDS = (
    r"driver'?s? ?licen[cs]e|driving licen[cs]e|licen[cs]e (?:number|no|#)|dl|dl#|licen[cs]e|fuhrerschein|fuhrerscheinnummer|permis de conduire|"
    r"permiso de conducir|carnet de conducir|patente|patente di guida|rijbewijs|prawo jazdy|korkort|ajokortti"
)


def _recognisers(number: _Number) -> Iterator[Recogniser]:
    edge = rf"\b(?:{number.shape})\b"
    wrong = (number.wrong,) if number.wrong else ()
    if number.distinct:
        yield Recogniser(
            f"pii.{number.name}", number.kind, edge, (f"it is {number.example}.",), wrong, validator=number.validator, unless=r"[\w.-]", confidence=0.85, probe=number.probe
        )
        return
    word = number.words.partition("|")[0]
    yield Recogniser(
        f"pii.{number.name}",
        number.kind,
        edge,
        (f"{word.replace('?', '')}: {number.example}",),
        (f"{word.replace('?', '')}: {number.wrong}", f"we sold {number.example} pieces"),
        validator=number.validator,
        context=number.words,
        confidence=0.88,
    )
    if number.alone:
        yield Recogniser(
            f"pii.{number.name}_alone", number.kind, rf"^\s*({number.shape})\s*$", (number.example,), wrong, group=1, validator=number.validator, confidence=0.65
        )


RECOGNISERS = (
    *(recogniser for number in _NUMBERS for recogniser in _recognisers(number)),
    Recogniser(
        rule="pii.passport",
        kind="PII.PASSPORT",
        pattern=r"\b[A-Za-z]{0,2}\d{6,9}\b|\b[A-Z]\d[A-Z0-9]{6,7}\b",
        context=_PASSPORT_WORDS,
        before=40,
        after=12,
        confidence=0.85,
        examples=("my passport number is T3569075", "Reisepass C01X00T47"),
        counterexamples=("passport control opened in 1998", "the passport of 2019"),
    ),
    Recogniser(
        rule="pii.passport_alone",
        kind="PII.PASSPORT",
        pattern=r"^\s*([A-Za-z]\d{7,8}|9\d{8})\s*$",
        group=1,
        confidence=0.55,
        examples=("A12803456",),
        counterexamples=("A128034561",),
    ),
    Recogniser(
        rule="pii.driver_license",
        kind="PII.DRIVER_LICENSE",
        pattern=r"\b(?:[A-Z]{1,3}[- ]?\d[\d -]{4,16}\d|\d{7,12}|[A-Z0-9]*\d[A-Z0-9]*\d[A-Z0-9]{4,14})\b",
        context=_LICENCE_WORDS,
        before=36,
        after=12,
        confidence=0.8,
        examples=("driver's license H12234567", "license U1K711J11M here"),
        counterexamples=("license Apache-2.0", "the MIT license of 2004"),
    ),
    Recogniser(
        rule="pii.it_driver_license",
        kind="PII.DRIVER_LICENSE",
        pattern=r"\b(?:U1[B-DF-HJ-NP-TV-Z0-9]\d[B-DF-HJ-NP-TV-Z0-9]{5}[A-Z]|[A-Z]{2}\d{7}[A-Z])\b",
        confidence=0.6,
        examples=("AA0123456B", "patente U1K711J11M"),
        counterexamples=("990123456B", "U1H00A000B"),
    ),
)
