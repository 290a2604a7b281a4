"""Words by which a text declares itself not public, in some thirty languages.

A marking is a label, not a topic: a phrase such as "for internal use only" counts anywhere; a single word such as
"confidential" or "riservato" where it stands by itself (a line, a bracket, between a colon and the end), in capitals,
or said of the text at hand ("this memo is confidential"). "Declassified", "what is attorney-client privilege",
"the confidential report, Reuters wrote" and "「機密」とは" do not.
"""

from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.domain.tiers import Tier

_LATIN = (
    r"confidential|(?-i:INTERNAL|INTERN)|internal (?:use )?only|staff only|employees only|company private|"
    r"restricted distribution|"
    r"vertraulich|"
    r"firmenintern|betriebsintern|betriebsgeheimnis|geschaftsgeheimnis|confidentiel(?:le)?|usage interne|"
    r"secret des affaires|confidencial|uso interno|reservado|riservato|riservata|confidenziale|sigiloso|uso restrito|"
    r"vertrouwelijk|intern gebruik|poufne|zastrzezone|duverne|doverne|vyhrazene|bizalmas|belso hasznalatra|"
    r"confidential|"
    r"uz intern|konfidentiellt|konfidentiell|sekretess|fortroligt?|luottamuksellinen|luottamuksellista|gizli|gizlidir|"
    r"hizmete ozel|kurum ici|povjerljivo|poverljivo|zaupno|konfidentsiaalne|konfidencialu|konfidenciali|rahasia|"
    r"terbatas|"
    r"sulit|noi bo|kumpidensyal"
)
_CAPITALS = (
    r"CONFIDENTIAL|INTERNAL ONLY|VERTRAULICH|CONFIDENTIEL(?:LE)?|CONFIDENCIAL|RISERVATO|CONFIDENZIALE|VERTROUWELIJK|"
    r"POUFNE|"
    r"DUVERNE|BIZALMAS|KONFIDENTIELLT|FORTROLIGT?|LUOTTAMUKSELLINEN|GIZLIDIR|POVJERLJIVO|ZAUPNO|KOHФИДEHЦИAЛbHO"
)
_OTHER_SCRIPTS = (
    r"конфиденциально|коммерческая тайна|комерційна таємниця|таємно|конфіденційно|поверително|поверљиво|секретно|ДСП|"
    r"εμπιστευτικ(?:ό|ή)|απόρρητο|סודי|חסוי|سري|"
    r"محرمانه|"
    r"機密|机密|秘密|極秘|厳秘|取扱注意|マル秘|社内限り|商业秘密|限閱|기밀|극비|비공개|गोपनीय"
)
_OPENED = r"(?:^|[\[(*#<>:【〔]|//| - )[ \t]*"
_CLOSED = r"[ \t]*(?:$|[\])*#<>:.!】〕]|//| - )"

RECOGNISERS = (
    Recogniser(
        rule="marking.handling",
        kind="ORG.TERM",
        tier=Tier.INTERNAL,
        pattern=(
            r"(?i)\b(?:company|strictly|highly|business|commercial(?:ly)?|commercial in)[ -]"
            r"(?:confidential|confidence|sensitive|private)\b|"
            r"\bnot for (?:external |public |onward |further )?(?:distribution|publication|circulation|release|"
            r"disclosure)\b|"
            r"\b(?:strictly|on a) need[ -]to[ -]know\b|\bneed[ -]to[ -]know (?:basis|only)\b|\bprivate (?:and|"
            r"&) confidential\b|"
            r"\bconfidential (?:and|&) (?:proprietary|privileged|private)\b|\bunder (?:an? |our |strict )?nda\b|"
            r"\bunder non-?disclosure\b|\bembargoed until\b|\bdraft[ ,:-]+(?:do )?not (?:for|distribute|circulate|"
            r"share)\b|"
            r"\bdo not (?:distribute|share|forward|circulate|disclose|copy)(?:(?: or \w+)? (?:this|outside|externally|"
            r"further|beyond|without (?:permission|approval|authori)|to (?:third|anyone|people) )| ?[.!)\]\n*]| ?$)|"
            r"\b(?:company|executive|management|board|leadership)[ -](?:use|eyes|distribution|"
            r"circulation) only\b|"
            r"\bnur fur den (?:internen|dienst)\w*(?: ?gebrauch)?\b|\bnur zum internen gebrauch\b|"
            r"\binterner gebrauch\b|"
            r"\bstreng vertraulich|\bnicht zur (?:weitergabe|veroffentlichung)\b|\bnicht weitergeben\b|\bvs-nfd\b|"
            r"\bstrictement confidentiel|\b(?:a )?usage (?:strictement |exclusivement )interne\b|"
            r"\bdiffusion restreinte\b|"
            r"\bne pas diffuser\b|\bdocument (?:strictement )?confidentiel\b|\ba usage interne\b|"
            r"\bestrictamente confidencial\b|\b(?:para|de) uso (?:exclusivamente |estrictamente )?interno\b|"
            r"\bno difundir\b|"
            r"\bdifusion (?:restringida|limitada)\b|\bdocumento (?:\w+ )?(?:confidencial|riservato|sigiloso)\b|"
            r"\bstrettamente (?:riservat|confidenzial)|\b(?:ad|per) uso (?:esclusivamente )?interno\b|"
            r"\bnon divulgare\b|"
            r"\bestritamente confidencial\b|\bapenas (?:para )?uso interno\b|\bnao divulgar\b|\bnao distribuir\b|"
            r"\bstrikt vertrouwelijk\b|\b(?:alleen|uitsluitend) voor intern gebruik\b|\bniet (?:verder )?verspreiden\b|"
            r"\bscisle poufne\b|\b(?:tylko )?do uzytku wewnetrznego\b|\bnie rozpowszechniac\b|\bprisne duvern|"
            r"\bprisne dovern|\b(?:pouze )?pro (?:vnitrni|interni) (?:potrebu|pouziti)\b|\blen pre interne pouzitie\b|"
            r"\bszigoruan bizalmas\b|\b(?:csak )?belso hasznalatra\b|\bstrict confidential\b|"
            r"\bnumai pentru uz intern\b|"
            r"\bstrangt (?:konfidentiell|fortrolig)|\bstrengt fortrolig|\b(?:endast|kun) (?:for|"
            r"til) intern(?:t)? bru[kg]\b|"
            r"\behdottoman luottamuksellinen|\bvain sisaiseen kayttoon\b|\bsalassa pidettava|\bsirket ici kullanim|"
            r"\bstrogo (?:povjerljivo|poverljivo|zaupno)\b|\bza (?:internu upotrebu|interno uporabo)\b|"
            r"\b(?:hanya )?untuk penggunaan internal\b|\bluu hanh noi bo\b|\bsangat rahasia\b"
        ),
        confidence=0.85,
        examples=(
            "Streng vertraulich: Plan 3",
            "Document confidentiel",
            "do not distribute",
            "NUR FÜR DEN INTERNEN GEBRAUCH",
            "nur für den Dienstgebrauch",
            "strettamente riservato",
            "ściśle poufne",
            "Přísně důvěrné",
            "Draft - do not distribute",
            "strengt fortrolig",
        ),
        counterexamples=(
            "a confidentiality agreement",
            "internals of the compiler",
            "the file was declassified",
            "Do not share your password with anyone",
            "what you need to know about it",
            "For Your Eyes Only is a film",
            "Codice riservato a scopo di test",
        ),
    ),
    Recogniser(
        rule="marking.internal_use",
        kind="ORG.TERM",
        tier=Tier.INTERNAL,
        pattern=r"(?im)\bfor internal (?:use|distribution|circulation|consumption) only\b|"
        r"(?:^|[\[*#:]) ?(?:strictly )?for internal (?:use|distribution|circulation|consumption) ?(?:$|[\]*#.!])|"
        r"\b(?:document|memo|deck|report|e-?mail|slides?|presentation|figures|numbers|plan|material|page|information) "
        r"(?:is|are) (?:strictly )?(?:for )?internal\b",
        probe=r"(?i)\binternal\b",
        unless=r"(?:function|method|class|api|attribute|variable|module|flag|option|parameter|field|\bis|\bare) ",
        confidence=0.8,
        examples=("For internal use only", "this deck is strictly internal", "** for internal use **"),
        counterexamples=("NULL (for internal use).", "the method is for internal use only"),
    ),
    Recogniser(
        rule="marking.label",
        kind="ORG.TERM",
        tier=Tier.INTERNAL,
        pattern=rf"(?im){_OPENED}((?:strictly |streng |tres )?(?:{_LATIN})){_CLOSED}",
        group=1,
        probe=rf"(?i)\b(?:{_LATIN})\b",
        unless=r"un",
        unless_after=r"[ \t]*[:.]? ?(?:agreement|is a|means|refers)",
        confidence=0.75,
        examples=(
            "CONFIDENTIAL",
            "[Confidential] Roadmap",
            "Vertraulich: Gehälter",
            "Riservato\nBilancio 2027",
            "Poufne.",
            "Gizli: bütçe",
            "Status: confidencial",
        ),
        counterexamples=(
            "confidential computing explained",
            "public, internal, confidential",
            "internal combustion engine",
        ),
    ),
    Recogniser(
        rule="marking.classification_field",
        kind="ORG.TERM",
        tier=Tier.INTERNAL,
        pattern=(
            r"(?i)\b(?:(?:data |document |security |information )?(?:classification|sensitivity|confidentiality)"
            r"(?: level)?|einstufung|klassifizierung|vertraulichkeit|clasificacion|classificazione|classificacao|"
            r"classificatie|klauzula|klassificering)[\"']? ?[:=] ?[\"']?(?:company |strictly |highly )?"
            r"(?:internal|confidential|restricted|secret|private|sensitive|proprietary|intern|vertraulich|geheim|"
            r"confidentiel|interne|confidencial|interno|restringid[oa]|riservato|vertrouwelijk|poufne|fortrolig)\b"
        ),
        confidence=0.85,
        examples=("Classification: Internal", "owner: ida\nSensitivity: confidential", "Einstufung: intern"),
        counterexamples=("classification: dog", "Classification of confidential data"),
    ),
    Recogniser(
        rule="marking.capitals",
        kind="ORG.TERM",
        tier=Tier.INTERNAL,
        pattern=rf"\b(?:{_CAPITALS})\b",
        confidence=0.8,
        examples=("PLAN 2027 CONFIDENTIAL", "le plan CONFIDENTIEL", "ОТЧЁТ КОНФИДЕНЦИАЛЬНО"),
        counterexamples=("confidential", "CONFIDENTIALITY"),
    ),
    Recogniser(
        rule="marking.label_other_scripts",
        kind="ORG.TERM",
        tier=Tier.INTERNAL,
        pattern=(
            rf"(?im){_OPENED}(?:{_OTHER_SCRIPTS}){_CLOSED}|"
            r"社外秘|部外秘|関係者外秘|関係者限り|內部文件|内部文件|内部资料|内部資料|机密文件|機密文件|機密文書|"
            r"對外保密|对外保密|"
            r"仅供内部|仅限内部|僅供內部|请勿外传|請勿外傳|대외비|사내 ?한정|사내 ?전용|외부 ?유출 ?금지|"
            r"строго (?:конфиденциально|секретно)|Строго (?:конфиденциально|секретно)|совершенно секретно|"
            r"Совершенно секретно|для служебного пользования|Для служебного пользования|"
            r"для внутреннего (?:использования|пользования)|Для внутреннего (?:использования|пользования)|"
            r"цілком таємно|Цілком таємно|для службового користування|Для службового користування|"
            r"строго поверително|Строго поверително|за служебно ползване|За служебно ползване|"
            r"άκρως (?:απόρρητο|εμπιστευτικό)|Άκρως (?:απόρρητο|εμπιστευτικό)|"
            r"סודי ביותר|לשימוש פנימי|سري للغاية|للاستخدام الداخلي|خیلی محرمانه|"
            r"ใช้ภายในเท่านั้น|ลับมาก|ลับที่สุด|केवल आंतरिक उपयोग|अति गोपनीय"
        ),
        confidence=0.85,
        examples=(
            "社外秘 資料",
            "конфиденциально",
            "【機密】予算案",
            "대외비 문서",
            "仅供内部使用",
            "Совершенно секретно",
            "سري للغاية",
        ),
        counterexamples=("文件", "「機密」とは何か", "конфиденциальность данных", "機密性の高い情報"),
    ),
    Recogniser(
        rule="marking.said_of_this",
        kind="ORG.TERM",
        tier=Tier.INTERNAL,
        pattern=(
            r"(?i)\b(?:this|these|our|my|the (?:attached|following|enclosed|below)|attached|enclosed)"
            r"(?: [\w-]+){0,4} (?:is|are|remains?|contains?|marked|labell?ed|strictly)?(?: \w+){0,2} ?\bconfidential\b|"
            r"\b(?:keep (?:this|it|that)|treat(?:ed)? (?:this|it)? ?as|please treat as) (?:\w+ )?confidential\b|"
            r"\b(?:diese|dieses|dieser|unsere?)(?: \w+){1,3} (?:ist|sind|bleibt) (?:\w+ )?vertraulich|"
            r"\b(?:ce|cette|ces|notre|nos)(?: \w+){1,3} (?:est|sont|reste) (?:\w+ )?confidentiel|"
            r"\b(?:est[ea]s?|nuestr[oa]s?)(?: \w+){1,3} (?:es|son) (?:\w+ )?confidencial|"
            r"\b(?:quest[oaie]|nostr[oaie])(?: \w+){1,3} (?:e|sono) (?:\w+ )?(?:riservat|confidenzial)|"
            r"\b(?:est[ea]s?|noss[oa]s?)(?: \w+){1,3} (?:e|sao) (?:\w+ )?confidencia|"
            r"\b(?:dit|deze|onze)(?: \w+){1,3} (?:is|zijn) (?:\w+ )?vertrouwelijk|"
            r"\b(?:ten|ta|to|nasz\w?)(?: \w+){1,3} jest (?:\w+ )?poufn"
        ),
        probe=r"(?i)\bconfidential\b|vertraulich|confidentiel|confidencia|riservat|confidenzial|vertrouwelijk|poufn",
        unless=r"definition of |what is |what are |meaning of |define |un|non-?",
        confidence=0.8,
        examples=(
            "This memo is confidential",
            "our confidential roadmap",
            "keep this confidential",
            "Dieses Dokument ist vertraulich",
            "ce rapport est strictement confidentiel",
        ),
        counterexamples=(
            "confidentiality clauses explained",
            "non-confidentially",
            "a confidential report by the agency, the paper wrote",
            "How is confidential information protected?",
        ),
    ),
    Recogniser(
        rule="marking.restricted",
        kind="ORG.TERM",
        pattern=(
            r"(?i)\btlp: ?(?:red|amber(?:\+strict)?)\b|\battorney[ -]client[ -]privileged\b|\battorney work product\b|"
            r"\bprivileged (?:and|&) confidential\b|\blegally privileged\b|"
            r"\b(?:this|these|our)(?: \w+){1,4} (?:subject to|protected by|"
            r"covered by) (?:the )?attorney[ -]client privilege\b|"
            r"\b(?:top secret|restricted)(?://| - |: )|\bclassified(?:://| - )|\bcontrolled unclassified information\b|"
            r"\b(?:contains?|containing|our|these|company|following) trade secrets?\b|"
            r"\btrade secrets? of (?:the )?compan|"
            r"\bcompany proprietary\b|\bproprietary (?:and|&) confidential\b|\bproprietary information of\b|"
            r"\bmaterial non-?public information\b|\bstreng geheim\b|\bverschlusssache\b|\bconfidentiel[ -]defense\b|"
            r"\btres secret defense\b|\balto secreto\b|\bstrictly secret\b|"
            r"\bstrogo cuvana tajna\b|"
            r"\bscisle tajne\b|\bprisne tajne\b|\bszigoruan titkos\b|\bcok gizli\b|\bkvalificerat hemlig\b|"
            r"\bstrengt hemmelig\b|\berittain salainen\b|\btuyet mat\b|\btoi mat\b|\bitar[ -](?:controlled|"
            r"restricted)\b|"
            r"\b(?:subject to|controlled under|controlled by) (?:the )?itar\b|\bexport[ -]controlled (?:information|"
            r"technical data|document)\b|"
            r"(?-i:\bTOP SECRET\b|\bSTRICTLY PRIVATE\b|\bRESTRICTED\b|\bCUI//|\bCUI\b|\bNOFORN\b|\bFOUO\b|\bORCON\b|"
            r"\bREL TO USA\b|\bTRADE SECRET\b|\bATTORNEY[ -]CLIENT PRIVILEGE\b|\bEYES ONLY\b|\bSECRET DEFENSE\b|"
            r"\bSEGRETO\b|\bGEHEIM\b)"
        ),
        unless=r"de|un|what is |what are |meaning of |define |definition of |formerly |once |[\"'] ?",
        unless_after=r" (?:doctrine|law|act|protection|license|licence|rights? legend)|[\"']",
        confidence=0.85,
        examples=(
            "TLP:RED",
            "Attorney-Client Privileged",
            "CUI//SP-PRVCY",
            "Streng geheim",
            "confidentiel défense",
            "SECRET//NOFORN",
            "ITAR controlled drawing",
            "This file contains trade secrets",
        ),
        counterexamples=(
            "a restricted area network",
            "the TLP protocol",
            "classified ads",
            "What is attorney-client privilege?",
            "trade secret law",
            "the declassified: files",
            "attorney work product doctrine",
        ),
    ),
)
