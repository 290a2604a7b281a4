"""The words that make a name personal, by what they mean, in some twenty languages.

Alternatives of RE2 patterns for folded text, to be used through `words.as_words`. They are general words of each
language; a word that also belongs to public matters (an order, a journal) stands in the lists that need a known given
name beside it.
"""

ROLES = (
    "patients?|patientin|patiente|patienten|pasienten|paciente|paziente|patientka|pacient(?:ka|a|ul|ului)?|"
    "pacjent(?:ka|a|ki|owi)?|potilas|potilaan|hasta(?:miz)?|beteg(?:unk)?|пациент(?:ка|а|ки|у)?|пацієнт(?:ка|а)?|"
    "ασθενης|المريض|المريضة|customer|client[ae]?|klient(?:en|in|ka|a|ki|ul|ului)?|kund(?:e|en|in)|cliente|klant|"
    "kunden|clientul|clienta|ugyfel(?:unk)?|asiakas|asiakkaan|asiakkaamme|musteri(?:miz|si)?|zakazni(?:k|ce)|"
    "клиент(?:ка|а|ки|у)?|клієнт(?:ка|а)?|πελατης|πελατισσα|العميل|العميلة|الزبون|(?:clientul|clienta|"
    "pacientul) (?:nostru|noastra)|tenant|claimant|policy ?holder|account ?holder|card ?holder|debtor|borrower|"
    "complainant|job applicant|mieter(?:in|s)?|versicherte[rn]?|bewerber(?:in|s)?|antragsteller(?:in|s)?|"
    "mandant(?:in|en)?|schuldner(?:in|s)?|kontoinhaber(?:in)?|locataire|assuree?|adherente?|titulaire|"
    "inquilin[oa]|asegurad[oa]|solicitante|deudor(?:a)?|assicurat[oa]|richiedente|debitore|locatari[oa]|"
    "segurad[oa]|utente|devedor(?:a)?|huurder|verzekerde|sollicitant|najemc[ay]|ubezpieczon[ya]|hyresgasten?|"
    "lejer(?:en)?|leietaker(?:en)?|vuokralainen|kiraci(?:miz)?|najemce|najomca|арендатор|заявитель|должник|मरीज|"
    "रोगी|ग्राहक|कर्मचारी"
)
"""Who is served: patients, customers, tenants, the insured."""

COLLEAGUES = (
    "colleague|co-?worker|employee|staff member|intern|trainee|mitarbeiter(?:in|s)?|kolleg(?:e|en|in)|"
    "angestellte[rn]?|salariee?|employee?|collegue|collaboratrice|emplead[oa]|trabajador(?:a)?|companer[oa]|"
    "dipendente|collega|funcionari[oa]|empregad[oa]|colaborador(?:a)?|medewerk(?:er|ster)|werknemer|pracowni(?:k|"
    "ca|ka|kowi)|medarbetaren?|medarbejder(?:en)?|tyontekija|calisan(?:imiz)?|zamestnan(?:ec|kyne|ca)|"
    "munkavallalo|angajat(?:ul|a)|сотрудни(?:к|ца|ка|цы|ку)|працівни(?:к|ця)|الموظف|الموظفة"
)
"""Who works here."""

NOT_OURS = (
    r"(?:-|\b(?:sein|ihr|his|her|their|son|sa|su|suo|sua|seu|zijn|haar|jego|jej|hans|hendes|former|ehemalig|"
    r"damalig|langjahrig|ancien|antig|ex|ex-|oud-|byl)\pL* )\pL+[ ,:]{0,2}"
)
"""A colleague of somebody else's, or of former times, is what news and encyclopaedias tell of."""

RELATIONS_OF_MINE = (
    "(?:my|our) (?:(?:ex|late|older|younger|elder|little|new|former|own|step)[- ])?(?:wife|husband|spouse|son|"
    "daughter|mother|mom|mum|father|dad|brother|sister|partner|girlfriend|boyfriend|fiancee?|boss|manager|"
    "supervisor|colleague|co-?worker|neighbou?r|landlord|landlady|friend|doctor|therapist|lawyer|accountant|kid|"
    "child|uncle|aunt|cousin|nephew|niece|grandmother|grandfather|grandma|grandpa|roommate|flatmate|patient|"
    "client|customer|employee|tenant|student|assistant|nanny|secretary|teacher)|(?:mein|unser)(?:e|er|em|en|"
    "es)? (?:frau|mann|ehemann|ehefrau|sohn|tochter|mutter|vater|bruder|schwester|partner|partnerin|freund|"
    "freundin|chef|chefin|kollege|kollegin|kollegen|nachbar|nachbarin|vermieter|vermieterin|arzt|arztin|kind|"
    "onkel|tante|oma|opa|schwager|schwagerin|mitarbeiter|mitarbeiterin|kunde|kundin|kunden)|(?:ma|mon|"
    "notre) (?:femme|mari|epouse|epoux|fils|fille|mere|pere|frere|s(?:oe|o)ur|compagne|compagnon|copine|copain|"
    "patronn?e?|chef|collegue|voisine?|proprietaire|medecin|ami|amie|oncle|tante|cousine?|cliente?|patiente?)|"
    "(?:mi|nuestr[oa]) (?:mujer|esposa|esposo|marido|hij[oa]|madre|padre|herman[oa]|pareja|novi[oa]|jef[ea]|"
    "colega|companer[oa]|vecin[oa]|caser[oa]|medic[oa]|amig[oa]|ti[oa]|prim[oa]|abuel[oa]|cliente|clienta)|"
    "(?:mi[oa]|nostr[oa]) (?:moglie|marito|figli[oa]|madre|padre|fratello|sorella|compagn[oa]|ragazz[oa]|capo|"
    "collega|vicin[oa]|padrone di casa|medico|amic[oa]|zi[oa]|cugin[oa]|nonn[oa]|cliente)|(?:minha|meu|"
    "noss[oa]) (?:mulher|esposa|marido|esposo|filh[oa]|mae|pai|irma|irmao|companheir[oa]|namorad[oa]|chefe|"
    "colega|vizinh[oa]|senhori[oa]|medic[oa]|amig[oa]|ti[oa]|prim[oa]|avo|cliente)|(?:mijn|onze|ons) (?:vrouw|"
    "man|zoon|dochter|moeder|vader|broer|zus|partner|vriend|vriendin|baas|collega|buurman|buurvrouw|huisbaas|"
    "huisarts|arts|kind|oom|tante|oma|opa|klant|medewerker)|(?:moja|moj|mojego|mojej|nasz|nasza) (?:zona|maz|syn|"
    "corka|matka|ojciec|brat|siostra|partner(?:ka)?|chlopak|dziewczyna|szef(?:owa)?|kolega|kolezanka|"
    "sasiad(?:ka)?|lekarz|lekarka|klient(?:ka)?)|(?:min|mitt|mit|var|vores|var) (?:fru|kona|kone|hustru|man|mann|"
    "mand|son|sonn|dotter|datter|mamma|pappa|mor|far|bror|soster|syster|sambo|samboer|chef|sjef|kollega|granne|"
    "nabo|lakare|laege|lege|vaninna|van|venn|ven|kund|kunde)|vaimoni|mieheni|poikani|tyttareni|aitini|isani|"
    "veljeni|siskoni|pomoni|ystavani|esim|kocam|karim|oglum|kizim|annem|babam|kardesim|patronum|komsum|arkadasim|"
    "muduru?m|felesegem|ferjem|fiam|lanyom|anyam|apam|fonokom|baratom|(?:moje|muj|moj) (?:zena|manzelka|manzel|"
    "syn|dcera|matka|otec|bratr|sestra|partner(?:ka)?|sef(?:ova)?|kolega|kolegyne|soused(?:ka)?|lekar(?:ka)?)|"
    "(?:sotia|sotul|fiul|fiica|mama|tatal|fratele|sora|seful|colegul|colega|vecinul|prietenul|prietena) (?:mea|"
    "meu)|(?:моя|мой|моего|моей|наш|наша) (?:жена|муж|сын|дочь|мать|отец|брат|сестра|начальник|коллега|сосед|"
    "соседка|врач|клиент|клиентка|пациент|пациентка)|η γυναικα μου|ο αντρας μου|ο συζυγος μου|η συζυγος μου|"
    "ο γιος μου|η κορη μου|زوجتي|زوجي|ابني|ابنتي|والدي|والدتي|مديري|मेरी पत्नी|मेरे पति|मेरा बेटा|मेरी बेटी"
)
"""Persons by their relation to the speaker."""

MATTERS_EN = (
    "salary|pay ?(?:slip|stub|check|cheque|roll|rise)|refund|reimbursement|invoices?|bank (?:account|details)|"
    "account (?:number|balance|details)|credit (?:card|score|limit|rating)|loan|mortgage|rent arrears|"
    "unpaid rent|(?:home|e-?mail|postal|mailing|billing|shipping|delivery|private|current) address|phone number|"
    "mobile number|telephone number|contact details|date of birth|passport(?: number)?|medical (?:records?|file|"
    "history|certificate|bills?)|prescriptions?|medication|(?:lab|test|blood|biopsy|scan|mri|exam) results?|"
    "biopsy|blood (?:pressure|test|sugar)|x-?ray|treatment plan|appointment|check-?up|insurance (?:claim|card|"
    "policy|number)|sick (?:leave|note|days?)|(?:maternity|paternity|parental|medical) leave|performance review|"
    "appraisal|employment contract|personnel file|disciplinary (?:hearing|record)|warning letter|notice period|"
    "resignation letter|overtime|holiday entitlement|vacation days|subscription|order (?:number|history)|"
    "password|social security number|tax (?:id|file|number)|visa application|custody (?:case|hearing)|grades?|"
    "attendance record|tasks|leads|calendar|inbox"
)
"""Personal matters that English names take with 's or of."""

MATTERS_OTHER = (
    "gehalts?|gehaltsabrechnung|lohnabrechnung|ruckerstattung|erstattung|kontonummer|bankverbindung|kontostand|"
    "kredit(?:antrag|karte)?|privatadresse|anschrift|telefonnummer|handynummer|geburtsdatum|krankenakte|"
    "patientenakte|krankmeldung|krankschreibung|laborwerte|blutwerte|medikamente|arzttermin|versicherungsnummer|"
    "steuernummer|arbeitsvertrag|arbeitszeugnis|personalakte|abmahnung|kundigung|uberstunden|urlaubsantrag|"
    "beschwerde|salaire|fiche de paie|bulletin de (?:paie|salaire)|remboursement|numero de (?:compte|telephone|"
    "securite sociale|client)|coordonnees|date de naissance|dossier medical|ordonnance|analyses|arret (?:maladie|"
    "de travail)|contrat de travail|entretien annuel|abonnement|reclamation|salario|sueldo|nomina|reembolso|"
    "numero de (?:cuenta|telefono|la seguridad social|cliente)|datos bancarios|fecha de nacimiento|"
    "historia(?:l)? (?:clinica|clinico|medica|medico)|baja (?:medica|laboral)|contrato de trabajo|reclamacion|"
    "hipoteca|stipendio|busta paga|rimborso|numero di (?:conto|telefono)|data di nascita|cartella clinica|"
    "appuntamento|contratto di lavoro|reclamo|mutuo|congedo|holerite|numero da conta|numero de telefone|"
    "telemovel|data de nascimento|prontuario|baixa medica|licenca medica|salaris|loonstrook|terugbetaling|"
    "rekeningnummer|telefoonnummer|geboortedatum|medisch dossier|ziekmelding|ziekteverlof|arbeidscontract|"
    "hypotheek|wynagrodzenie|pensja|zwrot|numer (?:konta|telefonu)|data urodzenia|dokumentacja medyczna|"
    "zwolnienie lekarskie|umowa o prace|reklamacja|czynsz|lonen|lonnen|lonespecifikation|aterbetalning|refusjon|"
    "kontonummer|personnummer|patientjournal|sjukskrivning|sygemelding|sykmelding|klagomal|palkka|tilinumero|"
    "puhelinnumero|sairausloma|potilastiedot|valitus|maas[i]?|maasini|iade|hesap numarasi|telefon numarasi|mzda|"
    "vyplata|cislo uctu|zdravotni karta|stiznost|зарплат[аеуы]|счет|номер (?:счета|телефона)|медкарт[ау]|диагноз|"
    "больничный|рецепт|заказ|жалоб[ау]|возврат"
)
"""The same in other languages."""

MATTERS_OF_THINGS = (
    "(?:mortgage|loan|job|rental|insurance|visa) applications?|complaint|invoice|termin|bestellung|commande|"
    "rendez-vous|cita|pedido|receta|analisis|expediente|ordine|esami|ricetta|encomenda|exames|receita|renda|"
    "consulta|recept|uitslag|afspraak|bestelling|huur|wizyta|wyniki|recepta|zamowienie|bestallning|bestilling|"
    "tilaus|lasku|plat|randevu|recete|objednavka|rezept|befund|diagnose|diagnostic|diagnosi|diagnostico|loyer|"
    "alquiler|affitto|aluguel|factura|facture|fattura|fatura|faktura|factuur|rechnung|queja|klage|klacht"
)
"""Matters that things and organisations have as well."""

SITUATIONS = (
    r"salary|payslip|pay ?rise|payroll|refund(?:ed)?|reimburse\w*|overdue|arrears|sick (?:leave|note)|on sick|"
    r"(?:maternity|paternity|parental) leave|prescribed|prescription|biopsy|lab results|blood (?:pressure|sugar|"
    r"test)|allergic to|\d+ ?mg|medication|appointment|check-?up|overtime|warning letter|performance review|"
    r"notice period|mortgage application|loan application|credit score|owes|rent arrears|months of rent|"
    r"insurance (?:card|claim)|claim number|account (?:number|balance|details)|(?:close|cancel) (?:his|her|their|"
    r"the) (?:account|contract|subscription|order|policy|membership)|called (?:twice|again|about|to complain)|"
    r"complain(?:ed|s|ing)? (?:about|to us|that)|direct debit|bank details|medical (?:record|history|"
    r"certificate)s?|social worker|probation period|home address|contact details|voicemail|next of kin|"
    r"emergency contact|disciplinary|grievance|hospitali[sz]ed|admitted to (?:the )?(?:ward|hospital|icu)|"
    r"symptoms|diagnosis|tested positive|wants (?:a refund|to (?:cancel|return|close|dispute))|earns|per hour|"
    r"take-home|delivery (?:was|is|has)|order number|gehalt|gehaltserhohung|ruckerstattung|kranksgeschrieben|"
    r"krankgeschrieben|krankmeldung|krankgemeldet|rezept|befund|allergisch|vertragt kein\w*|arzttermin|"
    r"uberstunden|abmahnung|kundigungsfrist|vertrag (?:zu )?kundigen|kontonummer|bankverbindung|mahnung|rechnung|"
    r"monatsmieten?|mietruckstand|beschwert|beschwerde|storniert?|stornieren|elternzeit|mutterschutz|"
    r"versichertenkarte|krankenkasse|schuldet|verdient|salaire|remboursement|arret (?:maladie|de travail)|"
    r"conge (?:maternite|maladie|parental)|ordonnance|allergique|rendez-vous|facture|impaye\w*|loyers?|resilier|"
    r"resiliation|plaint|plainte|reclamation|carte vitale|mutuelle|decouvert|virement|fiche de paie|"
    r"heures supplementaires|augmentation|licenciement|sueldo|salario|reembolso|baja (?:por|medica|laboral)|"
    r"de baja|receta|alergic[oa]|factura|alquiler|quejo|queja|cancelar (?:su|el) (?:contrato|pedido|cuenta)|"
    r"tarjeta sanitaria|nomina|horas extras?|despido|devolucion|deuda|moros[oa]|stipendio|rimborso|in malattia|"
    r"ricetta|allergic[oa]|fattura|affitto|lamentat[oa]|disdire|tessera sanitaria|busta paga|straordinari|"
    r"licenziamento|reclamo|bolletta|reembolso|de baixa|licenca medica|alergic[oa]|fatura|aluguel|renda em atraso|"
    r"reclamou|cancelar o contrato|cartao de saude|holerite|horas extras|demissao|queixa|devolucao|salaris|"
    r"terugbetaling|ziek ?gemeld|ziekteverlof|recept|allergisch|factuur|huurachterstand|geklaagd|opzeggen|zorgpas|"
    r"loonstrook|overuren|ontslag|klacht|wynagrodzenie|zwrot|zwolnieniu (?:lekarskim)?|recepta|uczulenie|"
    r"faktur[aey]|czynsz|reklamacj[aei]|rozwiazac umowe|wypowiedzenie|nadgodziny|skarg[aei]|lonen|lonnen|"
    r"sjukskriven|sygemeldt|sykmeldt|allergisk|faktura|hyresskuld|husleje|klagat|klaget|saga upp|opsige|"
    r"uppsagning|overtid|aterbetalning|refusion|refusjon|palkka\w*|sairauslomalla|allerginen|lasku\w*|vuokra|"
    r"valittanut|irtisanoa|hyvitys\w*|maas\w*|raporlu|alerjik|fatura\w*|kira|sikayet|iptal|recete\w*|randevu\w*|"
    r"borc\w*|iade\w*|nemocenske|alergick[yaeu]|faktur[aeuy]|najemne|stezoval\w*|staznost\w*|vypoved\w*|"
    r"reklamac\w*|mzd\w*|szamla\w*|fizetes\w*|tappenz\w*|allergias|panasz\w*|berleti|factur[ai]|salariul|"
    r"concediu (?:medical)?|alergic[a]?|chiri[ae]|reclamati[ae]|rambursar\w*|зарплат\w*|больничн\w*|рецепт\w*|"
    r"аллерги\w*|не переносит|счет\w*|аренд\w*|жалоб\w*|пожаловал\w*|возврат\w*|расторгнуть|лікарнян\w*|"
    r"лікарня\w*|рахунок|скарг\w*|непереносим\w*"
)
"""Words that mostly stand in personal matters; they need a known given name beside them."""

STATES = (
    r"(?:on|off) (?:\pL+ )?(?:sick|sick leave|maternity leave|paternity leave|parental leave)|called in sick|"
    r"(?:called|phoned|rang|wrote)(?: \pL+)? (?:about (?:his|her|their)|to (?:complain|cancel|ask about (?:his|"
    r"her|their)))|owes (?:us|me|\d)|still owes|earns (?:\pL+ )?[\d$€£]|has an appointment|has been prescribed|"
    r"takes \d+ ?mg|is allergic to|(?:wants|would like) (?:a refund|to (?:cancel|close|dispute|return) (?:his|her|"
    r"their))|krankgeschrieben|krankgemeldet|schuldet uns|vertragt kein\pL*|arret maladie|arret de travail|"
    r"nous doit|est allergique|de baja (?:por|medica|laboral)|nos debe|es alergic[oa]|in malattia|ci deve|"
    r"e allergic[oa]|de baixa medica|de licenca medica|ziek ?gemeld|met ziekteverlof|zwolnieniu lekarskim|"
    r"sjukskriven|sygemeldt|sykmeldt|sairauslomalla|raporlu|nemocenske|nemocenskej|na pn|betegszabadsagon|"
    r"tappenzen|concediu medical|на больничном|на лікарняному"
)
"""What is said of somebody in particular; any name in front of it counts."""

CONTRACTS = "contract|vertrag|contrat|contrato|contratto|umow[aey]|smlouv[auy]|договор\\w*"
CLOSINGS = (
    "(?:best|kind|warm|kindest|warmest)? ?regards|best wishes|yours (?:sincerely|faithfully|truly)|"
    "sincerely(?: yours)?|respectfully|mit (?:freundlichen|besten|herzlichen|lieben) grussen|(?:viele|beste|"
    "liebe|freundliche|herzliche) grusse|hochachtungsvoll|cordialement|bien (?:cordialement|a vous)|(?:mes |"
    "nos )?(?:sinceres |meilleures )?salutations(?: distinguees)?|bien a vous|"
    "(?:un )?(?:cordial )?saludos?(?: cordial(?:es)?)?|atentamente|(?:cordiali|distinti) saluti|cordialmente|"
    "atenciosamente|com os melhores cumprimentos|cumprimentos|atentamente|abracos|met (?:vriendelijke|"
    "hartelijke) groet(?:en)?|hoogachtend|z powazaniem|pozdrawiam|z wyrazami szacunku|(?:med )?(?:vanliga|"
    "vennlig|vennlige|venlig|venlige|basta) (?:halsningar|hilsen|hilsener|halsning)|(?:ystavallisin|"
    "parhain) terveisin|terveisin|saygilarimla|saygilarimizla|s (?:pozdravem|pozdravom|uctou)|tisztelettel|"
    "udvozlettel|cu (?:stima|respect)|с уважением|з повагою|με εκτιμηση|مع التحية|مع خالص التحيات|भवदीय"
)
"""How letters end."""

SALUTATIONS = (
    r"dear|sehr geehrte[r]?|liebe[r]?|werte[r]?|cher|chere|estimad[oa]|querid[oa]|apreciad[oa]|gentile|egregi[oa]|"
    r"spettabile|car[oa]|prezad[oa]|exm[oa]\.?|beste|geachte|szanown[yai]e?|drog[ia]|basta|kara|kare|kjaere|kaere|"
    r"hyva|sayin|vazen[ya]|mil[ya]|stimat[ea]|tisztelt|kedves|уважаем(?:ый|ая)|дорог(?:ой|ая)|шановн(?:ий|а)|"
    r"αγαπητ[ηεο]|αξιοτιμ[ηε]"
)
"""How letters begin."""

NAME_FIELDS = (
    r"patient(?:in)?|full name|patient(?:'s)? name|name of (?:patient|customer|insured|tenant)|insured|employee|"
    r"customer|vor- und nachname|nachname, vorname|nom et prenoms?|nombre y apellidos|nombre completo|"
    r"nome e cognome|nome completo|imie i nazwisko|namn|fullt navn|koko nimi|ad(?:i)? ?(?:ve )?soyad(?:i)?|"
    r"jmeno a prijmeni|meno a priezvisko|фио|ф\.и\.о\.?|фамилия(?:,)? имя|піб|teljes nev|nev|nume si prenume|"
    r"ονοματεπωνυμο|الاسم|नाम"
)
"""Labels of fields that hold a person's name."""

RECORD_FIELDS = (
    r"diagnos(?:is|e|tic|tico|i)|allerg\w*|medication|phone|tel|mobile|e-?mail|address|dob|date of birth|account|"
    r"iban|salary|position|department|policy|claim|order|customer (?:no|id)|telefon|adresse|geburtsdatum|konto|"
    r"gehalt|telephone|compte|salaire|telefono|direccion|cuenta|indirizzo|telefone|rozpoznanie|диагноз|診断|诊断|진단|"
    r"الهاتف|التشخيص|निदान|telefoon|puhelin|adres|teshis"
)
"""Labels of other fields of a record about a person."""

HAN_SURNAMES = (
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖萧田董袁潘于蒋蔣蔡余杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鍾谭譚陆陸汪范石廖贾賈夏韦韋付方白邹鄒孟熊秦邱江尹薛闫段雷侯龙"
    "龍史陶黎贺賀顾顧毛郝龚龔邵万萬钱錢严嚴覃武戴莫孔向汤湯"
)
"""The commonest Chinese surnames, simplified and traditional."""

HANGUL_SURNAMES = (
    "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진지엄채원천방공현함변염여추도소"
)
"""The commonest Korean surnames."""

CJK_MATTERS = (
    "工资|薪水|薪資|退款|投诉|投訴|诊断|診斷|过敏|過敏|病历|病歷|病假|电话|電話|地址|住址|账号|帳號|账单|欠款|贷款|请假|合同|预约|處方|处方|給与|給料|返金|住所|予約|診断|アレルギー|休暇|"
    "休職|苦情|電話番号|口座|請求|処方|入院|契約|급여|환불|불만|진단|알레르기|병가|전화|주소|계좌|청구|예약|처방|입원|계약|대출"
)
"""Personal matters in Chinese, Japanese and Korean."""

PERSONAL_WORDS = f"{SITUATIONS}|{STATES}|{RELATIONS_OF_MINE}|{MATTERS_EN}|{MATTERS_OTHER}"
"""All that makes a name beside it personal, for recognisers of names that read meaning."""
