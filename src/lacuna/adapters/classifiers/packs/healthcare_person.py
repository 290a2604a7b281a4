"""Healthcare pack: medicines, results and dates of care, where they are one person's."""

from lacuna.adapters.classifiers.packs.person_words import HOSPITAL, ONE_PERSON
from lacuna.adapters.classifiers.recogniser import Recogniser

_DRUGS = (
    "metformin|insulin(?: glargine| lispro| aspart)?|semaglutid|ozempic|wegovy|mounjaro|tirzepatid|"
    "empagliflozin|jardiance|"
    "lisinopril|ramipril|enalapril|losartan|valsartan|amlodipin|metoprolol|bisoprolol|carvedilol|furosemid|torasemid|"
    "hydrochlorothiazid|spironolacton|atorvastatin|simvastatin|rosuvastatin|warfarin|marcumar|apixaban|"
    "eliquis|rivaroxaban|"
    "xarelto|clopidogrel|digoxin|amiodaron|levothyroxin|l-thyroxin|prednison|prednisolon|dexamethason|methotrexat|"
    "adalimumab|humira|etanercept|infliximab|rituximab|trastuzumab|pembrolizumab|keytruda|tamoxifen|letrozol|imatinib|"
    "sertralin|zoloft|fluoxetin|prozac|citalopram|escitalopram|paroxetin|venlafaxin|duloxetin|bupropion|mirtazapin|"
    "amitriptylin|quetiapin|seroquel|olanzapin|risperidon|aripiprazol|clozapin|haloperidol|lithium carbonate|"
    "lithiumcarbonat|"
    "lamotrigin|valproat|levetiracetam|keppra|carbamazepin|gabapentin|pregabalin|lyrica|diazepam|valium|lorazepam|"
    "alprazolam|xanax|clonazepam|zolpidem|ambien|methylphenidat|ritalin|adderall|lisdexamfetamin|vyvanse|"
    "elvanse|donepezil|"
    "memantin|levodopa|oxycodon|hydrocodon|morphin|fentanyl|tramadol|tilidin|codein|buprenorphin|suboxone|methadon|"
    "naltrexon|disulfiram|amoxicillin|ciprofloxacin|doxycyclin|azithromycin|truvada|descovy|biktarvy|"
    "dolutegravir|tenofovir|"
    "emtricitabin|efavirenz|sofosbuvir|valacyclovir|aciclovir|finasterid|tamsulosin|sildenafil|viagra|tadalafil|cialis|"
    "estradiol|testosteron|clomifen|clomid|letrozol|mifepriston|misoprostol|levonorgestrel|salbutamol|albuterol|"
    "budesonid|tiotropium|montelukast|omeprazol|pantoprazol|sumatriptan|topiramat|botox|isotretinoin|accutane"
)
_DRUG = rf"(?i)\b(?:{_DRUGS})(?:[eaou]?|um|ul)\b"

_DIGIT_DATE = r"\b(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{2}|\d{4})|\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{4}年\d{1,2}月\d{1,2}日)"
_MONTH_DATE = (
    r"\b(?:\d{1,2}(?:\.|st|nd|rd|th)? (?:of |de )?\pL{3,10} (?:de )?\d{4}|\pL{3,10} \d{1,2}(?:st|nd|rd|th)?,? \d{4})"
)

_CONDITIONS = (
    r"hiv|aids|hepatitis [bc]|cancer|tumou?r|leukaemia|leukemia|lymphoma|melanoma|diabetes|epilepsy|multiple sclerosis|"
    r"parkinson'?s|alzheimer'?s|dementia|schizophrenia|bipolar(?: disorder)?|depression|anxiety disorder|ptsd|anorexia|"
    r"bulimia|addiction|alcoholism|autism|adhd|miscarriage|abortion|pregnan(?:t|cy)|infertility|ivf|syphilis|chlamydia|"
    r"gonorrh?ea|herpes|krebs|tumor|brustkrebs|depressionen?|epilepsie|demenz|sucht|fehlgeburt|schwanger(?:schaft)?|"
    r"cancer du sein|depression|sclerose en plaques|enceinte|fausse couche|sida|vih|epilepsia|demencia|embarazo|"
    r"embarazada|esquizofrenia|cancro|tumore|sclerosi multipla|incinta|depressione|gravida|kanker|zwanger|rak piersi|"
    r"padaczka|w ciazy|рак|депресси\pL*|беременн\pL*|вич|癌|がん|うつ病|妊娠|怀孕|抑郁症|艾滋病|糖尿病|암|우울증|임신"
)

RECOGNISERS = (
    Recogniser(
        rule="phi.medication",
        kind="PHI.MEDICATION",
        pattern=_DRUG,
        probe=_DRUG,
        context=ONE_PERSON,
        before=70,
        after=60,
        confidence=0.8,
        examples=(
            "My mother takes metformin twice a day",
            "Frau Brandt bekommt Ramipril 5 mg",
            "I was prescribed sertraline last week",
            "notre patiente prend de la metformine",
            "me recetaron omeprazol",
            "Мне прописали Xanax",
        ),
        counterexamples=(
            "What are the side effects of metformin?",
            "Patients who received sertraline improved in the trial",
            "Metformin lowers blood glucose",
        ),
    ),
    Recogniser(
        rule="phi.dose",
        kind="PHI.MEDICATION",
        pattern=(
            rf"(?i)\b(?:{_DRUGS})(?:[eaou]?|um)?,? \d[\d.,]* ?(?:mg|mcg|ug|g|ml|units?|ie|iu)\b[^.\n]{{0,"
            rf"30}}?\b(?:bid|tid|qid|qd|qhs|prn|po|iv|1-0-1|1-0-0|0-0-1|b\.i\.d|t\.i\.d)\b"
        ),
        probe=r"(?i)\b(?:bid|tid|qid|qd|qhs|prn|1-0-1|1-0-0|0-0-1|b\.i\.d|t\.i\.d)\b",
        confidence=0.75,
        examples=("lisinopril 10 mg po qd", "Metformin 1000 mg 1-0-1"),
        counterexamples=("lisinopril 10 mg tablets",),
    ),
    Recogniser(
        rule="phi.result",
        kind="PHI.RESULT",
        pattern=(
            r"(?i)\b(?:hba1c|a1c|blood pressure|bp|blood (?:sugar|glucose)|fasting glucose|cholesterol|ldl|"
            r"psa|tsh|creatinine|"
            r"egfr|ha?emoglobin|cd4(?: count)?|viral load|bmi|inr|troponin|ferritin|blutdruck|blutzucker|"
            r"kreatinin|tension "
            r"arterielle|glycemie|presion arterial|glucemia|colesterol|pressione arteriosa|glicemia|bloeddruk|"
            r"cisnienie)"
            r"[^.\n\d]{0,30}[ :=](\d[\d.,/]*)"
        ),
        group=1,
        probe=(
            r"(?i)(?:a1c|blood|\bbp|glucose|cholesterol|\bldl|\bpsa|\btsh|creat|egfr|globin|cd4|viral load|"
            r"\bbmi|\binr|tropon|ferrit|blut|kreat|tension|glyc|presion|gluc|coles|pression|glic|bloed|cisn)"
        ),
        also=ONE_PERSON,
        also_within=70,
        confidence=0.8,
        examples=(
            "Mr. Okafor's HbA1c was 9.4",
            "my blood pressure is 160/95, should I worry?",
            "Blutdruck von Frau Brandt: 170/100",
            "my mother's INR came back at 4.2",
        ),
        counterexamples=("A normal blood pressure is 120/80", "An HbA1c of 6.5 % defines diabetes"),
    ),
    Recogniser(
        rule="phi.condition",
        kind="PHI.DIAGNOSIS",
        pattern=rf"(?i)(?:^|[^\pL])({_CONDITIONS})(?:$|[^\pL])",
        probe=rf"(?i)(?:{_CONDITIONS})",
        group=1,
        context=(
            r"diagnosed me|my diagnosis|i(?: was| am|'m|'ve been| have been) (?:just |recently )?(?:diagnosed|"
            r"treated|tested positive|pregnant|living)|"
            r"mrs\.? \pL+ (?:has|was)|mr\.? \pL+ (?:has|was)|our patient|patient name|my (?:wife|husband|son|"
            r"daughter|mother|father|mom|dad|partner|brother|sister)(?:'s)?(?: has| was| is)?|"
            r"bei (?:mir|meiner frau|meinem mann|frau|herrn) \pL*|ich (?:habe|bin)|mein(?:e|er|em)? (?:frau|"
            r"mann|sohn|tochter|mutter|vater)|"
            r"j'ai|je suis|ma (?:femme|fille|mere)|mon (?:mari|fils|pere)|tengo|estoy|me diagnosticaron|mi "
            r"(?:mujer|marido|hij[oa]|madre|padre)|"
            r"mi hanno diagnosticato|sono|mi[oa] (?:moglie|marito|figli[oa]|madre|padre)|minha (?:mulher|"
            r"filha|mae)|meu (?:marido|filho|pai)|"
            r"mijn (?:vrouw|man|zoon|dochter|moeder|vader)|у (?:меня|моей жены|моего мужа|моей мамы)|私は|妻が|夫が|"
            r"我(?:妻子|丈夫|妈妈|爸爸)?(?:得了|患|被诊断)|아내가|남편이"
        ),
        before=45,
        after=0,
        confidence=0.75,
        examples=(
            "I was just diagnosed with bipolar disorder",
            "My wife has breast cancer and",
            "Ich habe Depressionen",
            "mi madre tiene demencia",
            "у моей мамы рак",
        ),
        counterexamples=("What causes bipolar disorder?", "Cancer is the second leading cause of death"),
    ),
    Recogniser(
        rule="phi.care_date",
        kind="PHI.DATE",
        pattern=rf"{_DIGIT_DATE}",
        context=(
            r"admitted(?: on| to)?|admission(?: date)?|date of (?:admission|discharge|death|surgery|service|"
            r"procedure|visit)|dos|dod|discharged?(?: on| date)?|"
            r"operated on|surgery(?: on| date)|seen on|aufnahme(?:datum)?|aufgenommen am|entlass(?:en|"
            r"ung)(?:sdatum)?(?: am)?|op am|operiert am|sterbedatum|verstorben am|"
            r"date d'(?:admission|entree|hospitalisation)|date de sortie|hospitalisee? le|operee? le|fecha de "
            r"(?:ingreso|alta|defuncion|cirugia)|ingresad[oa] el|"
            r"data di (?:ricovero|dimissione|decesso)|ricoverat[oa] il|data de (?:internacao|alta|obito)|"
            r"internad[oa] em|opgenomen op|ontslagen op|data (?:przyjecia|wypisu|zgonu)|"
            r"дата (?:поступления|выписки|госпитализации|смерти)|поступил[а]?|"
            r"入院日|退院日|手術日|入院日期|出院日期|手术日期|입원일|퇴원일"
        ),
        before=24,
        after=0,
        also=HOSPITAL,
        also_within=100,
        confidence=0.8,
        examples=(
            "Patient admitted on 03/14/2024 to ward 4",
            "Patientin aufgenommen am 14.03.2024",
            "Paciente: fecha de ingreso 14/03/2024",
            "患者 入院日: 2024年3月14日",
            "hospital discharge 2024-03-20",
        ),
        counterexamples=("The film was admitted on 03/14/2024", "university admission date 03/14/2024"),
    ),
    Recogniser(
        rule="phi.care_date_written",
        kind="PHI.DATE",
        pattern=_MONTH_DATE,
        context=(
            r"date of (?:admission|discharge|surgery|service|procedure)|admission date|discharge date|"
            r"aufnahmedatum|entlassungsdatum|date d'admission|fecha de (?:ingreso|alta)|data di ricovero"
        ),
        before=6,
        after=0,
        also=HOSPITAL,
        also_within=100,
        confidence=0.75,
        examples=("Ward 7. Date of admission: 14 March 2024", "Krankenhaus, Aufnahmedatum: 14. März 2024"),
        counterexamples=("Date of admission of Croatia: 1 July 2013",),
    ),
)
