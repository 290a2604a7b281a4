"""Persons' names where the words around them say something personal: a role (patient, customer, tenant), a relation,
money, health, work, a contract, a letter. In some twenty languages; a name alone is never found here.

The cues are what the words mean in each language, not sentences: a role or relation directly before the name; a
personal matter of the name ("her biopsy", "the refund of"); or a known given name near words that only occur in
personal matters. See docs/names.md.
"""

from lacuna.adapters.classifiers.recogniser import Recogniser
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
    r"(?:(?i:mrs?|ms|mx|miss|herrn?|frau|monsieur|madame|mademoiselle|mme|mlle|m|sr|sra|srta|don|dona|senora?|senhora?|"
    r"sig|sigra|sig\.ra|signor[aei]?|dott|dott\.ssa|dhr|mevr|mevrouw|meneer|heer|pan[iaou]?|pane|hr|fru|bay|bayan|"
    r"sayin|domnul|doamna|dl|dna|dr|ing|господин[ау]?|госпож[аеи]|пан[іу]?|г-н|г-жа|κυρι[οα]ς?|κυρια)\.?:? )"
)
_NAMED = rf"((?:(?:{_TITLE}){{1,2}}(?:{_P} ){{0,2}})?{_ANY})"
_OF = r"(?:of|for|from|by|to|von|vom|fur|an|de|du|d'|da|do|des|del|di|van|voor|til|till|for|av|af|para|per|pour|a)"

_ROLES = (
    r"patients?|patientin|patiente|patienten|pasienten|paciente|paziente|patientka|pacient(?:ka|a|ul|ului)?|pacjent(?:ka|a|"
    r"ki|owi)?|potilas|potilaan|hasta(?:miz)?|beteg(?:unk)?|пациент(?:ка|а|ки|у)?|пацієнт(?:ка|а)?|ασθενης|المريض|المريضة|"
    r"customer|client[ae]?|klient(?:en|in|ka|a|ki|ul|ului)?|kund(?:e|en|in)|cliente|klant|kunden|clientul|clienta|ugyfel(?:"
    r"unk)?|asiakas|asiakkaan|asiakkaamme|musteri(?:miz|si)?|zakazni(?:k|ce)|клиент(?:ка|а|ки|у)?|клієнт(?:ка|а)?|πελατης|"
    r"πελατισσα|العميل|العميلة|الزبون|"
    r"(?:clientul|clienta|pacientul) (?:nostru|noastra)|"
    r"tenant|claimant|policy ?holder|account ?holder|card ?holder|debtor|borrower|complainant|"
    r"job applicant|mieter(?:in|s)?|versicherte[rn]?|bewerber(?:in|s)?|antragsteller(?:in|s)?|mandant(?:in|en)?|"
    r"schuldner(?:in|s)?|kontoinhaber(?:in)?|locataire|assuree?|adherente?|titulaire|inquilin[oa]|asegurad[oa]|solicitante|"
    r"deudor(?:a)?|assicurat[oa]|richiedente|debitore|locatari[oa]|segurad[oa]|utente|devedor(?:a)?|huurder|verzekerde|"
    r"sollicitant|najemc[ay]|ubezpieczon[ya]|hyresgasten?|lejer(?:en)?|leietaker(?:en)?|vuokralainen|kiraci(?:miz)?|"
    r"najemce|najomca|арендатор|заявитель|должник|मरीज|रोगी|ग्राहक|कर्मचारी"
)
_COLLEAGUES = (
    r"colleague|co-?worker|employee|staff member|intern|trainee|mitarbeiter(?:in|s)?|kolleg(?:e|en|in)|angestellte[rn]?|salariee?|employee?|"
    r"collegue|collaboratrice|emplead[oa]|trabajador(?:a)?|companer[oa]|dipendente|collega|funcionari[oa]|empregad[oa]|"
    r"colaborador(?:a)?|medewerk(?:er|ster)|werknemer|pracowni(?:k|ca|ka|kowi)|medarbetaren?|medarbejder(?:en)?|"
    r"tyontekija|calisan(?:imiz)?|zamestnan(?:ec|kyne|ca)|munkavallalo|angajat(?:ul|a)|сотрудни(?:к|ца|ка|цы|ку)|"
    r"працівни(?:к|ця)|الموظف|الموظفة"
)
_NOT_OURS = (
    r"(?:-|\b(?:sein|ihr|his|her|their|son|sa|su|suo|sua|seu|zijn|haar|jego|jej|hans|hendes|former|ehemalig|damalig|langjahrig|"
    r"ancien|antig|ex|ex-|oud-|byl)\pL* )\pL+[ ,:]{0,2}"
)
"""A colleague of somebody else's, or of former times, is what news and encyclopaedias tell of."""
_RELATIONS_OF_MINE = (
    r"(?:my|our) (?:(?:ex|late|older|younger|elder|little|new|former|own|step)[- ])?(?:wife|husband|spouse|son|daughter|"
    r"mother|mom|mum|father|dad|brother|sister|partner|girlfriend|boyfriend|fiancee?|boss|manager|supervisor|colleague|"
    r"co-?worker|neighbou?r|landlord|landlady|friend|doctor|therapist|lawyer|accountant|kid|child|uncle|aunt|cousin|"
    r"nephew|niece|grandmother|grandfather|grandma|grandpa|roommate|flatmate|patient|client|customer|employee|tenant|"
    r"student|assistant|nanny|secretary|teacher)|"
    r"(?:mein|unser)(?:e|er|em|en|es)? (?:frau|mann|ehemann|ehefrau|sohn|tochter|mutter|vater|bruder|schwester|partner|"
    r"partnerin|freund|freundin|chef|chefin|kollege|kollegin|kollegen|nachbar|nachbarin|vermieter|vermieterin|arzt|"
    r"arztin|kind|onkel|tante|oma|opa|schwager|schwagerin|mitarbeiter|mitarbeiterin|kunde|kundin|kunden)|"
    r"(?:ma|mon|notre) (?:femme|mari|epouse|epoux|fils|fille|mere|pere|frere|s(?:oe|o)ur|compagne|compagnon|copine|copain|"
    r"patronn?e?|chef|collegue|voisine?|proprietaire|medecin|ami|amie|oncle|tante|cousine?|cliente?|patiente?)|"
    r"(?:mi|nuestr[oa]) (?:mujer|esposa|esposo|marido|hij[oa]|madre|padre|herman[oa]|pareja|novi[oa]|jef[ea]|colega|"
    r"companer[oa]|vecin[oa]|caser[oa]|medic[oa]|amig[oa]|ti[oa]|prim[oa]|abuel[oa]|cliente|clienta)|"
    r"(?:mi[oa]|nostr[oa]) (?:moglie|marito|figli[oa]|madre|padre|fratello|sorella|compagn[oa]|ragazz[oa]|capo|collega|"
    r"vicin[oa]|padrone di casa|medico|amic[oa]|zi[oa]|cugin[oa]|nonn[oa]|cliente)|"
    r"(?:minha|meu|noss[oa]) (?:mulher|esposa|marido|esposo|filh[oa]|mae|pai|irma|irmao|companheir[oa]|namorad[oa]|chefe|"
    r"colega|vizinh[oa]|senhori[oa]|medic[oa]|amig[oa]|ti[oa]|prim[oa]|avo|cliente)|"
    r"(?:mijn|onze|ons) (?:vrouw|man|zoon|dochter|moeder|vader|broer|zus|partner|vriend|vriendin|baas|collega|buurman|"
    r"buurvrouw|huisbaas|huisarts|arts|kind|oom|tante|oma|opa|klant|medewerker)|"
    r"(?:moja|moj|mojego|mojej|nasz|nasza) (?:zona|maz|syn|corka|matka|ojciec|brat|siostra|partner(?:ka)?|chlopak|"
    r"dziewczyna|szef(?:owa)?|kolega|kolezanka|sasiad(?:ka)?|lekarz|lekarka|klient(?:ka)?)|"
    r"(?:min|mitt|mit|var|vores|var) (?:fru|kona|kone|hustru|man|mann|mand|son|sonn|dotter|datter|mamma|pappa|mor|far|"
    r"bror|soster|syster|sambo|samboer|chef|sjef|kollega|granne|nabo|lakare|laege|lege|vaninna|van|venn|ven|kund|kunde)|"
    r"vaimoni|mieheni|poikani|tyttareni|aitini|isani|veljeni|siskoni|pomoni|ystavani|esim|kocam|karim|oglum|kizim|annem|"
    r"babam|kardesim|patronum|komsum|arkadasim|muduru?m|felesegem|ferjem|fiam|lanyom|anyam|apam|fonokom|baratom|"
    r"(?:moje|muj|moj) (?:zena|manzelka|manzel|syn|dcera|matka|otec|bratr|sestra|partner(?:ka)?|sef(?:ova)?|kolega|"
    r"kolegyne|soused(?:ka)?|lekar(?:ka)?)|(?:sotia|sotul|fiul|fiica|mama|tatal|fratele|sora|seful|colegul|colega|"
    r"vecinul|prietenul|prietena) (?:mea|meu)|"
    r"(?:моя|мой|моего|моей|наш|наша) (?:жена|муж|сын|дочь|мать|отец|брат|сестра|начальник|коллега|сосед|соседка|врач|"
    r"клиент|клиентка|пациент|пациентка)|η γυναικα μου|ο αντρας μου|ο συζυγος μου|η συζυγος μου|ο γιος μου|η κορη μου|"
    r"زوجتي|زوجي|ابني|ابنتي|والدي|والدتي|مديري|मेरी पत्नी|मेरे पति|मेरा बेटा|मेरी बेटी"
)
_MATTERS_EN = (
    r"salary|pay ?(?:slip|stub|check|cheque|roll|rise)|refund|reimbursement|invoices?|bank (?:account|details)|account "
    r"(?:number|balance|details)|credit (?:card|score|limit|rating)|loan|mortgage|rent arrears|unpaid rent|(?:home|e-?"
    r"mail|postal|mailing|billing|shipping|delivery|private|current) address|phone number|mobile number|telephone number|"
    r"contact details|date of birth|passport(?: number)?|medical (?:records?|file|history|certificate|bills?)|"
    r"prescriptions?|medication|(?:lab|test|blood|biopsy|scan|mri|exam) results?|biopsy|blood (?:pressure|test|sugar)|"
    r"x-?ray|treatment plan|appointment|check-?up|insurance (?:claim|card|policy|number)|sick (?:leave|note|days?)|"
    r"(?:maternity|paternity|parental|medical) leave|performance review|appraisal|employment contract|personnel file|"
    r"disciplinary (?:hearing|record)|warning letter|notice period|resignation letter|overtime|holiday entitlement|"
    r"vacation days|subscription|order (?:number|history)|password|social security number|tax (?:id|file|number)|"
    r"visa application|custody (?:case|hearing)|grades?|attendance record|tasks|leads|calendar|inbox"
)
_MATTERS_OTHER = (
    r"gehalts?|gehaltsabrechnung|lohnabrechnung|ruckerstattung|erstattung|kontonummer|bankverbindung|"
    r"kontostand|kredit(?:antrag|karte)?|privatadresse|anschrift|telefonnummer|handynummer|geburtsdatum|"
    r"krankenakte|patientenakte|krankmeldung|krankschreibung|laborwerte|blutwerte|medikamente|"
    r"arzttermin|versicherungsnummer|steuernummer|arbeitsvertrag|arbeitszeugnis|personalakte|abmahnung|kundigung|"
    r"uberstunden|urlaubsantrag|beschwerde|"
    r"salaire|fiche de paie|bulletin de (?:paie|salaire)|remboursement|numero de (?:compte|telephone|securite "
    r"sociale|client)|coordonnees|date de naissance|dossier medical|ordonnance|analyses|arret (?:maladie|de travail)|"
    r"contrat de travail|entretien annuel|abonnement|reclamation|"
    r"salario|sueldo|nomina|reembolso|numero de (?:cuenta|telefono|la seguridad social|cliente)|datos bancarios|"
    r"fecha de nacimiento|historia(?:l)? (?:clinica|clinico|medica|medico)|baja (?:medica|laboral)|"
    r"contrato de trabajo|reclamacion|hipoteca|"
    r"stipendio|busta paga|rimborso|numero di (?:conto|telefono)|data di nascita|cartella clinica|"
    r"appuntamento|contratto di lavoro|reclamo|mutuo|congedo|"
    r"holerite|numero da conta|numero de telefone|telemovel|data de nascimento|prontuario|baixa "
    r"medica|licenca medica|"
    r"salaris|loonstrook|terugbetaling|rekeningnummer|telefoonnummer|geboortedatum|medisch dossier|"
    r"ziekmelding|ziekteverlof|arbeidscontract|hypotheek|"
    r"wynagrodzenie|pensja|zwrot|numer (?:konta|telefonu)|data urodzenia|dokumentacja medyczna|"
    r"zwolnienie lekarskie|umowa o prace|reklamacja|czynsz|"
    r"lonen|lonnen|lonespecifikation|aterbetalning|refusjon|kontonummer|personnummer|patientjournal|sjukskrivning|"
    r"sygemelding|sykmelding|klagomal|palkka|tilinumero|puhelinnumero|"
    r"sairausloma|potilastiedot|valitus|maas[i]?|maasini|iade|hesap numarasi|telefon numarasi|"
    r"mzda|vyplata|cislo uctu|zdravotni karta|stiznost|"
    r"зарплат[аеуы]|счет|номер (?:счета|телефона)|медкарт[ау]|диагноз|больничный|рецепт|заказ|жалоб[ау]|возврат"
)
_MATTERS_OF_THINGS = (
    r"(?:mortgage|loan|job|rental|insurance|visa) applications?|complaint|invoice|termin|bestellung|commande|rendez-vous|cita|pedido|receta|analisis|expediente|ordine|esami|ricetta|encomenda|exames|receita|renda|consulta|recept|uitslag|afspraak|bestelling|huur|wizyta|wyniki|recepta|zamowienie|bestallning|bestilling|tilaus|lasku|plat|randevu|recete|objednavka|rezept|befund|diagnose|diagnostic|diagnosi|diagnostico|loyer|alquiler|affitto|aluguel|factura|facture|fattura|fatura|faktura|factuur|rechnung|queja|klage|klacht"
)
"""Matters that things and organisations have as well."""
_SITUATIONS = (
    r"salary|payslip|pay ?rise|payroll|refund(?:ed)?|reimburse\w*|overdue|arrears|sick (?:leave|note)|on sick|(?:maternity|"
    r"paternity|parental) leave|prescribed|prescription|biopsy|lab results|blood (?:pressure|sugar|test)|allergic to|"
    r"\d+ ?mg|medication|appointment|check-?up|overtime|warning letter|performance review|notice period|mortgage "
    r"application|loan application|credit score|owes|rent arrears|months of rent|insurance (?:card|claim)|claim number|"
    r"account (?:number|balance|details)|(?:close|cancel) (?:his|her|their|the) (?:account|contract|subscription|order|"
    r"policy|membership)|called (?:twice|again|about|to complain)|complain(?:ed|s|ing)? (?:about|to us|that)|direct debit|"
    r"bank details|medical (?:record|history|certificate)s?|social worker|probation period|home address|contact details|"
    r"voicemail|next of kin|emergency contact|disciplinary|grievance|hospitali[sz]ed|admitted to (?:the )?(?:ward|"
    r"hospital|icu)|symptoms|diagnosis|tested positive|wants (?:a refund|to (?:cancel|return|close|dispute))|earns|"
    r"per hour|take-home|delivery (?:was|is|has)|order number|"
    r"gehalt|gehaltserhohung|ruckerstattung|kranksgeschrieben|krankgeschrieben|krankmeldung|krankgemeldet|"
    r"rezept|befund|allergisch|vertragt kein\w*|arzttermin|uberstunden|abmahnung|kundigungsfrist|vertrag "
    r"(?:zu )?kundigen|kontonummer|bankverbindung|mahnung|rechnung|monatsmieten?|mietruckstand|beschwert|beschwerde|"
    r"storniert?|stornieren|elternzeit|mutterschutz|versichertenkarte|krankenkasse|schuldet|verdient|"
    r"salaire|remboursement|arret (?:maladie|de travail)|conge (?:maternite|maladie|parental)|ordonnance|allergique|"
    r"rendez-vous|facture|impaye\w*|loyers?|resilier|resiliation|plaint|plainte|reclamation|carte vitale|mutuelle|"
    r"decouvert|virement|fiche de paie|heures supplementaires|augmentation|licenciement|"
    r"sueldo|salario|reembolso|baja (?:por|medica|laboral)|de baja|receta|alergic[oa]|factura|alquiler|quejo|queja|"
    r"cancelar (?:su|el) (?:contrato|pedido|cuenta)|tarjeta sanitaria|nomina|horas extras?|despido|devolucion|deuda|"
    r"moros[oa]|"
    r"stipendio|rimborso|in malattia|ricetta|allergic[oa]|fattura|affitto|lamentat[oa]|disdire|tessera sanitaria|busta "
    r"paga|straordinari|licenziamento|reclamo|bolletta|"
    r"reembolso|de baixa|licenca medica|alergic[oa]|fatura|aluguel|renda em atraso|reclamou|cancelar o "
    r"contrato|cartao de saude|holerite|horas extras|demissao|queixa|devolucao|"
    r"salaris|terugbetaling|ziek ?gemeld|ziekteverlof|recept|allergisch|factuur|huurachterstand|geklaagd|opzeggen|"
    r"zorgpas|loonstrook|overuren|ontslag|klacht|"
    r"wynagrodzenie|zwrot|zwolnieniu (?:lekarskim)?|recepta|uczulenie|faktur[aey]|czynsz|reklamacj[aei]|rozwiazac umowe|"
    r"wypowiedzenie|nadgodziny|skarg[aei]|"
    r"lonen|lonnen|sjukskriven|sygemeldt|sykmeldt|allergisk|faktura|hyresskuld|husleje|klagat|klaget|saga upp|opsige|"
    r"uppsagning|overtid|aterbetalning|refusion|refusjon|"
    r"palkka\w*|sairauslomalla|allerginen|lasku\w*|vuokra|valittanut|irtisanoa|hyvitys\w*|"
    r"maas\w*|raporlu|alerjik|fatura\w*|kira|sikayet|iptal|recete\w*|randevu\w*|borc\w*|iade\w*|"
    r"nemocenske|alergick[yaeu]|faktur[aeuy]|najemne|stezoval\w*|staznost\w*|vypoved\w*|reklamac\w*|mzd\w*|"
    r"szamla\w*|fizetes\w*|tappenz\w*|allergias|panasz\w*|berleti|"
    r"factur[ai]|salariul|concediu (?:medical)?|alergic[a]?|chiri[ae]|reclamati[ae]|rambursar\w*|"
    r"зарплат\w*|больничн\w*|рецепт\w*|аллерги\w*|не переносит|счет\w*|аренд\w*|жалоб\w*|пожаловал\w*|возврат\w*|"
    r"расторгнуть|лікарнян\w*|лікарня\w*|рахунок|скарг\w*|непереносим\w*"
)
_STATES = (
    r"(?:on|off) (?:\pL+ )?(?:sick|sick leave|maternity leave|paternity leave|parental leave)|called in sick|(?:called|phoned|"
    r"rang|wrote)(?: \pL+)? (?:about (?:his|her|their)|to (?:complain|cancel|ask about (?:his|her|their)))|owes (?:us|me|\d)|"
    r"still owes|earns (?:\pL+ )?[\d$€£]|has an appointment|has been prescribed|takes \d+ ?mg|is allergic to|"
    r"(?:wants|would like) (?:a refund|to (?:cancel|close|dispute|return) (?:his|her|their))|"
    r"krankgeschrieben|krankgemeldet|schuldet uns|vertragt kein\pL*|arret maladie|arret de travail|nous doit|est allergique|"
    r"de baja (?:por|medica|laboral)|nos debe|es alergic[oa]|in malattia|ci deve|e allergic[oa]|de baixa medica|"
    r"de licenca medica|ziek ?gemeld|met ziekteverlof|zwolnieniu lekarskim|sjukskriven|sygemeldt|sykmeldt|"
    r"sairauslomalla|raporlu|nemocenske|nemocenskej|na pn|betegszabadsagon|tappenzen|concediu medical|на больничном|"
    r"на лікарняному"
)
_CLOSINGS = (
    r"(?:best|kind|warm|kindest|warmest)? ?regards|best wishes|yours (?:sincerely|faithfully|truly)|sincerely(?: yours)?|"
    r"respectfully|mit (?:freundlichen|besten|herzlichen|lieben) grussen|(?:viele|beste|liebe|freundliche|herzliche) "
    r"grusse|hochachtungsvoll|cordialement|bien (?:cordialement|a vous)|(?:mes |nos )?(?:sinceres |meilleures "
    r")?salutations(?: distinguees)?|bien a vous|(?:un )?(?:cordial )?saludos?(?: cordial(?:es)?)?|atentamente|"
    r"(?:cordiali|distinti) saluti|cordialmente|atenciosamente|com os melhores cumprimentos|cumprimentos|atentamente|"
    r"abracos|met (?:vriendelijke|hartelijke) groet(?:en)?|hoogachtend|z powazaniem|pozdrawiam|z wyrazami szacunku|"
    r"(?:med )?(?:vanliga|vennlig|vennlige|venlig|venlige|basta) (?:halsningar|hilsen|hilsener|halsning)|(?:ystavallisin|"
    r"parhain) terveisin|terveisin|saygilarimla|saygilarimizla|s (?:pozdravem|pozdravom|uctou)|tisztelettel|udvozlettel|"
    r"cu (?:stima|respect)|с уважением|з повагою|με εκτιμηση|مع التحية|مع خالص التحيات|भवदीय"
)
_SALUTATIONS = (
    r"dear|sehr geehrte[r]?|liebe[r]?|werte[r]?|cher|chere|estimad[oa]|querid[oa]|apreciad[oa]|gentile|egregi[oa]|"
    r"spettabile|car[oa]|prezad[oa]|exm[oa]\.?|beste|geachte|szanown[yai]e?|drog[ia]|basta|kara|kare|kjaere|kaere|"
    r"hyva|sayin|vazen[ya]|mil[ya]|stimat[ea]|tisztelt|kedves|уважаем(?:ый|ая)|дорог(?:ой|ая)|шановн(?:ий|а)|αγαπητ[ηεο]|"
    r"αξιοτιμ[ηε]"
)
_NAME_FIELDS = (
    r"patient(?:in)?|full name|patient(?:'s)? name|name of (?:patient|customer|insured|tenant)|insured|employee|customer|"
    r"vor- und nachname|nachname, vorname|nom et prenoms?|nombre y apellidos|nombre completo|nome e cognome|nome completo|"
    r"imie i nazwisko|namn|fullt navn|koko nimi|ad(?:i)? ?(?:ve )?soyad(?:i)?|jmeno a prijmeni|meno a priezvisko|"
    r"фио|ф\.и\.о\.?|фамилия(?:,)? имя|піб|teljes nev|nev|nume si prenume|ονοματεπωνυμο|الاسم|नाम"
)
_RECORD_FIELDS = (
    r"diagnos(?:is|e|tic|tico|i)|allerg\w*|medication|phone|tel|mobile|e-?mail|address|dob|date of birth|account|iban|"
    r"salary|position|department|policy|claim|order|customer (?:no|id)|telefon|adresse|geburtsdatum|konto|gehalt|"
    r"telephone|compte|salaire|telefono|direccion|cuenta|indirizzo|telefone|rozpoznanie|диагноз|診断|诊断|진단|الهاتف|"
    r"التشخيص|निदान|telefoon|puhelin|adres|teshis"
)
_HAN_SURNAMES = (
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖萧田董袁潘于蒋蔣"
    "蔡余杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鍾谭譚陆陸汪范石廖贾賈夏韦韋付方白邹鄒孟熊秦邱江尹薛闫段雷侯龙龍史陶黎贺"
    "賀顾顧毛郝龚龔邵万萬钱錢严嚴覃武戴莫孔向汤湯"
)
_HANGUL_SURNAMES = (
    "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진지엄채원천방공현함변염여추도소"
)
_HAN_NAME = rf"[{_HAN_SURNAMES}]\p{{Han}}{{1,2}}"
_JA_NAME = r"\p{Han}{1,3} ?[\p{Han}\p{Hiragana}\p{Katakana}]{1,4}?"
_HANGUL = "|".join(_HANGUL_SURNAMES)
_KO_NAME = rf"(?:{_HANGUL}) ?\p{{Hangul}}{{4,6}}?"
_CJK_MATTERS = (
    "工资|薪水|薪資|退款|投诉|投訴|诊断|診斷|过敏|過敏|病历|病歷|病假|电话|電話|地址|住址|账号|帳號|账单|欠款|贷款|请假|"
    "合同|预约|處方|处方|給与|給料|返金|住所|予約|診断|アレルギー|休暇|休職|苦情|電話番号|口座|請求|処方|入院|契約|"
    "급여|환불|불만|진단|알레르기|병가|전화|주소|계좌|청구|예약|처방|입원|계약|대출"
)

RECOGNISERS = (
    Recogniser(
        rule="pii.name_role",
        kind="PII.PERSON",
        pattern=rf"(?:{as_words(_ROLES)})[ ,:]{{0,2}}{_NAMED}",
        group=1,
        validator="name_at_start",
        probe=as_words(_ROLES),
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
        pattern=rf"(?:{as_words(_COLLEAGUES)})[ ,:]{{0,2}}{_NAMED}",
        group=1,
        validator="name_at_start",
        probe=as_words(_COLLEAGUES),
        unless=_NOT_OURS,
        confidence=0.7,
        examples=("Mitarbeiterin Heike Brandt erhält eine Abmahnung", "el empleado Ramón Ortega", "Employee Ida Holm"),
        counterexamples=("with his colleague Otto Kern", "GfK-Mitarbeiterin Heike Brandt", "former employee Ida Holm"),
    ),
    Recogniser(
        rule="pii.name_relation",
        kind="PII.PERSON",
        pattern=rf"(?:{as_words(_RELATIONS_OF_MINE)})[ ,:]{{0,2}}(?:is |ist |named |called |namens )?{_NAMED}",
        group=1,
        validator="name_at_start",
        probe=as_words(_RELATIONS_OF_MINE),
        confidence=0.75,
        examples=("My wife Anna needs a new card", "meine Kollegin Jutta Kern", "mi jefe Ramón Ortega"),
        counterexamples=("my wife is away", "our customer Support line", "my friend thinks so"),
    ),
    Recogniser(
        rule="pii.name_matter",
        kind="PII.PERSON",
        pattern=rf"({_ANY})(?:'s|') (?:[a-z]+ ){{0,2}}(?i:{_MATTERS_EN})\b",
        group=1,
        validator="name_at_end",
        probe=rf"(?i)(?:'s|s') (?:[a-z]+ )*(?:{_MATTERS_EN})\b",
        unless_after=r"'s? (?:\pL+ ){0,2}?(?:appointment|address) (?:to|as|by|at)\b",
        confidence=0.75,
        examples=("What was Ida Holm's biopsy result?", "Raise Ingrid's salary to 4,000"),
        counterexamples=("Python's order history module", "What is a patient's blood pressure?", "Ida Holm's novels"),
    ),
    Recogniser(
        rule="pii.name_matter_of",
        kind="PII.PERSON",
        pattern=rf"(?:{as_words(f'{_MATTERS_EN}|{_MATTERS_OTHER}')}) ?(?i:{_OF}) ?{_NAMED}",
        group=1,
        validator="name_at_start",
        probe=as_words(f"{_MATTERS_EN}|{_MATTERS_OTHER}"),
        confidence=0.7,
        examples=(
            "the refund for Ida Holm",
            "Erhöhe das Gehalt von Frau Brandt-Kern Heike",
            "le remboursement de Paul Girard",
            "la cita de Lucía Ferrer con el cardiólogo",
        ),
        counterexamples=("the invoice for March", "die Rechnung von Montag", "le salaire de la semaine"),
    ),
    Recogniser(
        rule="pii.name_thing_of",
        kind="PII.PERSON",
        pattern=rf"(?:{as_words(_MATTERS_OF_THINGS)}) (?:[a-z]+ ){{0,4}}?(?i:{_OF}) ?{_NAMED}",
        group=1,
        validator="known_name",
        probe=as_words(_MATTERS_OF_THINGS),
        confidence=0.65,
        examples=("the mortgage application of Ida Holm", "la factura de Lucía Ferrer"),
        counterexamples=("the order of Northern Lights", "die Rechnung von Montag"),
    ),
    Recogniser(
        rule="pii.name_in_state",
        kind="PII.PERSON",
        pattern=rf"({_ANY})(?: {_LETTER}+){{0,4}}? (?:{as_words(_STATES)})",
        group=1,
        probe=as_words(_STATES),
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
        validator="known_name",
        context=_SITUATIONS,
        before=60,
        after=60,
        unless_after=r" ?\((?:born|b\.|\*|nee?|nacid|nat[oa]|geb|\d{4}|c\.)|,? (?:\d{4}|born|ne |nee )",
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
        rule="pii.name_titled",
        kind="PII.PERSON",
        pattern=rf"\b{_TITLE}(?:{_P} ){{0,2}}{_ANY}",
        validator="name_at_start",
        context=rf"{_SITUATIONS}|{_MATTERS_EN}|{_MATTERS_OTHER}|contract|vertrag|contrat|contrato|contratto|umow[aey]|smlouv[auy]",
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
        pattern=rf"(?m)^\W*(?i:{_SALUTATIONS}) {_NAMED}[ \t]*(?:[,:!]|$)",
        group=1,
        probe=rf"(?im)^\W*(?:{_SALUTATIONS}) ",
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
        pattern=rf"(?:{as_words(_CLOSINGS)})[\s,.!]{{0,6}}({_FULL})[ \t]*(?:\n|$|,)",
        group=1,
        probe=as_words(_CLOSINGS),
        validator="name_at_start",
        confidence=0.7,
        examples=("Kind regards,\nIda Holm", "Mit freundlichen Grüßen\n\nJonas Brandt\n", "Z poważaniem,\nMarta Nowak"),
        counterexamples=("Kind regards,\nCustomer Support Team", "best regards to all"),
    ),
    Recogniser(
        rule="pii.name_field",
        kind="PII.PERSON",
        pattern=rf"(?:^|[\n|;,{{(>\"'])[ \t*-]*(?i:{_NAME_FIELDS})[\"'*]* ?[:=][ \t\"'*]*({_ANY})",
        group=1,
        probe=rf"(?i)(?:{_NAME_FIELDS})[\"'*]* ?[:=]",
        validator="name_at_start",
        confidence=0.7,
        examples=("Patient: Ida Holm", "Imię i nazwisko: Marta Nowak", "ФИО: Иван Смирнов"),
        counterexamples=("Patient: see chart", "Employee: Human Resources"),
    ),
    Recogniser(
        rule="pii.name_in_record",
        kind="PII.PERSON",
        pattern=rf"(?m)^[ \t*\"'-]*(?i:name|nom|nombre|nome|naam|navn|nimi|имя|isim|jmeno|nume)[\"'*]* ?[:=][ \t\"'*]*({_FULL})",
        group=1,
        validator="name_at_start",
        context=_RECORD_FIELDS,
        before=200,
        after=200,
        probe=r"(?i)(?:name|nom|nombre|nome|naam|navn|nimi|имя|isim|jmeno|nume)[\"'*]* ?[:=]",
        confidence=0.7,
        examples=("Name: Ida Holm\nDiagnosis: asthma",),
        counterexamples=("Name: Apache License\nAddress: http", "name: value\nphone: 1"),
    ),
    Recogniser(
        rule="pii.name_chinese",
        kind="PII.PERSON",
        pattern=(
            rf"(?:患者|病人|客户|客戶|顾客|顧客|员工|員工|租客|会员|會員|投保人|同事|姓名 ?: ?)({_HAN_NAME})|"
            rf"({_HAN_NAME})(?:先生|女士|小姐|太太)的?(?:{_CJK_MATTERS})"
        ),
        probe="患者|病人|客户|客戶|顾客|顧客|员工|員工|租客|会员|會員|投保人|同事|姓名 ?:|先生|女士|小姐|太太",
        confidence=0.7,
        examples=("患者王小明对青霉素过敏", "姓名：李芳", "张伟先生投诉送货太晚"),
        counterexamples=("客户服务", "患者的权利", "鲁迅先生的作品"),
    ),
    Recogniser(
        rule="pii.name_japanese",
        kind="PII.PERSON",
        pattern=(
            rf"(?:患者|お客様|顧客|社員|従業員|会員|入居者|利用者)の?({_JA_NAME})(?:さん|様|氏|は|が)|"
            rf"(?:氏名|お名前) ?: ?({_JA_NAME})(?:\W|$)|({_JA_NAME})(?:さん|様)の?(?:{_CJK_MATTERS})"
        ),
        probe="患者|お客様|顧客|社員|従業員|会員|入居者|利用者|氏名|お名前|さん|様",
        confidence=0.7,
        examples=("患者の山田花子さん", "氏名：佐藤健\n診断：喘息", "鈴木一郎さんの給与"),
        counterexamples=("患者は入院した", "お客様の声", "皆様のご意見"),
    ),
    Recogniser(
        rule="pii.name_korean",
        kind="PII.PERSON",
        pattern=(
            rf"(?:환자|고객|직원|회원|세입자|성명 ?:|이름 ?:) ?({_KO_NAME}) ?(?:님|씨|의|은|는|이|가|\n|$)|"
            rf"({_KO_NAME}) ?(?:님|씨)의? ?(?:{_CJK_MATTERS})"
        ),
        probe="환자|고객|직원|회원|세입자|성명 ?:|이름 ?:|님|씨",
        confidence=0.7,
        examples=("환자 김민수 님은 입원했다", "성명: 박지영"),
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

PERSONAL_WORDS = f"{_SITUATIONS}|{_STATES}|{_RELATIONS_OF_MINE}|{_MATTERS_EN}|{_MATTERS_OTHER}"
"""Words of matters that make a name beside them personal: for recognisers of names that read meaning, not these cues."""
