"""Healthcare pack: numbers and codes that identify a patient, a plan, a prescriber, a device or a diagnosis.

Covers, with the recognisers that ship, the numbered identifiers of HIPAA's Safe Harbor list (45 CFR 164.514(b)(2)).
"""

from lacuna.adapters.classifiers.packs.person_words import HOSPITAL, ONE_PERSON
from lacuna.adapters.classifiers.recogniser import Recogniser

_CODE = r"\b[A-Za-z0-9]{1,6}(?:[-/ ]?[A-Za-z0-9]{2,8}){0,3}\d[A-Za-z0-9]{0,3}\b"
_ONE_CODE = r"\b[A-Za-z]{0,4}[-/]?\d[A-Za-z0-9]{0,10}(?:[-/][A-Za-z0-9]{1,10}){0,3}\b"

RECOGNISERS = (
    Recogniser(
        rule="phi.record_number",
        kind="PHI.RECORD",
        pattern=_ONE_CODE,
        validator="record_code",
        context=(
            r"mrn|medical record(?: number| no)?|medical record #|chart (?:number|no|#)|hospital (?:number|"
            r"no)|unit number|"
            r"encounter (?:id|number|no)|visit (?:id|number|no)|csn|har|accession (?:number|no)|specimen "
            r"(?:id|number|no)|"
            r"requisition (?:number|no)|admission (?:id|number|no)|episode (?:id|number|no)|case file no|"
            r"aufnahmenummer|fallnummer|fall-nr|fallnr|patienten-?id|patientenaktennummer|numero de dossier|ipp|iep|"
            r"numero d'admission|numero de historia(?: clinica)?|nhc|nuhsa|numero di cartella|numero nosologico|"
            r"numero do (?:prontuario|processo)|prontuario n|opnamenummer|patientnummer|numer historii choroby|"
            r"номер истории болезни|история болезни n|カルテ番号|診察券番号|病案号|住院号|门诊号|차트번호|등록번호"
        ),
        before=16,
        after=0,
        confidence=0.85,
        examples=(
            "MRN: H-0048291",
            "encounter ID 77-3391-A",
            "accession number S24-19372",
            "Fallnummer: 2024-00871",
            "NHC 884512",
            "カルテ番号 1048221",
        ),
        counterexamples=("MRN is a unique number", "accession number field", "hospital number of beds: 12"),
    ),
    Recogniser(
        rule="phi.health_plan",
        kind="PHI.PLAN",
        pattern=_ONE_CODE,
        validator="record_code",
        context=(
            r"member (?:id|number|no)|subscriber (?:id|number|no)|beneficiary (?:id|number|no)|insured(?:'s)? "
            r"id|policy id|"
            r"medicaid (?:id|number|no)|medicare (?:id|number|no)|hicn|mbi|plan id|group (?:number|no)|rx ?bin|rx ?pcn|"
            r"rx ?grp|prior auth(?:orization)? (?:number|no)|claim (?:number|no)|health card (?:number|no)|"
            r"versicherten-?(?:nummer|nr)|versichertennummer|kvnr|krankenversichertennummer|numero d'assure|"
            r"carte vitale|numero de asegurado|tarjeta sanitaria|cip|tessera sanitaria|cartao (?:sus|nacional "
            r"de saude)|"
            r"cns|numero de utente|polisnummer|numer polisy|полис(?: омс)?|保険証番号|被保険者番号|医保卡号|社保卡号"
        ),
        before=14,
        after=0,
        also=r"health|insur\pL*|medicaid|medicare|hmo|ppo|payer|patient\pL*|"
        + HOSPITAL
        + r"|krankenkasse|kasse|gkv|pkv|versicher\pL*|assur\pL*|mutuelle|seguro|aseguradora|assicura\pL*|"
        r"saude|salud|sanitari[ao]|rx ?\pL*|омс|保険|医保",
        confidence=0.8,
        examples=(
            "Health plan member ID: XQW884201937",
            "Aetna PPO insurance, group number 0093381",
            "Versichertennummer A123456780 bei der Krankenkasse",
            "RxBIN 610014 for the patient",
        ),
        counterexamples=("member ID of the gym", "health insurance member ID is printed on the card"),
    ),
    Recogniser(
        rule="phi.de_kvnr",
        kind="PHI.PLAN",
        pattern=r"\b[A-Z]\d{9}\b",
        probe=r"\b[A-Z]\d{9}\b",
        validator="kvnr",
        context=(
            r"kvnr|versicherten\pL*|krankenkasse|krankenversicher\pL*|gesundheitskarte|egk|patient\pL*|gkv|"
            r"aok|barmer|tk|dak"
        ),
        confidence=0.92,
        examples=("eGK A123456780",),
        counterexamples=("eGK A123456781", "part A123456780"),
    ),
    Recogniser(
        rule="phi.npi",
        kind="PHI.PRESCRIBER",
        pattern=r"\b[12]\d{9}\b",
        validator="npi",
        context=(
            r"npi|provider(?: id)?|prescriber|physician|doctor|dr\.?|surgeon|nurse practitioner|clinic|rendering|"
            r"referring|attending|billing provider|pharmacy"
        ),
        before=40,
        confidence=0.9,
        examples=("NPI 1234567893", "attending physician: A. Holm, 1245319599"),
        counterexamples=("NPI 1234567890", "provider 1234567890 calls"),
    ),
    Recogniser(
        rule="phi.dea",
        kind="PHI.PRESCRIBER",
        pattern=r"\b[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}\b",
        validator="dea",
        context=(
            r"dea|prescriber|prescription|physician|controlled|schedule (?:ii|iii|iv|2|3|4)|narcotic\pL*|"
            r"pharmacy|dr\.?"
        ),
        before=40,
        confidence=0.92,
        examples=("DEA AB1234563", "prescriber registration FH1234563"),
        counterexamples=("DEA AB1234560", "model AB1234563"),
    ),
    Recogniser(
        rule="phi.diagnosis_code",
        kind="PHI.DIAGNOSIS",
        pattern=r"\b[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?\b",
        context=(
            r"icd(?:-?(?:9|10|11)(?:-(?:cm|gm|pcs))?)?|dx|diagnosis(?: code)?|diagnoses|primary dx|diagnose(?:n|code)?|"
            r"hauptdiagnose|diagnostic|cim-?10|diagnostico|cie-?10|diagnosi|diagnoz\pL*|диагноз|мкб(?:-?10)?|"
            r"病名|診断|诊断|진단"
        ),
        before=30,
        after=20,
        also=ONE_PERSON,
        also_within=80,
        confidence=0.85,
        examples=(
            "Mrs. Holm, ICD-10 F32.1",
            "our patient's primary dx: E11.9",
            "Frau Brandt, Hauptdiagnose C50.9",
            "diagnostic de notre patiente : G35",
            "my wife's diagnosis code is C34.90",
        ),
        counterexamples=("What does ICD-10 code F32.1 stand for?", "ICD-10 E11.9 is type 2 diabetes"),
    ),
    Recogniser(
        rule="phi.procedure_code",
        kind="PHI.PROCEDURE",
        pattern=r"\b(?:\d{4}[0-9FTU]|[A-V]\d{4})\b",
        context=r"cpt(?: code)?|hcpcs|procedure code|ops-?(?:code|301)|ccam|ebm|goa",
        before=16,
        after=0,
        also=ONE_PERSON,
        also_within=80,
        confidence=0.8,
        examples=("bill CPT 99214 for Mr. Okafor", "my wife got CPT code 45378"),
        counterexamples=("What is CPT 99214?", "Mr. Okafor asked about CPT"),
    ),
    Recogniser(
        rule="phi.loinc",
        kind="PHI.RESULT",
        pattern=r"\b\d{1,5}-\d\b",
        validator="loinc",
        context=r"loinc",
        before=20,
        also=ONE_PERSON + r"|patient|result",
        also_within=80,
        confidence=0.8,
        examples=("patient result LOINC 4548-4 = 9.1 %",),
        counterexamples=("LOINC 4548-4 is haemoglobin A1c", "patient result LOINC 4548-5"),
    ),
    Recogniser(
        rule="phi.drug_code",
        kind="PHI.MEDICATION",
        pattern=r"\b(?:\d{4,5}-\d{3,4}-\d{1,2}|\d{4,8})\b",
        context=r"ndc|rxcui|rxnorm|pzn|cip13|atc",
        before=12,
        after=0,
        also=ONE_PERSON,
        also_within=80,
        confidence=0.8,
        examples=(
            "dispensed NDC 0093-1048-01 to Mr. Okafor",
            "RxCUI 860975 for my mother",
            "PZN 01234567 für Frau Brandt",
        ),
        counterexamples=("NDC 0093-1048-01 was recalled", "the RxNorm file of 2024"),
    ),
    Recogniser(
        rule="phi.snomed",
        kind="PHI.DIAGNOSIS",
        pattern=r"\b\d{6,18}\b",
        validator="snomed",
        context=r"snomed(?: ct)?|sctid",
        before=20,
        also=ONE_PERSON + r"|patient",
        also_within=80,
        confidence=0.85,
        examples=("our patient: SNOMED CT 73211009",),
        counterexamples=("SNOMED CT 73211009 means diabetes mellitus", "our patient: SNOMED CT 73211008"),
    ),
    Recogniser(
        rule="phi.device_serial",
        kind="PHI.DEVICE",
        pattern=_ONE_CODE,
        validator="record_code",
        context=(
            r"serial|serial (?:number|no)|s/n|sn|udi|udi-di|seriennummer|serien-?nr|numero de serie|numero di "
            r"serie|serienummer|numer seryjny|серийный номер|序列号|シリアル番号"
        ),
        before=12,
        after=0,
        also=(
            r"pacemaker|defibrillator|icd|implant\pL*|insulin pump|glucose monitor|cgm|hearing aid|infusion pump|stent|"
            r"ventilator|cpap|prosthe\pL*|hip|neurostimulator|herzschrittmacher|implantat|insulinpumpe|"
            r"horgerat|prothese|"
            r"stimulateur|pompe a insuline|marcapasos|protesis|bomba de insulina|pacemaker|protesi|"
            r"кардиостимулятор|ペースメーカー|起搏器"
        ),
        also_within=60,
        confidence=0.8,
        examples=(
            "pacemaker serial number PJN884201",
            "Herzschrittmacher, Seriennummer 4471-9982",
            "insulin pump S/N: NG1934472H",
        ),
        counterexamples=("laptop serial number PJN884201", "where is the serial number of a pacemaker?"),
    ),
    Recogniser(
        rule="phi.udi",
        kind="PHI.DEVICE",
        pattern=r"\(01\)\d{14}(?:\(\d{2}\)[A-Za-z0-9-]{1,20}){0,3}\(21\)[A-Za-z0-9-]{3,20}",
        confidence=0.9,
        examples=("UDI (01)00844588003288(17)141120(21)1234AB",),
        counterexamples=("UDI (01)00844588003288",),
    ),
)
