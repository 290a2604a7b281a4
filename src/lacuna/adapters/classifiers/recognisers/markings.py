"""Words by which a text declares itself not public. A marking is a label, not a topic: "classified" in a header counts,
"declassified" and "what is a confidentiality agreement" do not."""

from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.domain.tiers import Tier

RECOGNISERS = (
    Recogniser(
        rule="marking.handling",
        kind="ORG.TERM",
        tier=Tier.INTERNAL,
        pattern=(
            r"(?i)\b(?:(?:company|strictly|highly|business|commercial(?:ly)?)[ -](?:confidential|sensitive|private)|"
            r"for internal (?:use|distribution|circulation)(?: only)?|internal (?:use )?only|"
            r"do not (?:distribute|share|forward|circulate|disclose)|not for (?:external )?(?:distribution|"
            r"publication|circulation|release)|not for public release|need[ -]to[ -]know(?: basis)?|"
            r"private and confidential|confidential (?:and|&) proprietary|under (?:an? )?nda|under non-?disclosure|"
            r"employees only|staff only|eyes only|embargoed until|"
            r"nur (?:fur den|zum) (?:internen|dienst)\w*(?: (?:ge)?brauch)?|interner gebrauch|vertraulich|streng "
            r"vertraulich|nicht (?:zur )?(?:weitergabe|weitergeben|veroffentlichen)|"
            r"confidentiel(?:le)?|strictement confidentiel|usage interne|diffusion restreinte|ne pas diffuser|"
            r"confidencial|uso interno|no difundir|difusion restringida|"
            r"riservato|strettamente riservato|ad uso interno|non divulgare|vertrouwelijk|strikt vertrouwelijk|"
            r"alleen voor intern gebruik|poufne|scisle poufne|do uzytku wewnetrznego|"
            r"konfidentiellt|fortroligt|fortrolig|luottamuksellinen|gizlidir|cok gizli|kurum ici)\b"
        ),
        confidence=0.85,
        examples=(
            "For internal use only",
            "Streng vertraulich: Plan 3",
            "Document confidentiel",
            "do not distribute",
            "NUR FÜR DEN INTERNEN GEBRAUCH",
        ),
        counterexamples=("a confidentiality agreement", "internals of the compiler", "the file was declassified"),
    ),
    Recogniser(
        rule="marking.handling_east_asian",
        kind="ORG.TERM",
        tier=Tier.INTERNAL,
        pattern=(
            "社外秘|部外秘|関係者外秘|內部文件|内部文件|内部资料|内部資料|机密文件|對外保密|对外保密|"
            "대외비|사내 ?한정|конфиденциально|для служебного пользования|"
            "سري للغاية"
        ),
        confidence=0.85,
        examples=("社外秘 資料", "конфиденциально"),
        counterexamples=("文件",),
    ),
    Recogniser(
        rule="marking.confidential",
        kind="ORG.TERM",
        tier=Tier.INTERNAL,
        pattern=(
            r"\bCONFIDENTIAL\b|(?im)^\W{0,6}confidential\W{0,6}$|(?i)\b(?:is|are|this|remains?|kept|keep|marked|"
            r"labell?ed|treat(?:ed)? as|classified as|strictly|our|the following) confidential\b|"
            r"(?i)\bconfidential (?:information|material|document|memo|report|data|draft|until|plan|roadmap|pricing)\b"
        ),
        probe=r"(?i)\bconfidential\b",
        unless=r"definition of |what is |what are |meaning of |define |un",
        confidence=0.8,
        examples=("CONFIDENTIAL", "This memo is confidential", "our confidential roadmap"),
        counterexamples=("confidentiality clauses explained", "non-confidentially"),
    ),
    Recogniser(
        rule="marking.restricted",
        kind="ORG.TERM",
        pattern=(
            r"(?i)\btlp: ?(?:red|amber(?:\+strict)?)\b|\battorney[ -]client privileged?\b|\battorney work product\b|"
            r"\bprivileged (?:and|&) confidential\b|\blegally privileged\b|"
            r"\b(?:top secret|restricted)(?://| - |: )|\bclassified(?:://| - )|(?-i:\bTOP SECRET\b|\bSTRICTLY "
            r"PRIVATE\b|\bRESTRICTED\b|\bCUI//|\bCUI\b|\bNOFORN\b)|\bcontrolled unclassified information\b|"
            r"\btrade secrets? of\b|\bour trade secrets?\b|\bcompany proprietary\b|\bproprietary (?:and|&) "
            r"confidential\b|\bproprietary information of\b|"
            r"\bmaterial non-?public information\b|\bstreng geheim\b|\bverschlusssache\b|\bsecret defense\b|\btres "
            r"secret\b|\bsegreto\b|\balto secreto\b|\bstrictly secret\b"
        ),
        confidence=0.85,
        examples=("TLP:RED", "Attorney-Client Privileged", "CUI//SP-PRVCY", "Streng geheim"),
        counterexamples=("a restricted area network", "the TLP protocol", "classified ads"),
    ),
)
