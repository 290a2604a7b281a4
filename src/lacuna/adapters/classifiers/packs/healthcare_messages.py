"""Healthcare pack: fragments of the messages that hospitals and insurers exchange. They count wherever they stand."""

from lacuna.adapters.classifiers.recogniser import Recogniser

RECOGNISERS = (
    Recogniser(
        rule="phi.hl7_segment",
        kind="PHI.MESSAGE",
        pattern=r"\b(?:PID|NK1|PV1|IN1|GT1|OBX|OBR|DG1|AL1|ORC|RXE|PD1)\|(?:[^|\n]*\|){4}[^\n]*",
        probe=r"\b(?:PID|NK1|PV1|IN1|GT1|OBX|OBR|DG1|AL1|ORC|RXE|PD1)\|",
        confidence=0.95,
        examples=(
            "PID|1||482913^^^HOSP^MR||HOLM^IDA||19870314|F|||LINDENWEG 4^^BREMEN",
            "OBX|1|NM|4548-4^HbA1c^LN||9.1|%|4-6|H|||F",
        ),
        counterexamples=("PID|tid|cmd", "the PID segment holds the patient"),
    ),
    Recogniser(
        rule="phi.fhir_resource",
        kind="PHI.MESSAGE",
        pattern=(
            r"\"resourceType\"\s*:\s*\"(?:Patient|RelatedPerson|Observation|Condition|Encounter|MedicationRequest|"
            r"MedicationStatement|AllergyIntolerance|Immunization|Procedure|DiagnosticReport|Coverage|Claim)\""
        ),
        probe=r"\"resourceType\"",
        also=r"birthdate|family|mrn|telecom|subject|patient/[\w.-]+|beneficiary|deceased\pL*",
        also_within=600,
        confidence=0.9,
        examples=('{"resourceType": "Patient", "id": "p1", "name": [{"family": "Holm"}], "birthDate": "1987-03-14"}',),
        counterexamples=('{"resourceType": "Patient"} is the shortest resource', '{"resourceType": "Bundle"}'),
    ),
    Recogniser(
        rule="phi.fhir_reference",
        kind="PHI.MESSAGE",
        pattern=r"\"reference\"\s*:\s*\"(?:Patient|RelatedPerson)/[A-Za-z0-9.-]{3,64}\"",
        confidence=0.85,
        examples=('"subject": {"reference": "Patient/48-2913"}',),
        counterexamples=('"reference": "Patient/"', '"reference": "Organization/48-2913"'),
    ),
    Recogniser(
        rule="phi.cda",
        kind="PHI.MESSAGE",
        pattern=r"<(?:\w+:)?patientRole\b[^>]*>\s*<",
        probe=r"patientRole",
        confidence=0.85,
        examples=('<recordTarget><patientRole><id extension="482913"/>',),
        counterexamples=("the patientRole element",),
    ),
    Recogniser(
        rule="phi.x12",
        kind="PHI.MESSAGE",
        pattern=(
            r"\b(?:NM1\*(?:IL|QC|85|82|74|03|PR)\*[12]\*[^*~\n]{2}[^~\n]*|DMG\*D8\*\d{8}|SV[12]\*(?:HC|"
            r"AD):\w{4,5}[^~\n]*|"
            r"HI\*(?:ABK|BK|ABF|BF|ABJ):[A-Z]\d[^~\n]*|CLM\*[^*\n]{2,38}\*\d[^~\n]*|CLP\*[^*\n]{2,38}\*\d{1,"
            r"2}\*[^~\n]*|"
            r"REF\*(?:1W|SY|0F|EA|1L)\*\w{4}[^~\n]*|SBR\*[PST]\*\d{2}\*[^~\n]*)"
        ),
        probe=r"\b(?:NM1|DMG|SV[12]|HI|CLM|CLP|REF|SBR)\*",
        confidence=0.95,
        examples=(
            "NM1*IL*1*HOLM*IDA****MI*XQW884201937~",
            "CLM*26463774*100***11:B:1*Y*A*Y*I~",
            "CLP*7722337*1*226*132**12*119932404007801~",
            "HI*ABK:J020~",
        ),
        counterexamples=("the NM1 segment names a party", "HI*there*"),
    ),
    Recogniser(
        rule="phi.dicom",
        kind="PHI.MESSAGE",
        pattern=r"\(0010, ?00(?:10|20|30|40)\)\s+(?:[^\n\[]{0,40}?\b(?:PN|LO|DA|CS)\b:?\s*)?[\['\"][^\]'\"\n]{2,}",
        probe=r"\(0010, ?00",
        confidence=0.9,
        examples=("(0010,0010) PN [HOLM^IDA]", "(0010, 0020) Patient ID  LO: '482913'"),
        counterexamples=("(0010,0010) is the patient's name",),
    ),
    Recogniser(
        rule="phi.claim_form",
        kind="PHI.MESSAGE",
        pattern=r"(?i)\b((?:patient|insured)'?s? (?:name|birth ?date|address)\s*[:=])\s*[^\s:=][^\n]{2,}",
        group=1,
        probe=r"(?i)\b(?:patient|insured)'?s? (?:name|birth|addr)",
        unless_near=r"required|string|varchar|nullable|field|column|example",
        also_within=60,
        confidence=0.75,
        examples=("Insured's name: Holm, Ida", "Patient birth date: 1987-03-14"),
        counterexamples=("patient name: string, required", "the patient name is written first"),
    ),
)
