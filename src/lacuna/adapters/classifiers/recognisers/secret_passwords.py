"""Passwords as people and programs write them: assigned, quoted, spoken of in many languages, or in pairs with a user.

The more a text says that a value is a password, the less the value has to look like one: after `password =` any string
that is no placeholder and no code counts, after the bare word only one with digits and letters or marks.
"""

from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.adapters.classifiers.recognisers.secret_names import ASSIGN

_LONG = (
    r"userpwd|pa?ss?w(?:or?|r)?d|passphrase|passcode|pass[ _-]phrase|passwort|kennwort|mot de passe|contrasen|"
    r"palavra[- ]passe|wachtwoord|losenord|adgangskode|passord|salasana|lykilord|пароль|пароля|паролем|парола|лозинка|"
    r"κωδικος|συνθηματικο|mat khau|kata sandi|รหัสผ่าน|كلمة المرور|كلمة السر|סיסמ|رمز عبور|पासवर्ड|"
    r"パスワード|暗証番号|密码|密碼|口令|비밀번호|암호"
)
_SHORT = (
    r"(?:\b|_)(?:pw|pwd|pass|pswd|psk|mdp|(?:senha|parola|parolem|haslo|hasla|sifre|sifrem|heslo|heslem|jelszo|jelszava|"
    r"geslo|lozinka|zaporka|parole)[a-z]{0,2})(?:\b|_)"
)
_WORD = rf"(?:(?:{_LONG})[\w\pL]{{0,8}}|{_SHORT})"
_NAME = rf"(?:{_WORD}|(?-i:[a-z](?:Pw|Pwd|Pass)\b))"
_PROBE = rf"(?i){_LONG}|{_SHORT}|(?-i:[a-z](?:Pw|Pwd|Pass)\b)"
_IS = (
    r"(?: (?:is|are|was|were|to|be|as|now|ist|lautet|war|heisst|est|etait|es|era|e|jest|ar|er|on|je|la|adalah|este|"
    r"ειναι|هي|هو|היא|הוא|это|है|hai|-|->|=>)(?: now)? {1,2}|[ ]?:{1,2} {0,2}|[ ]?={1,2} {0,2}|"
    r"[ ]?(?:는|은|가|は|が|是|为|為)[ ]?)"
)
_VALUE = r"[^\s\"'\x60<>、]{5,80}"

RECOGNISERS = (
    Recogniser(
        rule="secret.password",
        kind="SECRET.PASSWORD",
        pattern=(
            rf"(?i){_NAME}[\w .-]{{0,20}}?[\"'\])}}\\]{{0,4}}\s{{0,3}}(?:[:=]{{1,3}}>?|->|!==?|\?=)\s{{0,6}}"
            rf"(?:now )?[\"'\x60]?({_VALUE})"
        ),
        group=1,
        probe=_PROBE,
        validator="password",
        confidence=0.85,
        examples=(
            "DB_PASSWORD=s3cr3t-Pa55",
            "pw: maple-fluss-91",
            "пароль: Tig3r26!",
            "密码：Tiger871!",
            "export DB_PASS=rot-nacht-36",
            "admin:\n  password: 'hunter22!'",
        ),
        counterexamples=(
            "password: str",
            "password = self.settings.db_password",
            "password_hash = bcrypt.hash(password)",
            "POSTGRES_PASSWORD=password",
            "password: {{ vault_password }}",
            "proxy_password=self._socks_options['password2']",
            "passwd: !secret db_password",
        ),
    ),
    Recogniser(
        rule="secret.password_quoted",
        kind="SECRET.PASSWORD",
        pattern=(
            rf"(?i){_NAME}[\w.-]{{0,20}}(?:{ASSIGN}|\s{{1,3}}|[\"']?[\s,(]{{1,3}}|[\"']?\)?\s?(?:or|\|\||\?\?)\s{{1,3}}|[\"']\s(?:value|content)\s?=\s?)"
            rf"(?:[bruf]|\\)?[\"'\x60]([^\s\"'\x60<>]{{5,80}})[\"'\x60]"
        ),
        group=1,
        probe=_PROBE,
        validator="password",
        confidence=0.87,
        examples=(
            'setPassword("Hund_lunar985")',
            "define('DB_PASSWORD', 'k3vin-2024x');",
            '<add key="Password" value="Blume718?"/>',
            '#define password "n84ASM54y4"',
            'def connect(passwd: str = "cq2tPr1a2"):',
        ),
        counterexamples=(
            'passwordField.setText("")',
            '<input type="password" name="password">',
            '"password": "string"',
            'getpass("Password: ")',
        ),
    ),
    Recogniser(
        rule="secret.password_element",
        kind="SECRET.PASSWORD",
        pattern=rf"(?i){_NAME}[\w.-]{{0,20}}>\s{{0,20}}(?:<!\[CDATA\[)?([^\s<>]{{5,80}})\s{{0,20}}(?:\]\]>)?</",
        group=1,
        probe=_PROBE,
        validator="password",
        confidence=0.87,
        examples=("<password>Winter_comet992</password>", "<db.passwd><![CDATA[Winter992]]></db.passwd>"),
        counterexamples=("<password>${db.password}</password>", "<label>Password</label>"),
    ),
    Recogniser(
        rule="secret.password_spoken",
        kind="SECRET.PASSWORD",
        pattern=(rf"(?i){_WORD}(?:[ '_-]{{1,2}}[\pL.]{{1,14}}){{0,6}}?{_IS}[\"'\x60]?({_VALUE})"),
        group=1,
        probe=_PROBE,
        validator="password_spoken",
        confidence=0.85,
        examples=(
            "the password is hunter22!",
            "Das Passwort lautet Sommer2024",
            "la contraseña de la base de datos es Np@7s9N!L",
            "パスワードはaeCEzNn3uI5Gです",
            "비밀번호는 Apf3l69! 입니다",
            "mật khẩu là fluss-nacht-17",
        ),
        counterexamples=(
            "the password is required",
            "password is stored in $PASSWORD",
            "le mot de passe est incorrect",
            "пароль должен содержать 8 символов",
            "the password is hashed with SHA-256",
            "the password is at least 8-characters long",
        ),
    ),
    Recogniser(
        rule="secret.password_beside",
        kind="SECRET.PASSWORD",
        pattern=(
            rf"(?i)(?:{_WORD}[\"'\])]?(?: \pL{{2,6}}(?: \pL{{2,6}})?)?[ ,\t]{{1,3}}[\"'\x60(]?({_VALUE})|"
            rf"[\"'\x60]([^\s\"'\x60<>]{{6,60}})[\"'\x60],? (?:is|as|was) (?:\pL{{1,6}} ){{0,3}}(?:{_LONG}))"
        ),
        group=0,
        probe=_PROBE,
        validator="password_beside",
        confidence=0.75,
        examples=(
            "ssh root@10.0.0.4 with password RBnJbcvu&3MsV",
            "mera password XNRUFotA9LHFWBN0 hai",
            "it keeps rejecting 'Rot951!x' as my password",
        ),
        counterexamples=(
            "password PBKDF2-SHA256 iterations",
            "password manager2.0 release",
            "a password should-be-long",
            "password reset link",
        ),
    ),
    Recogniser(
        rule="secret.login_pair",
        kind="SECRET.PASSWORD",
        pattern=(
            r"(?i)\b(?:creds?|credentials?|log ?in|logon|account|user(?:name)?|zugangsdaten|anmeldung|benutzer|"
            r"identifiants|credenciales|usuario|credenziali|accesso)\b(?: \pL{1,8}){0,2}\s?[:=]?\s{0,2}"
            r"[\"'\x60]?[\w.@+-]{2,40}[\"'\x60]?(?: ?[/:|] ?)[\"'\x60]?"
            r"([^\s\"'\x60<>/:]{6,60})"
        ),
        group=1,
        probe=(
            r"(?i)\b(?:creds?|credentials?|log ?in|logon|account|username|user|zugangsdaten|anmeldung|benutzer|"
            r"identifiants|credenciales|usuario|credenziali|accesso)\b"
        ),
        validator="password_beside",
        confidence=0.75,
        examples=("The credentials are admin/B3rg98!x", "login: bob / le1rnnce8zhs7", "creds admin:tiger-blume-10"),
        counterexamples=("login: see docs/v2-guide", "user: admin/dashboard", "account: 12:30 today"),
    ),
    Recogniser(
        rule="secret.pin",
        kind="SECRET.PASSWORD",
        pattern=(
            r"(?i)\b(?:my|our|card|the card|door|sim|meine?|mon|mi|il mio)[ -](?:\w{1,10}[ -])?"
            r"pin(?:[ -]?(?:code|nummer))?(?: is| ist| lautet| est| es| e|:|=){1,2}\s?(\d{4,8})\b"
        ),
        group=1,
        probe=r"(?i)\bpin\b",
        confidence=0.8,
        examples=("my PIN is 4821", "Meine PIN lautet 48213"),
        counterexamples=("GPIO pin: 1314", "the pin is 5 mm long"),
    ),
)
