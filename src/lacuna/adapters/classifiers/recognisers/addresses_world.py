"""Street addresses of eastern Europe, the Near East and Asia: the words and abbreviations of the country around a house
number, and the postal order of towns that have none."""

from lacuna.adapters.classifiers.recogniser import Recogniser

_EAST_SLAVIC = (
    r"(?:ул\.|улица|улице|пр\.|пр-т|просп\.|проспект|пер\.|переулок|наб\.|набережная|набережна|бул\.|бульвар|булевард|"
    r"шоссе|пл\.|площадь|площа|алл\.|аллея|вул\.|вулиця|провулок|узвіз|проїзд|проезд|ж\.к\.|жк\.)"
)
_LETTER = r"[a-z\x{370}-\x{52f}]"
_CAPITAL = r"[A-Z\x{400}-\x{42f}]"

RECOGNISERS = (
    Recogniser(
        rule="pii.address_slavic_turkic",
        kind="PII.ADDRESS",
        pattern=(
            r"(?i)(?:\bul\.|\bulica|\baleja|\bal\.|\bos\.|\bulice|\bnam\.|\bplac|\bpl\.|\btrg|\bcesta na|\bnabrezi|"
            r"\btrida|"
            r"\bnamesti|\bnamestie) (?:\d{1,2}\. ?|"
            r"(?-i:\p{Lu}))[\pL'.-]*(?: \pL[\pL'.-]*){0,3} \d{1,4}[a-z]?(?:/\d{1,4})?\b|"
            r"\b(?-i:\p{Lu})[\pL-]+(?: \pL[\pL-]+){0,2} (?:ulica|ulice|trg|steza|namestie|nabrezi|sokak|sok\.|"
            r"sk\.|caddesi|cad\.|cd\.|bulvari|mahallesi|mah\.),?(?: ?(?:no:?|"
            r"numara:?)?)? ?\d{1,4}[a-z]?(?:/\d{1,4})?\b|"
            r"(?-i:\p{Lu})[\pL]+ (?:sokak|sok\.|caddesi|cad\.|mahallesi|mah\.)(?:,|$| (?-i:\p{Lu}))"
        ),
        probe=(
            r"(?i)\b(?:ul\.|ulica|aleja|al\.|os\.|ulice|nam\.|plac|pl\.|trg|cesta na|nabrezi|trida|namesti|namestie) |"
            r" (?:ulica|ulice|trg|steza|namestie|nabrezi) \d| (?:sokak|sok\.|sk\.|caddesi|cad\.|cd\.|bulvari|mahallesi|"
            r"mah\.)"
        ),
        confidence=0.75,
        examples=(
            "mieszka przy ul. Długa 5/12",
            "Atatürk Caddesi No: 14",
            "plac Tuwima 82",
            "Židankova ulica 1b",
            "Náměstí Míru 12",
        ),
        counterexamples=("ul. tekst", "if cd.draw(p", "put 12 items", "Jak dlouho trvá cesta 12 km"),
    ),
    Recogniser(
        rule="pii.address_cyrillic",
        kind="PII.ADDRESS",
        pattern=(
            rf"(?i)(?:^|[ ,:(\"]){_EAST_SLAVIC} ?(?:(?-i:{_CAPITAL})[^,\n\d]{{1,40}}|\d{{1,3}}[ -][^,\n\d]{{1,30}})"
            rf"(?:,? ?(?:д\.|дом|буд\.|бл\.|№|N)? ?\d{{1,4}})|"
            rf"{_LETTER}+ (?:ул\.|пр\.|пер\.|бул\.|наб\.|шоссе),? (?:д\.|дом|№)? ?\d{{1,4}}|"
            r"(?:[ ,]|^)(?:д|дом|буд)\.? ?\d{1,4}[^\n]{0,8},? (?:кв|корп|стр|под)\.? ?\d{1,4}"
        ),
        probe=rf"(?i){_EAST_SLAVIC}|(?:кв|корп|стр)\.? ?\d",
        confidence=0.75,
        examples=(
            "ул. Народная, д. 4",
            "вулиця Юннатів 1-й, буд. 2 кв. 913",
            "бул. Витоша 12",
            "Ленинградская ул., 12",
            "дом 5, кв. 12",
        ),
        counterexamples=("улица была пуста", "на улице 12 человек", "проспект"),
    ),
    Recogniser(
        rule="pii.address_greek",
        kind="PII.ADDRESS",
        pattern=(
            r"(?:^|[ ,:(])(?:Λεωφόρος|Λεωφ\.|Οδός|Οδού|Πλατεία|Πλ\.) [\p{Greek}A-Za-z][^\n\d,()]{1,40} \d{1,4}|"
            r"(?i)[\p{Greek}a-z]{3,} \d{1,4},{1,2} (?:ΤΚ ?)?\d{3} ?\d{2} [\p{Greek}a-z]{3}"
        ),
        probe=r"(?i)Λεωφ|Οδός|Οδού|Πλατεία|Πλ\.|[\p{Greek}a-z] \d+,+ (?:ΤΚ ?)?\d{3} ?\d{2} ",
        validator="street_and_town",
        confidence=0.75,
        examples=("Λεωφόρος Κατακαλίου 99", "Κούφης 103, 35819 Λιβαδιά"),
        counterexamples=("η οδός είναι κλειστή",),
    ),
    Recogniser(
        rule="pii.address_uralic_baltic",
        kind="PII.ADDRESS",
        pattern=(
            r"\b\p{Lu}\pL+(?: [\pL.-]+){0,2} (?:utca|u\.|utja|ut|tere|ter|korut|krt\.|setany|koz|fasor|sor|dulo|"
            r"gatve|g\.|"
            r"prospektas|pr\.|aleja|al\.|iela|bulvaris|gatve|tanav|tn|tee|mnt|pst|puiestee) \d{1,4}[a-zA-Z]?\b|"
            r"(?i:\b[a-z]{4,} (?:utca|korut|ut) \d{1,4}\.)"
        ),
        probe=(
            r"(?i) (?:utca|u\.|utja|ut|tere|ter|korut|krt\.|setany|koz|fasor|sor|dulo|gatve|g\.|prospektas|pr\.|"
            r"aleja|al\.|"
            r"iela|bulvaris|tanav|tn|tee|mnt|pst|puiestee) \d"
        ),
        validator="street",
        confidence=0.7,
        examples=("Szegedi utca 21", "Brīvības iela 5", "Gedimino pr. 9", "Pikk tn 3", "a hegyalja út 98. alatt"),
        counterexamples=("Sor 12", "The iela"),
    ),
    Recogniser(
        rule="pii.address_street_and_town",
        kind="PII.ADDRESS",
        pattern=(
            r"\p{Lu}[\pL.'-]{2,}(?: [\pL.'-]+){0,3} \d{1,4} ?[a-zA-Z]?(?:[/-]\d{1,4}[a-z]?)?\.?,{1,2} "
            r"(?:[A-Z]{1,2}[- ]?)?(?:\d{3} \d{2}|\d{4,6}|\d{2}-\d{3})(?: ?[A-Z]{2})?,? \p{Lu}\pL{2,}"
        ),
        probe=r"\d ?[a-zA-Z]?\.?,+ (?:[A-Z]+[- ]?)?(?:\d{3} \d{2}|\d{4}\d*|\d{2}-\d{3})(?: ?[A-Z]{2})?,? [\p{Lu}]",
        validator="street_and_town",
        confidence=0.7,
        examples=("Šachovská 48, 504 64 Příbor", "Lievering 32, 2312FF, Longerhouw", "Bakačeva 2a, 31211 Supetar"),
        counterexamples=("March 12, 2019 Berlin", "Table 3, 1024 Rows", "on Monday 5, 2020 The"),
    ),
    Recogniser(
        rule="pii.address_east_asian",
        kind="PII.ADDRESS",
        pattern=(
            r"\p{Han}{1,7}[都道府県市区郡町村][^\s、。,]{0,30}?\d{1,4}(?:丁目|番地?|の\d|-\d{1,4})|"
            r"(?:\p{Han}{1,8}[省市区县縣區镇鎮鄉乡])?\p{Han}{1,8}(?:路|街|巷|弄|大道|胡同|"
            r"道)[^\s,。]{0,8}?[\da-zA-Z]{1,5}(?:号|號|座|栋|棟|室|楼|樓)|"
            r"\p{Hangul}+(?:시|구|군|읍|면) (?:\p{Hangul}+(?:동|읍|면|리) )?[\p{Hangul}\d]+(?:로|길|가) ?"
            r"(?:지하)?\d{1,3}(?:-\d{1,4})?"
        ),
        probe=(
            r"\d(?:丁|番|の\d|号|號|座|栋|棟|室|楼|樓)|\p{Han}\d+-\d|[路街巷弄道同].?[A-Za-z]?座|"
            r"(?:로|길|가) ?(?:지하)?\d"
        ),
        confidence=0.75,
        examples=(
            "青森県東久留米市箭坪3丁目7番8号",
            "陕西省强市城北兰州街12号",
            "울산광역시 강북구 잠실길 387",
            "白沙縣興路491號2樓",
        ),
        counterexamples=("東京都の人口は1400万人", "这条街道很长", "서울로 5", "대동 실현을 목적으로 1989년"),
    ),
    Recogniser(
        rule="pii.address_south_east_asian",
        kind="PII.ADDRESS",
        pattern=(
            r"(?i)\b(?:jl\.|jln\.?|jalan|gg\.|gang|"
            r"lorong) (?-i:\p{Lu})[\pL.]*(?: [\pL.]+){0,3},? (?:no\.? ?)?\d{1,4}\b|"
            r"\b(?:so |số )?\d{1,4}(?:/\d{1,4})*,? (?:duong|pho|ngo|hem|ngach) (?:\pL+ ?){1,4}|"
            r"\d{1,4}(?:/\d{1,4})? (?:หมู่ ?\d|ถนน|ถ\.|ซอย|ม\.|ต\.)|(?:ถนน|ซอย|ถ\.) ?\p{Thai}+ ?\d{1,4}"
        ),
        probe=r"(?i)\b(?:jl\.|jln|jalan|gg\.|gang|lorong) |\d,? (?:duong|pho|ngo|hem|ngach) |หมู่|ถนน|ถ\.|ซอย",
        confidence=0.75,
        examples=("Jalan Merdeka No. 991", "Số 43 Đường Thống Nhất", "40/10 ถนนสุขุมวิท"),
        counterexamples=("the gang of 12", "jalan raya"),
    ),
    Recogniser(
        rule="pii.address_semitic",
        kind="PII.ADDRESS",
        pattern=(
            r"(?:רחוב|רח'|שדרות|שד'|דרך) [\p{Hebrew}' \"]{2,30} \d{1,4}|"
            r"(?:شارع|طريق|حي|خیابان|کوچه) [\p{Arabic} ]{2,30}[ ,،](?:رقم |پلاک |بناية |مبنى )?\d{1,5}|"
            r"\d{1,5}[ ,،] ?شارع \p{Arabic}"
        ),
        probe=r"רחוב|רח'|שדרות|שד'|דרך|شارع|طريق|حي|خیابان|کوچه",
        confidence=0.75,
        examples=("רחוב הרצל 12, תל אביב", "شارع الملك فهد 215"),
        counterexamples=("רחוב ארוך", "شارع طويل"),
    ),
    Recogniser(
        rule="pii.address_indian",
        kind="PII.ADDRESS",
        pattern=(
            r"(?i)\b(?:h\.? ?no\.?|house no\.?|plot no\.?|door no\.?|flat no\.?|"
            r"d\.no\.?) ?[\d/-]+[a-z]?\b,? ?[^\n,]{0,30}|"
            r"\b\d{1,5}(?:/\d{1,4})?,? (?-i:\p{Lu})\pL+ (?:nagar|marg|chowk|ganj|colony|vihar|enclave|layout|puram|"
            r"bagh|"
            r"zila|peth|galli|path)\b"
        ),
        probe=(
            r"(?i)\b(?:h\.? ?no|house no|plot no|door no|flat no|d\.no)|"
            r" (?:nagar|marg|chowk|ganj|colony|vihar|enclave|layout|puram|bagh|zila|peth|galli|path)\b"
        ),
        confidence=0.7,
        examples=("H.No. 94, Dayal Zila", "564, Khosla Nagar, Amravati"),
        counterexamples=("house nobody", "the colony of 12"),
    ),
)
