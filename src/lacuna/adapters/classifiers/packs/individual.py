"""Individual pack: the private life of the person who asks, said in the first person."""

from dataclasses import replace

from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.domain.tiers import Tier

_FAMILY = (
    r"(?:my|our) (?:ex-?|step-?)?(?:wife|husband|spouse|partner|son|daughter|child|children|kids?|baby|mother|"
    r"mum|mom|father|dad|brother|"
    r"sister|grandmother|grandfather|grandma|grandpa|girlfriend|boyfriend|fiancee?|in-laws|family)|mein(?:e|"
    r"em|en|er)? (?:ex-?)?(?:frau|mann|"
    r"sohn|tochter|kind(?:er)?|mutter|vater|bruder|schwester|oma|opa|freundin|familie)|(?:ma|mon|mes) "
    r"(?:ex-?)?(?:femme|mari|fille|fils|"
    r"enfants?|mere|pere|frere|soeur|famille|copine|copain)|mis? (?:ex-?)?(?:mujer|marido|espos[oa]|hij[oa]s?|"
    r"madre|padre|herman[oa]|"
    r"familia|novi[oa])|(?:mi[oa]|mi[ei]i?) (?:ex )?(?:moglie|marito|figli[oa]?|madre|padre|fratello|sorella|"
    r"famiglia|ragazz[oa])|"
    r"(?:minha|meu|meus) (?:ex-?)?(?:mulher|marido|filh[oa]s?|mae|pai|irma|irmao|familia|namorad[oa])|mijn "
    r"(?:ex-?)?(?:vrouw|man|zoon|"
    r"dochter|kind(?:eren)?|moeder|vader|broer|zus|gezin)|moj(?:a|ej|ego|e)? (?:byl[ay] )?(?:zona|maz|syn|"
    r"corka|dzieci|matka|ojciec)|"
    r"мо(?:я|й|ей|его|и) (?:бывш\pL+ )?(?:жен\pL+|муж\pL*|сын\pL*|доч\pL+|дет\pL+|мат\pL+|отец|мама|папа)|妻が|"
    r"夫が|息子|うちの子|我(?:老婆|老公|妻子|丈夫|儿子|女儿|妈妈|爸爸)|"
    r"우리 (?:아내|남편|아들|딸|엄마|아빠)|زوجتي|زوجي|ابني|ابنتي"
)
_I = (
    r"i|my|me|i'm|i've|ich|mein\pL*|mir|je|j'ai|mon|ma|mes|yo|mi|mis|me|io|mio|mia|eu|meu|minha|ik|mijn|ja|"
    r"moj\pL*|я|мне|мо\pL+|私|我|나|내|أنا"
)

_RULES = (
    Recogniser(
        rule="personal.home",
        kind="PERSONAL.HOME",
        tier=Tier.INTERNAL,
        pattern=(
            r"\b(?i:i live (?:in|at|on)|we live (?:in|at|on)|my (?:house|flat|apartment|home) is (?:in|at|on)|"
            r"ich wohne (?:in|an|am)|wir wohnen "
            r"(?:in|an|am)|j'habite (?:a|au|en)?|vivo en|abito (?:a|in)|moro (?:em|na|no)|ik woon in|mieszkam "
            r"(?:w|na)) (?:\pL{1,4} )?(\p{Lu}[\pL'-]+)"
        ),
        probe=(
            r"(?i)\b(?:i live|we live|my (?:house|flat|apartment|home) is|ich wohne|wir wohnen|j'habite|vivo "
            r"en|abito|moro|ik woon|mieszkam)"
        ),
        confidence=0.65,
        examples=("I live in Tromsø with two cats", "Ich wohne in Bremen", "vivo en Sevilla"),
        counterexamples=("Where do penguins live in winter?", "I live in fear"),
    ),
    Recogniser(
        rule="personal.house_secret",
        kind="PERSONAL.HOME",
        pattern=(
            r"(?i)\b(?:(?:alarm|door|gate|garage|lockbox|safe) code|(?:spare|house) key is|key (?:is )?under|"
            r"we(?:'re| are) away|house (?:is|will be) empty|"
            r"alarmcode|turcode|schlussel liegt|code de (?:la porte|l'alarme|l'immeuble)|codigo de (?:la "
            r"alarma|la puerta)|codice (?:allarme|del portone))\b"
        ),
        context=_I + r"|our|we|unser\pL*|notre|nuestr\pL*",
        before=40,
        after=60,
        confidence=0.75,
        examples=(
            "our alarm code is on the fridge",
            "The spare key is under my flower pot",
            "unser Türcode steht im Heft",
        ),
        counterexamples=("How does a door code lock work?",),
    ),
    Recogniser(
        rule="personal.family",
        kind="PERSONAL.FAMILY",
        pattern=(
            r"(?i)\b(?:custody|divorc\pL+|separat(?:ed|ion)|alimony|child support|adopt(?:ed|ion)|cheat(?:ed|"
            r"ing)|affair|abus(?:e|ed|ive)|bullied|"
            r"expelled|school report|report card|grades|therapist|arrested|in (?:jail|prison)|rehab|drinking|"
            r"suicid\pL+|self-harm|miscarriage|"
            r"pregnant|coming out|came out|scheidung|sorgerecht|unterhalt|fremdgegangen|gemobbt|zeugnis|noten|"
            r"schwanger|drogen|divorce|garde|pension "
            r"alimentaire|harcelee?|enceinte|divorcio|custodia|pension alimenticia|acoso|embarazada|divorzio|"
            r"affidamento|incinta|divorcio|guarda|gravida|"
            r"scheiding|voogdij|alimentatie|zwanger|rozwod|alimenty|w ciazy)\b|развод\pL*|алимент\pL*|"
            r"беременн\pL+|離婚|妊娠|不倫|いじめ|离婚|怀孕|出轨|이혼|임신"
        ),
        context=_FAMILY,
        before=60,
        after=60,
        confidence=0.75,
        examples=(
            "my wife wants a divorce and I",
            "How do I talk to my son about his grades?",
            "meine Tochter wird in der Schule gemobbt",
            "mi hija está embarazada",
            "私の妻が離婚したいと言う",
        ),
        counterexamples=("How is custody decided in Norway?", "Divorce rates since 1990"),
    ),
    Recogniser(
        rule="personal.health",
        kind="PERSONAL.HEALTH",
        pattern=(
            r"(?i)\b(?:i (?:have been|was|am|'ve been) (?:just |recently )?(?:diagnosed|hospitali[sz]ed|in "
            r"therapy|seeing a (?:therapist|psychiatrist))|i(?:'ve| have)? tested positive|"
            r"i(?:'m| am) (?:pregnant|suicidal|on (?:antidepressants|medication|sick leave)|hiv[- ]positive|"
            r"an alcoholic|depressed)|my (?:diagnosis|biopsy|test results?|blood (?:test|work|pressure|sugar)|"
            r"lab results?|mri|ct scan|prescription|medication|antidepressants?|panic attacks?|depression|"
            r"anxiety|pregnancy|miscarriage|chemo(?:therapy)?|surgery|psychiatrist|therapist|"
            r"gyn(?:a?ecologist)?|oncologist|period is late)|"
            r"ich bin (?:schwanger|depressiv|krankgeschrieben|in therapie)|bei mir wurde [^.\n]{0,"
            r"60}(?:festgestellt|diagnostiziert)|mein(?:e|em)? (?:diagnose|befund|blutwerte|depression(?:en)?|"
            r"schwangerschaft|therapeut(?:in)?|medikamente)|"
            r"je suis (?:enceinte|depressi\pL+|en arret maladie|suivie? par un psy\pL*)|on m'a diagnostique|"
            r"mes (?:analyses|resultats d'analyses)|mon (?:diagnostic|psy|traitement)|ma (?:grossesse|"
            r"depression)|"
            r"(?:estoy|soy) (?:embarazada|deprimid[oa]|seropositiv[oa])|me (?:han )?diagnostic\pL+|mis "
            r"(?:analisis|resultados medicos)|mi (?:diagnostico|psicolog[oa]|embarazo|depresion)|"
            r"sono (?:incinta|depress[oa]|sieropositiv[oa])|mi hanno diagnosticato|i miei esami|la mia "
            r"(?:diagnosi|gravidanza|depressione)|estou (?:gravida|deprimid[oa])|fui diagnosticad[oa]|minha "
            r"(?:gravidez|depressao)|"
            r"ik ben (?:zwanger|depressief)|mijn (?:diagnose|zwangerschap|depressie|uitslag)|jestem w ciazy|"
            r"zdiagnozowano u mnie|moja (?:diagnoza|depresja|ciaza))\b|"
            r"я беременна|мне поставили диагноз|мо(?:й диагноз|и анализы|я депрессия)|私の(?:診断|検査結果|うつ|妊娠)|"
            r"我(?:怀孕了|得了抑郁|的检查结果|的诊断)|내 (?:진단|검사 결과|우울증)"
        ),
        probe=(
            r"(?i)\b(?:i (?:have been|was|am)|i'|i tested|i have tested|my (?:diag|biop|test|blood|lab|mri|ct|"
            r"presc|medic|antid|panic|depr|anx|preg|misc|chem|surg|psych|ther|gyn|onc|period)|ich bin|bei mir|"
            r"mein|je suis|on m'a|mes|mon|ma|estoy|soy|me|mis|mi|sono|i miei|la mia|estou|fui|minha|ik ben|"
            r"mijn|jestem|zdiag|moja)\b|я беременна|мне поставили|мой диагноз|мои анализы|моя депрессия|私の|我|"
            r"내 "
        ),
        confidence=0.8,
        examples=(
            "I'm pregnant and my boss does not know",
            "what do my test results mean",
            "Ich bin krankgeschrieben",
            "je suis enceinte de trois mois",
            "я беременна",
        ),
        counterexamples=("How is depression diagnosed?", "I was told to wait", "my test suite is slow"),
    ),
    Recogniser(
        rule="personal.money",
        kind="PERSONAL.MONEY",
        pattern=(
            r"(?i)\b(?:my (?:salary|pay ?check|income|savings|debts?|mortgage|student loans?|credit (?:score|"
            r"card debt)|tax return|bank balance|pension|inheritance|bankruptcy|alimony|net worth|rent "
            r"arrears)|"
            r"i (?:earn|make|owe|inherited|saved) (?:about |only |around )?[$\x{20ac}\x{a3}]? ?\d[\d,.]*|"
            r"mein(?:e|em)? (?:gehalt|einkommen|schulden|ersparnisse|rente|erbe|steuererklarung|kontostand|"
            r"kredit|schufa)|ich (?:verdiene|schulde) \d|"
            r"mon (?:salaire|revenu|heritage|decouvert|credit immobilier)|mes (?:dettes|economies|impots)|je "
            r"gagne \d|mi (?:sueldo|salario|nomina|hipoteca|herencia|pension)|mis (?:deudas|ahorros)|gano \d|"
            r"il mio (?:stipendio|mutuo|reddito)|i miei (?:debiti|risparmi)|guadagno \d|meu (?:salario|"
            r"rendimento)|minhas (?:dividas|poupancas)|ganho \d|mijn (?:salaris|schulden|spaargeld|hypotheek)|"
            r"ik verdien \d|"
            r"moj(?:a|e)? (?:pensja|wynagrodzenie|dlugi|kredyt)|zarabiam \d)\b|моя (?:зарплата|пенсия|"
            r"ипотека)|мои (?:долги|сбережения)|我的(?:工资|存款|债务|房贷)|私の(?:給料|年収|"
            r"借金|貯金)|내 (?:월급|연봉|빚)"
        ),
        confidence=0.7,
        examples=(
            "can I retire on my savings",
            "I owe $32,000 to the bank",
            "Reicht mein Gehalt dafür?",
            "мои долги растут",
        ),
        counterexamples=("How do savings accounts work?", "I make 3 cakes"),
        unless_after=r" (?:cakes?|times|copies|things|of them|calls|requests|files|loops?)",
    ),
    Recogniser(
        rule="personal.law",
        kind="PERSONAL.LAW",
        pattern=(
            r"(?i)\b(?:my (?:divorce|custody (?:case|hearing)|lawyer|attorney|arrest|criminal record|"
            r"probation|parole|lawsuit|asylum|visa (?:application|status)|immigration (?:case|status)|"
            r"restraining order|eviction|court (?:date|case))|"
            r"i was (?:arrested|convicted|sued|evicted|charged|fired)|mein(?:e|em|en)? (?:anwalt|anwaltin|"
            r"scheidung|vorstrafe|asylantrag|kundigung|aufenthaltstitel|gerichtstermin)|ich wurde "
            r"(?:verhaftet|verurteilt|gekundigt|verklagt)|"
            r"mon (?:avocate?|divorce|casier|licenciement|titre de sejour)|j'ai ete (?:arretee?|condamnee?|"
            r"licenciee?)|mi (?:abogad[oa]|divorcio|despido|permiso de residencia|solicitud de asilo)|me "
            r"(?:detuvieron|despidieron|demandaron)|"
            r"il mio (?:avvocato|divorzio|licenziamento|permesso di soggiorno)|sono stat[oa] (?:arrestat|"
            r"licenziat|denunciat)[oa]|meu (?:advogado|divorcio|visto)|fui (?:pres|demitid|despedid)[oa]|mijn "
            r"(?:advocaat|scheiding|ontslag)|"
            r"moj (?:adwokat|rozwod|wyrok))\b|мой (?:адвокат|развод)|меня (?:уволили|арестовали)|私の(?:離婚|弁護士|"
            r"ビザ)|我的(?:律师|离婚|签证)|내 (?:이혼|변호사|비자)"
        ),
        confidence=0.75,
        examples=(
            "write to my lawyer about it",
            "I was evicted yesterday",
            "Ich wurde gekündigt",
            "mon licenciement est abusif",
        ),
        counterexamples=("What does a lawyer cost?", "I was surprised"),
    ),
    Recogniser(
        rule="personal.belief",
        kind="PERSONAL.BELIEF",
        pattern=(
            r"(?i)\b(?:i(?:'m| am) (?:a )?(?:gay|lesbian|bisexual|trans(?:gender)?|non-binary|queer|closeted|"
            r"muslim|jewish|atheist|catholic|undocumented|union member)|my (?:sexual orientation|sexuality|"
            r"gender identity|faith|union membership)|"
            r"ich bin (?:schwul|lesbisch|bisexuell|trans|muslim(?:in)?|judisch|judin|gewerkschaftsmitglied)|"
            r"je suis (?:gay|homosexuel(?:le)?|lesbienne|bisexuel(?:le)?|trans|musulmane?|juive?|syndiquee?)|"
            r"soy (?:gay|lesbiana|bisexual|trans|musulman[a]?|judi[oa])|sono (?:gay|lesbica|bisessuale|trans|"
            r"musulman[oa]|ebre[oa])|sou (?:gay|lesbica|bissexual|trans|muculman[oa]|jude[ua])|ik ben (?:homo|"
            r"lesbisch|biseksueel|trans|moslim|joods))\b"
        ),
        confidence=0.8,
        examples=("I'm gay and my parents do not know", "Ich bin lesbisch", "soy musulmana"),
        counterexamples=("How many people are gay?", "I am a Python developer"),
    ),
)

RECOGNISERS = tuple(rule if rule.probe else replace(rule, probe=rule.pattern) for rule in _RULES)
"""The words around these matters are common ones, so the matters themselves are looked for first."""
