"""Private keys in their file formats, seeds that stand for keys, and hashes of passwords.

A header alone is not a key: code that reads keys is full of headers. Sources: RFC 7468 (PEM), RFC 4880 (PGP), RFC 7518
(JWK), BIP-39 (phrases), crypt(5) and RFC 2307 (hashes).
"""

from lacuna.adapters.classifiers.recogniser import Recogniser

_BODY = "q8Zt3LmW0xRv7KpB2nYc"
_KIND = "SECRET.PRIVATE_KEY"
_WORDS = "legal winner thank year wave sausage worth useful legal winner thank yellow"

RECOGNISERS = (
    Recogniser(
        rule="secret.private_key",
        kind=_KIND,
        pattern=(
            r"-----BEGIN[ A-Z0-9_-]{0,60}PRIVATE KEY(?: BLOCK)?-----[\s\\nrt\"'+,;>|#*\x60&]*(?:[A-Za-z-]+: [^\n\\]*"
            r"(?:\s|\\n|\\r)+)*[\s\\nrt\"'+,]*[A-Za-z0-9+/]{14,}[\s\\nA-Za-z0-9+/=:,.-]*"
        ),
        probe=r"PRIVATE KEY(?: BLOCK)?-----",
        confidence=0.99,
        examples=(
            f"-----BEGIN RSA PRIVATE KEY-----\n{_BODY}",
            f"key: '-----BEGIN PRIVATE KEY-----\\n{_BODY}\\n'",
            f"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,7C3A\n\n{_BODY}",
            f"-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\n{_BODY}",
        ),
        counterexamples=(
            "-----BEGIN PUBLIC KEY-----",
            "BEGIN PRIVATE KEY",
            "if data.startswith('-----BEGIN PRIVATE KEY-----'): load(data)",
            "-----BEGIN OPENSSH PRIVATE KEY----------END OPENSSH PRIVATE KEY-----",
        ),
    ),
    Recogniser(
        rule="secret.putty_key",
        kind=_KIND,
        pattern=r"PuTTY-User-Key-File-\d:|Private-Lines: \d|Private-MAC: [a-f0-9]{20,}",
        confidence=0.97,
        examples=("PuTTY-User-Key-File-3: ssh-ed25519",),
        counterexamples=("PuTTY user key",),
    ),
    Recogniser(
        rule="secret.age_key",
        kind=_KIND,
        pattern=r"AGE-(?:SECRET-KEY|PLUGIN-[A-Z0-9]{1,20})-1[A-Z0-9]{50,62}",
        probe="AGE-(?:SECRET|PLUGIN)-",
        validator="token_body",
        confidence=0.97,
        examples=("AGE-SECRET-KEY-1" + "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHC",),
        counterexamples=("AGE-SECRET-KEY-1",),
    ),
    Recogniser(
        rule="secret.gcp_service_account",
        kind=_KIND,
        pattern=r"\"type\"\s*:\s*\"service_account\"",
        confidence=0.9,
        examples=('{"type": "service_account", "project_id": "a"}',),
        counterexamples=("a service_account type",),
    ),
    Recogniser(
        rule="secret.json_web_key",
        kind=_KIND,
        pattern=r"\"(?:d|k|p|q|dp|dq|qi)\\{0,2}\"\s{0,3}:\s{0,3}\\{0,2}\"([A-Za-z0-9_-]{20,})",
        group=1,
        probe=r"\"(?:d|k|p|q|dp|dq|qi)\\{0,2}\"",
        validator="token_body",
        confidence=0.93,
        examples=(f'{{"kty": "oct", "k": "{_BODY}5HdJ9sFg4TaE6uQiO1"}}',),
        counterexamples=('{"kty": "EC", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"}', '{"k": "v"}'),
    ),
    Recogniser(
        rule="secret.pkcs12",
        kind=_KIND,
        pattern=r"\bMII[A-Za-z0-9+/]{2,4}IBAzCC[A-Za-z0-9+/=\s]{40,}",
        probe="IBAzCC",
        confidence=0.95,
        examples=("MIIKUQIBAzCC" + _BODY * 3,),
        counterexamples=("MIIDBDCCAeygAwIBAgIBEDANBgkqhkiG9w0BAQUFADBt",),
    ),
    Recogniser(
        rule="secret.seed_phrase",
        kind=_KIND,
        pattern=(
            r"(?i)(?:seed|mnemonic|recovery|backup|wallet|secret|passphrase|bip-?39)[\w ,'-]{0,40}[:=\"'\s]{1,4}"
            r"((?:(?:\d{1,2}[.):] ?)?[a-z]{3,8}[\s,]{1,3}){11,23}(?:\d{1,2}[.):] ?)?[a-z]{3,8})\b"
        ),
        group=1,
        probe=r"(?i)\b(?:seed|recovery|backup|secret|wallet)[ -](?:phrase|words?|key|is\b)|mnemonic|\bbip-?39",
        validator="seed_phrase",
        confidence=0.9,
        examples=(f"my seed phrase is {_WORDS}", f"MNEMONIC='{_WORDS}'"),
        counterexamples=(
            "the seed phrase is a list of words that wallets use so that people can write it down and keep it",
            "a mnemonic is a device that helps",
        ),
    ),
    Recogniser(
        rule="secret.password_hash",
        kind="SECRET.PASSWORD",
        pattern=(
            r"\$(?:1|2[abxy]?|5|6|7|8|9|14|y|gy|apr1|md5|sha1|argon2(?:id?|d)|scrypt|pbkdf2(?:-sha\d{1,3})?|P|H|S|"
            r"bcrypt-sha256|krb5\w{2,6}|DCC2|ml)\$[A-Za-z0-9./$=,+:@*_-]{20,512}|"
            r"\b(?:pbkdf2_sha\d{1,3}|bcrypt_sha256|argon2|scrypt|sha1|md5)\$[A-Za-z0-9./$=,+-]{20,200}|"
            r"\{(?:S?SHA\d{0,3}|S?MD5|CRYPT|PBKDF2[\w-]{0,12}|SASL|ARGON2)\}[A-Za-z0-9./$+=,-]{20,200}|"
            r"(?m:^|\s)[\w.$\\-]{1,40}:\d{1,7}:[0-9a-fA-F]{32}:[0-9a-fA-F]{32}:::|"
            r"'\*[0-9A-F]{40}'"
        ),
        probe=(
            r"\$(?:1|2[abxy]?|5|6|7|8|9|14|y|gy|apr1|md5|sha1|argon2i?d?|scrypt|pbkdf2|P|H|S|bcrypt-sha256|krb5|DCC2|ml)[\w-]*\$|"
            r"(?:pbkdf2_sha\d+|bcrypt_sha256|argon2|scrypt|sha1|md5)\$|\{(?:S?SHA|S?MD5|CRYPT|PBKDF2|SASL|ARGON2)|:::|'\*[0-9A-F]"
        ),
        validator="password_hash",
        confidence=0.93,
        examples=(
            f"admin:$2b$12${_BODY}5HdJ9sFg4TaE6uQiO1q8Zt3LmW0xRv7Kp",
            f"root:$6$Zt3LmW0x${_BODY * 4}:19000:0:99999:7:::",
            f"pbkdf2_sha256$260000${_BODY}${_BODY * 2}=",
            f"userPassword: {{SSHA}}{_BODY}5HdJ9sFg4TaE6u==",
            "Administrator:500:aad3b435b51404eeaad3b435b51404ee:7c3a9f0e5b1d8264f3a7c0e9b5d18264:::",
        ),
        counterexamples=("costs $5$ or so", "$1$2$3", "${HOME}/bin", "{SHA}", "sha1$"),
    ),
    Recogniser(
        rule="secret.one_time_seed",
        kind="SECRET.TOKEN",
        pattern=(
            r"(?i:otpauth(?:-migration)?://[^\s\"'<>]{0,200}?(?:secret|data)=|(?:totp|hotp|2fa|mfa|otp|two[ -]factor|"
            r"authenticator)[\w '-]{0,24}[ :=\"'`]{1,4})([A-Z2-7]{16,}|[A-Za-z0-9%+/]{40,}|(?:[A-Za-z2-7]{4} ){3,15}"
            r"[A-Za-z2-7]{4}\b)"
        ),
        group=1,
        probe=r"(?i)otpauth|\b(?:totp|hotp|2fa|mfa|otp|authenticator)\b|two[ -]factor",
        validator="one_time_seed",
        confidence=0.9,
        examples=(
            "the 2FA seed is JBSWPUP3XLS7AOCSWEHNARCQWDZA",
            "otpauth://totp/x:bob?secret=K5QXS3LPNZSWI4TV&issuer=x",
        ),
        counterexamples=("a TOTP secret is shared between server and app", "MFA: AUTHENTICATION is required"),
    ),
    Recogniser(
        rule="secret.recovery_code",
        kind="SECRET.PASSWORD",
        pattern=r"\b(?:[0-9A-Za-z]{4,6}-[0-9A-Za-z]{4,6}|[0-9a-f]{8,16}|\d{6,10}|\d{3,4} \d{3,4}(?: \d{3,4})?)\b",
        context=(
            r"(?:recovery|backup|rescue|scratch|wiederherstellungs|einmal|one[ -]time|2fa|mfa|otp|verification|"
            r"verifizierungs|bestatigungs|de recuperation|de recuperacion|de respaldo|di recupero)[ -]?"
            r"(?:codes?|passw(?:or)?d|pin|kode|codigos?)|codes? de (?:secours|recuperation)|"
            r"codigos? de (?:recuperacion|respaldo)"
        ),
        before=24,
        after=0,
        probe=(
            r"(?i)recovery|backup|rescue|scratch|wiederherstellung|einmal|one[ -]time|\b(?:2fa|mfa|otp)\b|verifi|"
            r"bestatigung|recuper|respaldo|secours"
        ),
        validator="recovery_code",
        confidence=0.8,
        examples=("recovery code: 9e07d-f3bf6", "backup codes: 84950554 78339007", "Your one-time code 493 027"),
        counterexamples=("backup code is well-known", "recovery codes are kept in vault-prod"),
    ),
)
