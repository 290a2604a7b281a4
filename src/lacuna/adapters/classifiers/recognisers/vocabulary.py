"""What people of many languages write beside a value: words for a telephone, a birth, a document, a vehicle.

Each constant is a list of RE2 alternatives for `Recogniser.context`, in any script (`words` folds them); `\\pL` stands
for a letter of the word's own script. Only words that name the value stand here: a word that merely often occurs near
one belongs to its recogniser.
"""


def _alternatives(lines: str) -> str:
    return "|".join(line.strip() for line in lines.strip().splitlines())


PHONE = _alternatives(r"""
    phones?|telephones?|tele|tel|mobile|cell|cellphone|fax|desk|office|home|landline|hotline|whatsapp|sms|texted
    call(?:ed|ing)?|ring|ringe|ringen|dial(?:ed)?|reach(?:able)?|pager|rejoindre|cel|zap|cebim\pL*|telefon\pL*
    handy\pL*|rufnummer|mobil\pL*|erreichbar|erreichen|anrufen|ruckruf|zuruck|festnetz|durchwahl|gsm|portable
    appel(?:er|ez)?|appelle\pL*|voicemail|telef|joindre|joignable|rappel\pL*|movil|celular
    llam(?:ar|e|a|ame|arme|enme)|cellulare
    chiam(?:a|are|ami|ate|atemi)|telefone|telemovel|fone|ligar|ligue\pL*|telefoon\pL*|mobiel|bellen|bel
    bereikbaar|mobiltelefon|tlf|tlph|komorka|komorkowy|kom|dzwoni\pL*|zadzwon\pL*|puh|puhelin\pL*|soita
    soittaa|tavoittaa|telefonu|ara|arayin|arayabilirsiniz|cep|volejte|volajte|zavolejte|zavolajte
    hivj(?:on|a|ak)?|hivhat|mob|mobitel\pL*|nazovite|pozovite|poklicite|suna|sunati|helista\pL*|skambin\pL*
    zvan\pL*|talrun\pL*|hubungi|telepon|telp|hp|ponsel|goi|dien thoai|sdt|телефон\pL*|тел|моб|мобильн\pL*
    сотов\pL*|позвон\pL*|звон\pL*|обад\pL*|зателефон\pL*|дзвон\pL*|мобилен|позов\pL*|мобилни
    τηλέφων\pL*|τηλ|κινητ\pL*|καλέσ\pL*|κλήσ\pL*|טלפון|נייד|להתקשר|התקשר|هاتف|جوال|موبايل|الاتصال|اتصل|تلفن|همراه
    تماس|फ़ोन|फोन|मोबाइल|कॉल करें|โทร|มือถือ|電話|携帯|連絡先|电话|手机|手機|联系|拨打|撥打|致电|전화|휴대폰
    핸드폰|연락처
""")
"""Before a telephone number."""

NUMBER = _alternatives(r"""
    number|numbers|registered|contact|back (?:on|at)|(?:messages?|texts?|texted) (?:to|from|on|at)
    nummer|numero|numer|numeru|numeron|numeroni|numeroani|numerosta
    cislo|cisle|broj|broju|stevilk\pL*|szam|szamom|szamon|numar|numarul|numeris|numurs|numuru|nomor
    so (?:moi|may|dt|cua toi)|contacto|contato|recapito
    kontakt\pL*|yhteystieto\pL*|numara\pL*|номер\pL*|αριθμ\pL*|מספר|رقمي|رقم|شماره
    नंबर|เบอร์|เลขหมาย|番号|号码|號碼|번호
""")
"""Number, contact: before a telephone number if it has the form of one."""

PHONE_AFTER = _alternatives(r"""
    szamon|numarasindan|numarali|numaram|telefonszam|にお?電話|まで連絡|に連絡|로 전화|으로 전화|번으로|联系|聯絡
    पर कॉल|पर संपर्क
""")
"""Behind a telephone number, in languages that name it last."""

BIRTH = _alternatives(r"""
    dob|d\.o\.b|(?:date|day) of birth|birth ?dates?|birthday|date_of_birth|my birth|geburtsdatum|geburtstag|geb
    date de naissance|ddn|ne\(e\) le|fecha de nac(?:imiento)?|fec\.? nac|f\. ?nac
    data di nascita|data de nasc(?:imento)?|dt nasc|nasc|nascimento
    geboortedatum|syntymaaika|synt|fodselsdato|fodselsdag|fodelsedatum|fodd|fodt|data urodzenia|ur|dogum tarihi
    dogumlu|datum narozeni|datum narodenia|datum rodenja|datum rojstva|nar|szuletesi (?:datum|ido)\pL*|szul
    data nasterii|sunnikuupaev|sunniaeg|gimimo data|dzimsanas (?:datums|dati)|ngay sinh|sinh ngay|tanggal lahir
    tgl lahir|tarikh lahir|petsa ng kapanganakan|дата рожд\pL*|д\.р|дата народження|дата на раждане|датум рођења
    роден на|ημερομηνία γέννησης|ημ\. γέννησης|生年月日|誕生日|出生日期|出生年月|生日|생년월일|생일|วันเกิด
    วันเดือนปีเกิด|תאריך לידה|تاريخ الميلاد|تاریخ تولد|जन्म तिथि|जन्मतिथि|जन्म दिनांक
""")
"""Names a birth date, whatever its form."""

BORN = _alternatives(r"""
    born|born on|b\.|geboren|geb|ne le|nee le|nacid[oa](?: el)?|nat[oa](?: il)?|nascid[oa](?: em| a)?|geboren op
    fodt(?: den)?|fodd(?: den)?|syntynyt|urodzon[ya]|ur|narozen[a]?|naroden[ay]?|narodil[a]? sa|rodena?|rojena?
    szuletett|nascut[a]?(?: la)?|sundinud|gimes|gimusi|dzimis|dzimusi|lahir(?: tanggal)?|sinh(?: ngay)?|родил\pL*
    рождён|рожден\pL*|народи\pL*|роден\pL*|рођен\pL*|γεννήθηκε(?: στις)?|γεννηθεί\pL*|נולד|נולדה|مواليد|ولد في
    เกิดวันที่
""")
"""Says that somebody was born: a birth date if the date is written in digits, as forms do and encyclopaedias do not.
Not in Chinese and Japanese, where both do."""

BORN_AFTER = _alternatives(r"""
    dogumlu|日生まれ|일생|일 출생|-?[ae]n szuletett
""")
"""The same, behind the date."""

PASSPORT = _alternatives(r"""
    passports?|passport (?:number|no)|travel document|reisepass\pL*|pass-?nr|passnummer|passeport|pasaporte
    passaporto|paspoort\pL*|passaporte|paszport\pL*|passi|passin numero|pasaport\pL*|pasnummer|pas nr|cislo pasu
    pas c|utlevel\pL*|putovnic\pL*|potni list|potnega lista|passi number|paso numeris|pases numurs|paspor|ho chieu
    паспорт\pL*|загранпаспорт\pL*|пасош\pL*|διαβατήρι\pL*|דרכון|جواز السفر|جواز سفر|گذرنامه|여권|護照|护照|旅券
    パスポート|หนังสือเดินทาง|पासपोर्ट
""")
"""Names a passport."""

LICENCE = _alternatives(r"""
    driver'?s? ?licen[cs]e|driving licen[cs]e|licen[cs]e (?:number|no|#)|dl|dl#|fuhrerschein\pL*
    permis de conduire|permis de conducere|permiso de (?:conducir|conduccion)|carnet de conducir|licencia de conducir
    licencia de conduccion|patente|patente di guida|rijbewijs\pL*|prawo jazdy|prawa jazdy|korkort\pL*|ajokort\pL*
    korekort\pL*|forerkort\pL*|carta de conducao|cnh|ridicsk\pL+ prukaz\pL*|vodicsk\pL+ preukaz\pL*
    jogositvany\pL*|vezetoi engedely\pL*|permis(?:ul)? auto|vozack\pL+ dozvol\pL*|voznisk\pL+ dovoljenj\pL*
    juhilub\pL*|juhiloa\pL*|vairuotojo pazymejim\pL*|vaditaja apliecib\pL*|ehliyet\pL*|surucu belgesi|nomor sim
    lesen memandu|giay phep lai xe|gplx|водительск\pL+ удостоверени\pL*|водійськ\pL+ посвідчення|посвідчення водія
    шофьорска книжка|свидетелство за управление|возачка дозвола|δίπλωμα οδήγησης|άδεια οδήγησης|רישיון נהיגה
    רישיון הנהיגה|رخصة القيادة|رخصة قيادة|گواهینامه|運転免許|免許証番号|驾驶证|駕照|驾照|운전면허|ใบขับขี่
    ड्राइविंग लाइसेंस
""")
"""Names a driving licence."""

PLATE = _alternatives(r"""
    licen[cs]e plates?|number plates?|plate (?:number|no)|registration (?:number|no|plate)|vehicle registration
    vrm|reg\.? no|car reg|kennzeichen|kfz-?kennzeichen|nummernschild|autonummer|plaque d'immatriculation|plaques?
    immatricul\pL*|matriculas?|placas?|targa|targata?|chapa|kenteken\pL*|nummerplat\pL*|nummerplad\pL*|nummerskylt
    registreringsnummer|regnr|reg-?nr|rekisterinumero\pL*|rekkari|rekisteritunnus|numer rejestracyjny
    tablica rejestracyjna|nr rej|spz|ecv|evc|rendszam\pL*|numar(?:ul)? de inmatriculare
    registarsk\pL+ (?:oznak\pL*|tablic\pL*)|registrsk\pL+ (?:stevilk\pL*|tablic\pL*)|registreerimisnum\pL*
    valstybin\pL+ numer\pL*|registracijas numurs|plaka|nomor polisi|plat nomor|nopol|bien so(?: xe)?|госномер\pL*
    гос\. номер|номерн\pL+ знак\pL*|рег\. номер|регистрационен номер|πινακίδ\pL*|αριθμός κυκλοφορίας|מספר רכב
    לוחית רישוי|رقم اللوحة|لوحة السيارة|پلاک|車のナンバー|ナンバープレート|車両番号|车牌|車牌|차량번호|번호판
    ทะเบียนรถ|वाहन संख्या|गाड़ी नंबर
""")
"""Names a vehicle's registration."""

IDENTITY = _alternatives(r"""
    ni (?:number|no)|fnr|personnr|fodselsnr|cpr-?nr|pnr|f\.?nr|p\.?nr|r\. ?c|c\. ?f|ahv|avs|תז|ת"ז|ת״ז
    national id(?:entification|entity)?(?: (?:number|no|card))?
    identity (?:card|number|document)(?: (?:number|no))?|id card(?: (?:number|no))?|citizen(?:ship)? (?:id|number)
    resident id|national insurance(?: (?:number|no))?|nino
    personal (?:id|identification|identity) (?:number|code|no)|social security(?: (?:number|no))?|ssn
    government id|ausweis-?(?:nummer|nr)|personalausweis(?:nummer|nr)?|sozialversicherungsnummer|sv-?nummer|svnr
    ahv-?(?:nr|nummer)|numero de securite sociale|securite sociale|secu|numero national|carte d'identite|dni
    numero de identificacion|documento de identidad|cedula(?: de (?:ciudadania|identidad))?|curp|nss|rut
    codice fiscale|carta d'identita|cpf|nif|niss|cartao de cidadao|bilhete de identidade|bsn|burgerservicenummer
    rijksregisternummer|cpr(?:-?(?:nummer|nr))?|personnummer|samordningsnummer|fodselsnummer|henkilotunnu\pL*|hetu
    sotu|kennitala|pesel\pL*|dowod osobisty|rodne cislo|rodneho cisla|obcansky prukaz|obciansky preukaz
    szemelyi (?:szam\pL*|igazolvany\pL*)|taj(?:-?| )szam\pL*|adoazonosito\pL*|cnp(?:-ul)?|oib|jmbg|emso
    isikukood\pL*|asmens kod\pL*|personas kod\pL*|tc kimlik\pL*|t\.?c\.? kimlik(?: no)?|tckn|kimlik no|nik|ktp
    nric|mykad|cccd|cmnd|can cuoc|инн|снилс|егн|іпн|рнокпп|јмбг|ідентифікаційн\pL+ (?:код|номер)|лична карта|αφμ
    αμκα|αριθμός ταυτότητας|αδτ|תעודת זהות|תעודת הזהות|ת\.ז|מספר זהות|رقم الهوية|الهوية الوطنية|الرقم القومي
    بطاقة الهوية|کد ملی|マイナンバー|個人番号|身份证|身分證|주민등록번호|주민번호|บัตรประชาชน|ประจำตัวประชาชน|आधार
    पैन नंबर|c\.f
""")
"""Names a personal identity, social security or tax number."""

BANK_ACCOUNT = _alternatives(r"""
    account (?:number|no|nr|#)|acct|acct no|a/c|bank account|checking account|savings account|beneficiary account
    kontonummer|konto-?nr|bankverbindung|kontonr|bankgiro|plusgiro|reg\.? ?nr|numero de cuenta
    cuenta (?:bancaria|corriente|de ahorros)|clabe|cbu|cvu|ccc|numero de compte|compte bancaire|rib|conto corrente
    c/c|conta (?:bancaria|corrente|poupanca)|nib|agencia e conta|rekeningnummer|numer (?:konta|rachunku)
    rachunek bankowy|nr konta|cislo uctu|bankszamla\pL*|szamlaszam\pL*|tilinumero\pL*|hesap (?:no|numara\pL*)
    iban(?: no)?|broj racuna|stevilka racuna|cont bancar|nomor rekening|no\. rek|no rekening|so tai khoan|stk
    so tk|номер счета|номер счёта|расчетный счет|расчётный счёт|р/с|номер рахунку|банкова сметка
    αριθμός λογαριασμού|מספר חשבון|חשבון בנק|رقم الحساب|حساب بنكي|口座番号|銀行口座|银行账号|银行卡号|银行账户
    帳號|账号|계좌번호|계좌|เลขที่บัญชี|บัญชีธนาคาร|खाता संख्या|खाता नंबर
""")
"""Names an account at a bank."""

RECORD = _alternatives(r"""
    mrn|medical record(?: number| no)?|patient (?:id|number|no|record)|chart (?:number|no)
    health (?:insurance )?(?:number|no|id|card)|policy (?:number|no)|insurance (?:number|no|id)
    member (?:id|number|no)|subscriber id
    (?:customer|client|employee|staff|student|personnel|membership|badge|payroll) (?:id|number|no|nr)
    (?:case|claim|beneficiary|applicant|tenant|pupil|inmate|loyalty) (?:id|number|no|nr)
    emp(?:loyee)? ?id|cust(?:omer)? ?id|worker id|patienten-?(?:nummer|nr|id)|versicherten-?(?:nummer|nr)
    krankenversicherten\pL*|kunden-?(?:nummer|nr)|personal-?(?:nummer|nr)|mitarbeiter-?(?:nummer|nr)
    matrikel-?(?:nummer|nr)|mitglieds-?(?:nummer|nr)|(?:versicherungs|fall|vertrags)-?(?:nummer|nr)
    numero (?:de |du |d')(?:patient|dossier|client|cliente|paciente|assure|adherent|employe|empleado|etudiant)
    numero de (?:socio|expediente|historia clinica)
    matricule|dossier medical|historia clinica(?: n\pL*)?|numero d'assure
    numero (?:paziente|cliente|cartella|tessera|dipendente)|cartella clinica|codice (?:cliente|paziente)
    tessera sanitaria|numero (?:do|de) (?:utente|prontuario|processo)|prontuario|cartao (?:sus|nacional de saude)
    patientnummer|klantnummer|personeelsnummer|polisnummer|kundnummer|kundenummer|anstallningsnummer|potilasnumero
    asiakasnumero|numer (?:pacjenta|klienta|pracownika|polisy)|cislo (?:pacienta|zakaznika|pojistence)|hasta no
    musteri no|dosya no|sicil no|nomor (?:pasien|pelanggan|karyawan|rekam medis|bpjs)
    ma (?:benh nhan|khach hang|nhan vien)|номер (?:пациента|клиента|карты пациента|полиса|сотрудника)
    табельный номер|полис омс|患者番号|患者ID|診察券番号|保険証番号|顧客番号|社員番号|会員番号|病历号|住院号
    门诊号|员工编号|工号|客户编号|客户号|환자번호|고객번호|사번|사원번호|회원번호|رقم المريض|رقم العميل|رقم الموظف
    מספר לקוח|מספר עובד|מספר מטופל
""")
"""Names a number under which an organisation keeps a person: patient, customer, employee, member."""
