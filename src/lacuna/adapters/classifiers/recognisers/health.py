"""Health and insurance numbers."""

from lacuna.adapters.classifiers.recogniser import Recogniser

RECOGNISERS = (
    Recogniser(
        rule="pii.us_mbi",
        kind="PII.HEALTH_ID",
        pattern=(
            r"(?i)\b[1-9][ac-hj-km-np-rt-y][ac-hj-km-np-rt-y0-9]\d-?[ac-hj-km-np-rt-y][ac-hj-km-np-rt-y0-9]\d-?[ac-hj"
            r"-km-np-rt-y]{2}\d{2}\b"
        ),
        examples=("Medicare 1EG4-TE5-MK73", "1eg4te5mk73"),
        counterexamples=("1SG4-TE5-MK73", "1EG4TE5MK734"),
    ),
    Recogniser(
        rule="pii.gb_nhs",
        kind="PII.HEALTH_ID",
        pattern=r"\b\d{3}[ -]?\d{3}[ -]?\d{4}\b",
        validator="stdnum.gb.nhs",
        context=r"nhs|national health|patient|health number|hospital number",
        examples=("NHS number 401 023 2137",),
        counterexamples=("NHS number 401 023 2138", "401 023 2137 units sold"),
    ),
    Recogniser(
        rule="pii.gb_nhs_alone",
        kind="PII.HEALTH_ID",
        pattern=r"^\s*(\d{3}[ -]?\d{3}[ -]?\d{4})\s*$",
        group=1,
        validator="stdnum.gb.nhs",
        confidence=0.6,
        examples=("401-023-2137",),
        counterexamples=("401-023-2138",),
    ),
    Recogniser(
        rule="pii.au_medicare",
        kind="PII.HEALTH_ID",
        pattern=r"\b[2-6]\d{3}[ -]?\d{5}[ -]?\d\b",
        validator="medicare_au",
        context=r"medicare|health|patient",
        examples=("medicare 2123 45670 1",),
        counterexamples=("medicare 2123 25870 1",),
    ),
    Recogniser(
        rule="pii.au_medicare_alone",
        kind="PII.HEALTH_ID",
        pattern=r"^\s*([2-6]\d{3}[ -]?\d{5}[ -]?\d)\s*$",
        group=1,
        validator="medicare_au",
        confidence=0.6,
        examples=("2123456701",),
        counterexamples=("2123258701",),
    ),
    Recogniser(
        rule="pii.de_insurance",
        kind="PII.NATIONAL_ID",
        pattern=r"\b\d{8}[A-Za-z]\d{3}\b",
        validator="german_insurance",
        confidence=0.92,
        examples=("RVNR 15070649C103",),
        counterexamples=("15070649C100", "15070649C1030"),
    ),
    Recogniser(
        rule="pii.medical_record",
        kind="PII.HEALTH_ID",
        pattern=r"\b(?:[A-Z]{1,2}[ -]?)?\d{5,12}\b",
        context=(
            r"mrn|medical record(?: number| no)?|patient (?:id|number|no)|patientennummer|versichertennummer|health "
            r"insurance (?:number|no|id)|policy number|numero de securite|krankenversicherung"
        ),
        before=28,
        after=0,
        confidence=0.8,
        examples=("MRN 00482913", "patient ID: P 1234567"),
        counterexamples=("medical record from 2019", "MRN is required"),
    ),
    Recogniser(
        rule="pii.us_npi_dea",
        kind="PII.HEALTH_ID",
        pattern=r"\b(?:[A-Z]{2}\d{7}|[12]\d{9})\b",
        context=r"dea|npi|prescriber|drug enforcement",
        before=24,
        after=8,
        confidence=0.75,
        examples=("NPI 1234567893", "DEA number AB1234563"),
        counterexamples=("NPI registry", "model AB1234563"),
    ),
)
