"""Passwords on command lines, in SQL and in the files that tools read them from.

Sources: the manual pages of curl, mysql, sshpass, openssl, ldapsearch, net, psexec, zip, htpasswd, netrc(5), libpq's
pgpass.
"""

from lacuna.adapters.classifiers.recogniser import Recogniser

_KIND = "SECRET.PASSWORD"
_WORD = r"[\"']?([^\s\"'$<>|;`]{4,100})"
_REST = r"(?:[^\n|;]|\\\n){0,200}?"

_AFTER_FLAG = (
    (r"(?:mysql|mysqldump|mysqladmin|mariadb|7z[ar]?|unrar|rar)", r"-p"),
    (r"sshpass", r"-p\s{0,2}"),
    (
        r"(?:docker|podman|buildah|skopeo|helm|oc|az|heroku|psexec(?:\.exe)?|kinit|plink|pscp|sqlplus|bcp|sqlcmd|xfreerdp)",
        r"(?:-p|-P|/p:)\s{0,2}",
    ),
    (r"(?:unzip|zip)", r"-P\s{0,2}"),
    (r"redis-cli", r"(?:-a|--pass)\s{1,2}"),
    (r"ldap(?:search|add|modify|delete|passwd|whoami|compare)", r"-w\s{0,2}"),
    (r"openssl", r"(?:-k\s{1,2}|-(?:passin|passout|pass)\s{1,2}[\"']?pass:)"),
    (r"htpasswd", r"-[a-zA-Z]*b[a-zA-Z]*\s{1,2}(?:\S{1,80}\s{1,2})?\S{1,40}\s{1,2}"),
    (r"rabbitmqctl", r"(?:add_user|change_password)\s{1,2}\S{1,40}\s{1,2}"),
    (r"net", r"(?:use|user)\s[^\n|;]{0,80}?/user:\S{1,60}\s{1,2}"),
    (r"(?:smbclient|rpcclient|smbmap|crackmapexec|nxc|evil-winrm)", r"(?:-U\s{0,2}[\"']?[\w.\\/-]{1,40}%|-p\s{1,2})"),
    (r"vault", r"login\s{1,2}"),
    (r"(?:wpa_passphrase|nmcli)", r"(?:[^\s]{1,32}|password|psk)\s{1,2}"),
    (r"convertto-securestring", r"(?:-string\s{1,2}|-force\s{1,2}|-asplaintext\s{1,2}){0,3}"),
    (r"(?:snmpwalk|snmpget)", r"-[AX]\s{1,2}"),
)
_TOOLS = "|".join(rf"{tool}(?:\.exe)?[\"']?\s{_REST}{flag}" for tool, flag in _AFTER_FLAG)
_TOOL_NAMES = "|".join(tool for tool, _ in _AFTER_FLAG)

RECOGNISERS = (
    Recogniser(
        rule="secret.curl_user",
        kind=_KIND,
        pattern=(
            r"\b(?:curl|wget|aria2c)\b(?:[^\n]|\\\n){0,600}?\s(?:-u|-U|--user|--proxy-user|-a|--auth)[ "
            r"=]{0,3}[\"']?[^\s:\"'$<]{0,64}:?[\"']?([^\s\"'${<:]{3,128})"
        ),
        group=1,
        validator="password_part",
        probe=r"\b(?:curl|wget|aria2c)\b",
        confidence=0.8,
        examples=("curl -u kevin:mVy3gG7z5Q https://api.host", "curl --user 'd2LkV78zLx!t:' https://host"),
        counterexamples=(
            "curl -u $USER:$PASS https://api.host",
            "curl -X POST https://api.host",
            "curl -u username:password https://api",
        ),
    ),
    Recogniser(
        rule="secret.password_flag",
        kind=_KIND,
        pattern=(
            r"(?i)(?:^|[\s\"'\[(,])(?:--?|/)[\w-]{0,24}(?:passw(?:or)?d|passphrase|pass|pwd|storepass|keypass|"
            r"secret|token|api-?key|access-?key)(?:[=:\s]{1,3}|[\"'],\s{0,4}[\"'])" + _WORD
        ),
        group=1,
        probe=r"(?i)pass(?:word|wd|phrase)?[=:\s\"']|pwd|secret|token|api-?key|access-?key",
        validator="password",
        confidence=0.85,
        examples=(
            "gpg --decrypt --passphrase N1DdkUD3E73 --output f",
            "-Domain 'localhost' -Password 'Sjdn43ss@!'",
            "keytool -storepass Comet650# -list",
            "--super-secret_token 1ace4d19-fa7e-b4e2-c3f0-9129474bcd81",
        ),
        counterexamples=(
            "docker login --password-stdin registry",
            "--password $PASSWORD",
            "--token <token>",
            "psql --password prompt",
        ),
    ),
    Recogniser(
        rule="secret.command_password",
        kind=_KIND,
        pattern=rf"(?i)(?:^|[\s/\\\"'\x60(;|&])(?:{_TOOLS}){_WORD}",
        group=1,
        probe=rf"(?i)\b(?:{_TOOL_NAMES})\b",
        validator="command_password",
        confidence=0.85,
        examples=(
            "mysql -u root -pSommer1097 shop",
            "sshpass -p 'M0nd8!x' ssh root@host",
            "docker login -u bob -p ^N41MM#vE registry.io",
            "unzip -P 7srv69am2kak7 a.zip",
            "openssl rsa -passin pass:katze-pixel-83 -in k",
            "rabbitmqctl add_user bob skiw6su51z017",
            "net use z: \\\\srv\\share /user:bob xQbz4umRZpTYR",
            "smbclient -U bob%berg-winter-53 //srv/x",
            "ConvertTo-SecureString 'Comet_mond547' -AsPlainText -Force",
            "wpa_passphrase home Orbit_orbit284",
        ),
        counterexamples=(
            "mysql -u root -p shop",
            "docker run -p 8080:80 nginx",
            "docker run -p127.0.0.1:80:80 nginx",
            "mysql -P3306 -pport",
            "az login -p $PASSWORD",
            "vault login -method=github",
            "zip -r backup.zip src",
        ),
    ),
    Recogniser(
        rule="secret.piped_password",
        kind=_KIND,
        pattern=(
            r"(?i)(?:echo|printf|write-output)\s{1,2}(?:-n\s)?[\"']?([^\s\"'$<>|]{4,80})[\"']?\s?\|\s?(?:sudo\s+-S|"
            r"(?:docker|podman|helm)[^\n]{0,60}--password-stdin|passwd|chpasswd|cryptsetup|kinit|gpg[^\n]{0,60}passphrase-fd)"
        ),
        group=1,
        probe=r"(?i)sudo\s+-S|passwd|cryptsetup|kinit|password-stdin|passphrase-fd",
        validator="password_part",
        confidence=0.88,
        examples=("echo 'tiger-sonne-39' | sudo -S apt update", "echo bob:le1rnnce8zhs7 | chpasswd"),
        counterexamples=("echo $PASS | sudo -S apt update", "echo hello | sudo tee /etc/motd"),
    ),
    Recogniser(
        rule="secret.sql_password",
        kind=_KIND,
        pattern=(
            r"(?i)(?:identified\s+(?:with\s+\S{1,40}\s+)?(?:by|as)\s+(?:password\s+)?|(?:create|alter)\s+(?:user|role|login)\b[^\n;]{0,120}?"
            r"\bpassword\s{0,2}=?\s{0,2}N?|\bpassword\s{0,2}\(\s{0,2})\\?[\"'\x60]?([^\s\"'\x60;,()<>]{4,120})"
        ),
        group=1,
        probe=r"(?i)identified\s+(?:with|by|as)\b|\b(?:create|alter)\s+(?:user|role|login)\b|set\s+password\b",
        validator="password",
        confidence=0.88,
        examples=(
            "CREATE USER 'a'@'localhost' IDENTIFIED BY 'SqLpa5sW0rD';",
            "ALTER USER postgres WITH PASSWORD 'y0n0l651rj6o7';",
            "CREATE LOGIN app WITH PASSWORD = 'B3rg69!x';",
            "SET PASSWORD FOR bob = PASSWORD('Tig3r98!');",
        ),
        counterexamples=(
            "CREATE USER a IDENTIFIED BY 'password';",
            "SELECT user, password FROM login",
            "ALTER USER a IDENTIFIED BY :new_value",
        ),
    ),
    Recogniser(
        rule="secret.credential_file",
        kind=_KIND,
        pattern=(
            r"\b(?:machine\s+\S{1,100}|default)\s+login\s+\S{1,80}\s+password\s+(\S{4,100})|"
            r"\b(?:requirepass|masterauth)\s+(\S{4,100})|\b(?:ENV|ARG)\s+[A-Z_]{0,40}(?:PASSWORD|PASSWD|PASS|PWD)\s+(\S{4,100})|"
            r"(?m:^|\s)(?:[\w-]+(?:\.[\w-]+)+|localhost|\*):(?:\d{4,5}|\*):[\w*-]{1,40}:[\w*-]{1,40}:([^\s:]{4,100})"
        ),
        probe=r"\bmachine\s|\bdefault\s+login|requirepass|masterauth|\b(?:ENV|ARG)\s|:(?:\d\d\d\d\d?|\*):",
        validator="last_part",
        confidence=0.85,
        examples=(
            "machine git.host.io login bob password M0nd51!",
            "db.corp:5432:shop:app:Orbit_pixel831",
            "requirepass RlLyjP42#3yA6t",
            "ENV ADMIN_PASSWORD rot-nacht-36",
        ),
        counterexamples=("machine host login user password password", "at 10:30:15:22:45", "a.py:1234:in:main:print"),
    ),
)
