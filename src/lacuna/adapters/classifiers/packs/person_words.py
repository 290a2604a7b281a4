"""Words that say: this is about one particular person, not about an illness, a medicine or a market as such.

Alternatives of RE2 patterns for folded text, to be used as a recogniser's `context` or `also`.
"""

from typing import Final

_RELATIVES = (
    r"my (?:ex-?|late |older |younger |little )?(?:wife|husband|spouse|partner|son|daughter|child|kid|baby|"
    r"mother|mum|mom|"
    r"father|dad|brother|sister|grandmother|grandfather|grandma|grandpa|girlfriend|boyfriend|fiancee?)|"
    r"mein(?:e|em|en|er)? (?:frau|mann|partner|partnerin|sohn|tochter|kind|baby|mutter|vater|bruder|schwester|oma|opa)|"
    r"ma (?:femme|compagne|fille|mere|soeur|grand-mere)|mon (?:mari|compagnon|fils|enfant|pere|frere|grand-pere)|"
    r"mi (?:mujer|esposa|esposo|marido|pareja|hij[oa]|madre|padre|herman[oa]|abuel[oa])|"
    r"mi[oa] (?:moglie|marito|compagn[oa]|figli[oa]|madre|padre|fratello|sorella|nonn[oa])|"
    r"(?:minha|meu) (?:mulher|esposa|marido|esposo|filh[oa]|mae|pai|irma|irmao|avo)|"
    r"mijn (?:vrouw|man|partner|zoon|dochter|kind|moeder|vader|broer|zus|oma|opa)|"
    r"moj(?:a|ej|ego|emu)? (?:zona|zony|maz|meza|syn|syna|corka|corki|dziecko|matka|ojciec|brat|siostra)|"
    r"мо(?:я|й|ей|его|ему) (?:жена|муж|сын|дочь|ребенок|мать|отец|брат|сестра)|"
    r"妻|夫|息子|娘|我妻子|我丈夫|我儿子|我女儿|我妈妈|我爸爸|我母亲|我父亲|아내|남편|우리 아들|우리 딸|زوجتي|زوجي|"
    r"ابني|ابنتي"
)

_PATIENTS = (
    r"(?:our|my|this|her|his) patients?|patient(?:'s)? (?:name|id|no|number)|pt\.? (?:name|id)|mrn|dob|date of birth|"
    r"mrs\.?|ms\.?|mr\.?|unser(?:e|em|en)? patient(?:in|en)?|patient(?:in)? (?:herr|frau)|herrn?|frau|geb\.? am|"
    r"notre patiente?|mme|monsieur|madame|ne[e]? le|nuestr[oa] paciente|sra?\.|senora?|nostr[oa] paziente|signora?|"
    r"noss[oa] paciente|dona|onze patient|mevrouw|meneer|nasz(?:a|ego|ej)? pacjent(?:ka|a|ki)?|pan[ia]?|"
    r"наш(?:а|ей|его)? пациент(?:ка|а|ки)?|患者さん|患者様|さん|先生の患者|我们的患者|该患者|환자분"
)

_MYSELF = (
    r"i (?:have been|was|am|'m|'ve been|take|took|am taking|'m taking|use)|i'm|i've been|my (?:doctor|gp|specialist|"
    r"therapist|psychiatrist|pharmacist|prescription|medication|dose|dosage|results?|labs?|bloodwork|diagnosis)|"
    r"prescribed me|me prescribed|should i|ich (?:nehme|habe|bin|war|wurde|soll)|mir (?:wurde|hat)|mein(?:e|em)? "
    r"(?:arzt|arztin|hausarzt|rezept|dosis|diagnose|befund|blutwerte)|je (?:prends|suis|souffre)|m'a prescrit|mon "
    r"(?:medecin|ordonnance|traitement)|me (?:recetaron|receto|diagnosticaron)|mi (?:medico|receta|tratamiento)|mi "
    r"(?:hanno|ha) prescritto|il mio medico|me (?:receitaram|receitou)|meu medico|mijn (?:huisarts|arts|dosis|"
    r"medicijn)|"
    r"ik (?:slik|gebruik|neem)|lekarz przepisal mi|biore|мне (?:прописали|"
    r"назначили)|я принимаю|飲んでいます|処方されました|"
    r"我在吃|医生给我开|먹고 있|처방받"
)

ONE_PERSON: Final = f"{_RELATIVES}|{_PATIENTS}|{_MYSELF}"
"""A relative of the speaker, a patient spoken of as one, or the speaker."""

HOSPITAL: Final = (
    r"patient\pL*|hospital\pL*|ward|clinic|icu|mrn|bed|surgeon|physician|nurse|discharge summary|chart|klinik\pL*|"
    r"krankenhaus|station|arztbrief|patientin|hopital|clinique|service de|medecin|paciente|clinica|sanatorio|"
    r"paziente|ospedale|reparto|internamento|enfermaria|ziekenhuis|afdeling|pacjent\pL*|szpital\pL*|oddzial|"
    r"пациент\pL*|больниц\pL*|отделени\pL*|患者|病院|医院|病人|환자|병원|المريض|المستشفى"
)
"""Says that a text is about care in a hospital."""
