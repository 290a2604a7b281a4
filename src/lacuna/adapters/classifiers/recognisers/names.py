"""Persons' names where the words around them say something personal: a role (patient, customer, tenant), a relation,
money, health, work, a contract, a letter. In some twenty languages; a name alone is never found here.

The cues are what the words mean in each language, not sentences: a role or relation directly before the name; a
personal matter of the name ("her biopsy", "the refund of"); or a known given name near words that only occur in
personal matters. See docs/names.md.
"""

from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.adapters.classifiers.recognisers import name_words
from lacuna.adapters.classifiers.words import as_words

_UPPER = r"[A-Z\x{391}-\x{3ab}\x{400}-\x{42f}\x{531}-\x{556}]"
_LETTER = r"[A-Za-z'\x{370}-\x{587}]"
"""Letters of the scripts with capitals as folded text has them; RE2 is much slower with \\pL."""
_T = rf"(?:{_UPPER}{_LETTER}*(?:-{_LETTER}+)*\.?)"
_P = (
    r"(?:af|al|av|bin|da|dal|de|del|della|dem|den|der|di|do|dos|du|e|el|ibn|la|las|le|los|ten|ter|van|von|y|zu|zum|"
    r"zur)"
)
_FULL = rf"{_T}(?: (?:{_P} ){{0,2}}{_T}){{1,4}}"
_ANY = rf"{_T}(?: (?:{_P} ){{0,2}}{_T}){{0,4}}"
_TITLE = (
    r"(?:(?:Mrs?|MRS?|Ms|MS|Mx|Miss|Herrn?|Frau|Monsieur|Madame|Mademoiselle|Mme|Mlle|M\.|Sra?|Srta|Sig|Sigra|Sig\.ra|"
    r"Dott|Dott\.ssa|Dhr|Mevr|Hr|Fru|Bay|Bayan|Sayin|Dl|Dna|Dr|Ing|Don|Dona|Pan[iaou]?|(?i:senora?|senhora?|signor[aei]?|"
    r"mevrouw|meneer|heer|pan[iaou]?|pane|domnul|doamna|господин[ау]?|госпож[аеи]|пан[іу]?|г-н|г-жа|κυρι[οα]ς?|"
    r"κυρια))\.?:? )"
)
_TWO_NAMES = rf"{_UPPER}{_LETTER}+ (?:{_P} )*{_UPPER}"
_NAMED = rf"((?:(?:{_TITLE}){{1,2}}(?:{_P} ){{0,2}})?{_ANY})"
_OF = r"(?:of|for|from|by|to|von|vom|fur|an|de|du|d'|da|do|des|del|di|van|voor|til|till|for|av|af|para|per|pour|a)"

_MATTERS = as_words(f"{name_words.MATTERS_EN}|{name_words.MATTERS_OTHER}")
_BARE_NAME_FIELDS = "name|nom|nombre|nome|naam|navn|nimi|имя|isim|jmeno|nume"
_BIOGRAPHY = r" ?\((?:born|b\.|\*|nee?|nacid|nat[oa]|geb|\d{4}|c\.)|,? (?:\d{4}|born|ne |nee )"

_HAN_NAME = rf"[{name_words.HAN_SURNAMES}]\p{{Han}}{{1,2}}"
_JA_NAME = r"\p{Han}{1,3} ?[\p{Han}\p{Hiragana}\p{Katakana}]{1,4}?"
_ZH_ROLES = "患者|病人|客户|客戶|顾客|顧客|员工|員工|租客|会员|會員|投保人|同事"
_ZH_RELATIONS = "女儿|儿子|妻子|丈夫|太太|老公|老婆|妈妈|爸爸|母亲|父亲|哥哥|弟弟|姐姐|妹妹|老板|邻居|朋友"
_ZH_WHEN = "昨天|今天|明天|刚刚|已经|还没|上周|下周"
_JA_ROLES = "患者|お客様|顧客|社員|従業員|会員|入居者|利用者|娘|息子|妻|夫|母|父|兄|弟|姉|妹|上司|同僚"
_KO_ROLES = "환자|고객|직원|회원|세입자"
_KO_RELATIONS = "딸|아들|아내|남편|어머니|아버지|형|누나|동생|상사|친구"
_HANGUL = "|".join(name_words.HANGUL_SURNAMES)
_KO_NAME = rf"(?:{_HANGUL}) ?\p{{Hangul}}{{4,6}}?"

RECOGNISERS = (
    Recogniser(
        rule="pii.name_role",
        kind="PII.PERSON",
        pattern=rf"(?:{as_words(name_words.ROLES)})[ ,:]{{0,2}}{_NAMED}",
        group=1,
        validator="name_at_start",
        probe=as_words(name_words.ROLES),
        confidence=0.75,
        examples=(
            "Patient Maria Lindqvist takes metformin.",
            "unsere Kundin Heike Brandt wartet",
            "le locataire Paul Girard nous doit un loyer",
            "Пациент Иван Смирнов не переносит пенициллин",
        ),
        counterexamples=(
            "the patient was discharged",
            "Client Secret and Customer Success Team",
            "Patient Zero",
            "der Kunde Deutsche Bahn",
            "Patients with asthma",
        ),
    ),
    Recogniser(
        rule="pii.name_employee",
        kind="PII.PERSON",
        pattern=rf"(?:{as_words(name_words.COLLEAGUES)})[ ,:]{{0,2}}{_NAMED}",
        group=1,
        validator="name_at_start",
        probe=as_words(name_words.COLLEAGUES),
        unless=name_words.NOT_OURS,
        confidence=0.7,
        examples=("Mitarbeiterin Heike Brandt erhält eine Abmahnung", "el empleado Ramón Ortega", "Employee Ida Holm"),
        counterexamples=("with his colleague Otto Kern", "GfK-Mitarbeiterin Heike Brandt", "former employee Ida Holm"),
    ),
    Recogniser(
        rule="pii.name_relation",
        kind="PII.PERSON",
        pattern=(
            rf"(?:{as_words(name_words.RELATIONS_OF_MINE)})[ ,:]{{0,2}}(?:is |ist |named |called |namens )?{_NAMED}"
        ),
        group=1,
        validator="name_at_start",
        probe=as_words(name_words.RELATIONS_OF_MINE),
        confidence=0.75,
        examples=("My wife Anna needs a new card", "meine Kollegin Jutta Kern", "mi jefe Ramón Ortega"),
        counterexamples=("my wife is away", "our customer Support line", "my friend thinks so"),
    ),
    Recogniser(
        rule="pii.name_matter",
        kind="PII.PERSON",
        pattern=rf"({_ANY})(?:'s|') (?:[a-z]+ ){{0,2}}(?i:{name_words.MATTERS_EN})\b",
        group=1,
        validator="name_at_end",
        probe=rf"(?i)(?:'s|s') (?:[a-z]+ )*(?:{name_words.MATTERS_EN})\b",
        unless_after=r"'s? (?:\pL+ ){0,2}?(?:appointment|address) (?:to|as|by|at)\b",
        confidence=0.75,
        examples=("What was Ida Holm's biopsy result?", "Raise Ingrid's salary to 4,000"),
        counterexamples=("Python's order history module", "What is a patient's blood pressure?", "Ida Holm's novels"),
    ),
    Recogniser(
        rule="pii.name_matter_of",
        kind="PII.PERSON",
        pattern=rf"(?:{_MATTERS}) (?:[a-z]+ )?(?i:{_OF}) ?{_NAMED}",
        group=1,
        validator="name_at_start",
        probe=_MATTERS,
        confidence=0.7,
        examples=(
            "the refund for Ida Holm",
            "Erhöhe das Gehalt von Frau Brandt-Kern Heike",
            "le remboursement de Paul Girard",
            "el sueldo de Lucía Ferrer",
        ),
        counterexamples=("the refund for March", "das Gehalt von Montag", "le salaire de la semaine"),
    ),
    Recogniser(
        rule="pii.name_thing_of",
        kind="PII.PERSON",
        pattern=rf"(?:{as_words(name_words.MATTERS_OF_THINGS)}) (?:[a-z]+ ){{0,4}}?(?i:{_OF}) ?{_NAMED}",
        group=1,
        validator="known_name",
        probe=as_words(name_words.MATTERS_OF_THINGS),
        confidence=0.65,
        examples=("the mortgage application of Ida Holm", "la cita de Lucía Ferrer con el cardiólogo"),
        counterexamples=("the order of Northern Lights", "die Rechnung von Montag"),
    ),
    Recogniser(
        rule="pii.name_in_state",
        kind="PII.PERSON",
        pattern=rf"({_ANY})(?: {_LETTER}+){{0,4}}? (?:{as_words(name_words.STATES)})",
        group=1,
        probe=as_words(name_words.STATES),
        validator="name_at_end",
        confidence=0.7,
        examples=(
            "Lopa Banik has been on sick leave since Monday",
            "Adelinde Schön ist seit Montag krankgeschrieben",
            "Nurey Şensoy pazartesiden beri raporlu",
        ),
        counterexamples=("The British Army introduced paid sick leave", "Paid sick leave in Europe"),
    ),
    Recogniser(
        rule="pii.name_in_situation",
        kind="PII.PERSON",
        pattern=_FULL,
        probe=_TWO_NAMES,
        validator="known_name",
        context=name_words.SITUATIONS,
        unless_near=name_words.PUBLIC_LIFE,
        before=60,
        after=60,
        unless_after=_BIOGRAPHY,
        confidence=0.65,
        examples=(
            "Ingrid Solberg has been on sick leave since Monday",
            "Jonas Brandt ist seit Montag krankgeschrieben",
            "Lucía Ferrer está de baja desde el lunes",
            "Marta Nowak jest na zwolnieniu lekarskim",
        ),
        counterexamples=("Marie Curie discovered radium", "sick leave in Northern Ireland", "Refund Policy Terms"),
    ),
    Recogniser(
        rule="pii.name_private",
        kind="PII.PERSON",
        pattern=_FULL,
        probe=_TWO_NAMES,
        validator="known_name",
        context=name_words.PRIVATE_MATTERS,
        before=70,
        after=70,
        also=name_words.OWN_TEXT,
        unless_near=name_words.PUBLIC_LIFE,
        unless_after=_BIOGRAPHY,
        confidence=0.6,
        examples=(
            "Summarise the complaint that Ida Holm filed against the branch",
            "Jonas Brandt liegt seit gestern im Krankenhaus",
            "¿Ha pagado ya Lucía Ferrer el alquiler de mayo?",
        ),
        counterexamples=(
            "Ida Holm died of cancer in a hospital in Bremen",
            "Please list the novels of Ida Holm",
            "Ida Holm (born 1912) insured our ships and paid the debt",
        ),
    ),
    Recogniser(
        rule="pii.name_titled_private",
        kind="PII.PERSON",
        pattern=rf"\b{_TITLE}(?:{_P} ){{0,2}}{_ANY}",
        probe=rf"\b{_TITLE}",
        validator="name_at_start",
        context=name_words.PRIVATE_MATTERS,
        before=70,
        after=70,
        also=name_words.OWN_TEXT,
        unless_near=name_words.PUBLIC_LIFE,
        confidence=0.6,
        examples=("Why was Mrs Okafor's card declined yesterday?", "Bitte Frau Brandt an die Miete erinnern"),
        counterexamples=("Mr. Darcy paid the debt of Wickham", "Frau Holle"),
    ),
    Recogniser(
        rule="pii.name_titled",
        kind="PII.PERSON",
        pattern=rf"\b{_TITLE}(?:{_P} ){{0,2}}{_ANY}",
        probe=rf"\b{_TITLE}",
        validator="name_at_start",
        context=f"{name_words.SITUATIONS}|{name_words.MATTERS_EN}|{name_words.MATTERS_OTHER}|{name_words.CONTRACTS}",
        before=60,
        after=60,
        confidence=0.65,
        examples=(
            "Mr. Okafor wants to close his account",
            "Frau Brandt hat sich über die Lieferung beschwert",
            "M. Girard souhaite résilier son contrat",
            "La señora Ferrer se quejó del retraso",
        ),
        counterexamples=("Mr. Darcy is a character", "Frau Holle ist ein Märchen"),
    ),
    Recogniser(
        rule="pii.name_salutation",
        kind="PII.PERSON",
        pattern=rf"(?m)^\W*(?i:{name_words.SALUTATIONS}) {_NAMED}[ \t]*(?:[,:!]|$)",
        group=1,
        probe=rf"(?im)^\W*(?:{name_words.SALUTATIONS}) ",
        validator="addressee",
        confidence=0.7,
        examples=(
            "Dear Ms. Okafor,\nthank you",
            "Sehr geehrter Herr Brandt,",
            "Chère Madame Girard,",
            "Dear Ida Holm,",
        ),
        counterexamples=("Dear Sir or Madam,", "Dear Customer Service,", "Dear team,", "Dear diary"),
    ),
    Recogniser(
        rule="pii.name_signature",
        kind="PII.PERSON",
        pattern=rf"(?:{as_words(name_words.CLOSINGS)})[\s,.!]{{0,6}}({_FULL})[ \t]*(?:\n|$|,)",
        group=1,
        probe=as_words(name_words.CLOSINGS),
        validator="name_at_start",
        confidence=0.7,
        examples=("Kind regards,\nIda Holm", "Mit freundlichen Grüßen\n\nJonas Brandt\n", "Z poważaniem,\nMarta Nowak"),
        counterexamples=("Kind regards,\nCustomer Support Team", "best regards to all"),
    ),
    Recogniser(
        rule="pii.name_field",
        kind="PII.PERSON",
        pattern=rf"(?:^|[\n|;,{{(>\"'])[ \t*-]*(?i:{name_words.NAME_FIELDS})[\"'*]* ?[:=][ \t\"'*]*({_ANY})",
        group=1,
        probe=rf"(?i)(?:{name_words.NAME_FIELDS})[\"'*]* ?[:=]",
        validator="name_at_start",
        confidence=0.7,
        examples=("Patient: Ida Holm", "Imię i nazwisko: Marta Nowak", "ФИО: Иван Смирнов"),
        counterexamples=("Patient: see chart", "Employee: Human Resources"),
    ),
    Recogniser(
        rule="pii.name_in_record",
        kind="PII.PERSON",
        pattern=rf"(?m)^[ \t*\"'-]*(?i:{_BARE_NAME_FIELDS})[\"'*]* ?[:=][ \t\"'*]*({_FULL})",
        group=1,
        validator="name_at_start",
        context=name_words.RECORD_FIELDS,
        before=200,
        after=200,
        probe=rf"(?i)(?:{_BARE_NAME_FIELDS})[\"'*]* ?[:=]",
        confidence=0.7,
        examples=("Name: Ida Holm\nDiagnosis: asthma",),
        counterexamples=("Name: Apache License\nAddress: http", "name: value\nphone: 1"),
    ),
    Recogniser(
        rule="pii.name_chinese",
        kind="PII.PERSON",
        pattern=(
            rf"(?:{_ZH_ROLES}|姓名 ?: ?|(?:我|我们)的?(?:{_ZH_RELATIONS}))({_HAN_NAME})|"
            rf"({_HAN_NAME})(?:{_ZH_WHEN})[^。，？]{{0,6}}(?:{name_words.CJK_MATTERS})|"
            rf"({_HAN_NAME})(?:先生|女士|小姐|太太)的?(?:{name_words.CJK_MATTERS})"
        ),
        probe=f"{_ZH_ROLES}|{_ZH_RELATIONS}|{_ZH_WHEN}|姓名 ?:|先生|女士|小姐|太太",
        confidence=0.7,
        examples=("患者王小明对青霉素过敏", "姓名：李芳", "张伟先生投诉送货太晚", "王晨昨天住院了"),
        counterexamples=("客户服务", "患者的权利", "鲁迅先生的作品"),
    ),
    Recogniser(
        rule="pii.name_japanese",
        kind="PII.PERSON",
        pattern=(
            rf"(?:{_JA_ROLES})の({_JA_NAME})(?:さん|様|氏|は|が)|(?:氏名|お名前) ?: ?({_JA_NAME})(?:\W|$)|"
            rf"({_JA_NAME})(?:さん|様)[のはが]?(?:昨日|今日|明日|先週|来週)?(?:から)?(?:{name_words.CJK_MATTERS})"
        ),
        probe=f"(?:{_JA_ROLES})の|氏名|お名前|さん|様",
        confidence=0.7,
        examples=("患者の山田花子さん", "氏名：佐藤健\n診断：喘息", "鈴木一郎さんの給与", "娘の田中葵が"),
        counterexamples=("患者は入院した", "お客様の声", "皆様のご意見"),
    ),
    Recogniser(
        rule="pii.name_korean",
        kind="PII.PERSON",
        pattern=(
            rf"(?:{_KO_ROLES}|성명 ?:|이름 ?:|(?:제|내|우리) (?:{_KO_RELATIONS})) ?({_KO_NAME}) ?"
            rf"(?:님|씨|의|은|는|이|가|\n|$)|"
            rf"({_KO_NAME}) ?(?:님|씨)의? ?(?:{name_words.CJK_MATTERS})"
        ),
        probe=f"{_KO_ROLES}|{_KO_RELATIONS}|성명 ?:|이름 ?:|님|씨",
        confidence=0.7,
        examples=("환자 김민수 님은 입원했다", "성명: 박지영", "제 딸 김민지가"),
        counterexamples=("고객 센터", "환자의 권리"),
    ),
    Recogniser(
        rule="pii.name_arabic_indic",
        kind="PII.PERSON",
        pattern=(
            r"(?:المريضة?|العميلة?|الموظفة?|الزبونة?|الاسم ?:) ?((?:السيدة? )?\p{Arabic}{2,}(?: \p{Arabic}{2,}){1,2})|"
            r"(?:मरीज|रोगी|ग्राहक|कर्मचारी|नाम ?:) ?([\p{Devanagari}]{2,} [\p{Devanagari}]{2,})"
        ),
        probe="المريض|العميل|الموظف|الزبون|الاسم ?:|मरीज|रोगी|ग्राहक|कर्मचारी|नाम ?:",
        validator="known_name",
        confidence=0.65,
        examples=("المريض أحمد خالد لديه حساسية", "ग्राहक राजेश कुमार को रिफंड"),
        counterexamples=("العميل في المتجر الكبير", "ग्राहक सेवा केंद्र"),
    ),
)
