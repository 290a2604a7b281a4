"""Credentials in URLs, connection strings and HTTP headers (RFC 3986 section 3.2.1, RFC 7617, RFC 6750)."""

from lacuna.adapters.classifiers.recogniser import Recogniser

RECOGNISERS = (
    Recogniser(
        rule="secret.url_credentials",
        kind="SECRET.CONNECTION",
        pattern=r"\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s:/@\"'<>]{0,64}:([^\s/\"'<>]{3,128})@\[?[\w.%-]+",
        group=1,
        validator="url_password",
        probe=r"://[^\s:/@\"'<>]*:[^\s/\"'<>]+@",
        confidence=0.92,
        examples=(
            "postgresql://app:t0p-S3cret@db.internal:5432/main",
            "https://ci:9f8a7b6c5d@git.host.io/r.git",
            "redis://:p@ss!word9@cache:6379",
        ),
        counterexamples=(
            "postgres://user:password@localhost/db",
            "https://host:8080/path@v2",
            "redis://:${REDIS_PASSWORD}@cache:6379",
        ),
    ),
    Recogniser(
        rule="secret.url_user_token",
        kind="SECRET.CONNECTION",
        pattern=r"\b(?:https?|git|ssh)(?:\+[a-z]{3,5})?://([A-Za-z0-9_-]{20,})(?::x-oauth-basic)?@[\w.-]+",
        group=1,
        validator="token_body",
        probe=r"(?:https?|git|ssh)(?:\+[a-z]+)?://[A-Za-z0-9_-]+(?::x-oauth-basic)?@",
        confidence=0.9,
        examples=("git clone https://q8Zt3LmW0xRv7KpB2nYc5HdJ9sFg@git.host.io/r.git",),
        counterexamples=("https://a-user@git.host.io/r.git",),
    ),
    Recogniser(
        rule="secret.connection_string",
        kind="SECRET.CONNECTION",
        pattern=(
            r"(?i)(?:AccountKey|SharedAccessKey|SharedAccessSignature|SharedSecretValue|Secret|Pwd|Password|_PASS|"
            r"sig)\s?=\s?([^\s;\"'<>{}]{6,200}=*)"
        ),
        group=1,
        probe=r"(?i)(?:AccountKey|SharedAccess|SharedSecret|Secret|Pwd|Password|_PASS|sig)\s?=",
        validator="connection_value",
        confidence=0.88,
        examples=(
            "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=Zk3v9Qm1xL8rT2wB7nYc5pHs0dFg4jKa==",
            "Server=db;Uid=sa;Pwd=Xy7!kLm29q",
            "Endpoint=https://a.azconfig.io;Id=l9-s0:Zk3v;Secret=Zk3v9Qm1xL8rT2wB7nYc5pHs0dFg4jKa=",
        ),
        counterexamples=("Password=yourpassword;", "sig=none", "password=getpass.getpass()"),
    ),
    Recogniser(
        rule="secret.authorization_header",
        kind="SECRET.TOKEN",
        pattern=(
            r"(?i)\b(?:(?:proxy-)?authorization|x-[a-z-]{0,20}(?:key|token|auth|secret)|api-?key|private-token|"
            r"cookie)[\"'`\]]{0,2}\s{0,3}[:=,]\s{0,3}[\"'`]?(?:(?:Bearer|Basic|Token|Digest|ApiKey|Splunk|SSWS|"
            r"OAuth|GenieKey|AWS4-HMAC-SHA256)[ =]{1,3})?([A-Za-z0-9_.~+/=:@-]{8,})"
        ),
        group=1,
        probe=r"(?i)authorization|\bx-[a-z]|api-?key|private-token|cookie",
        validator="header_value",
        confidence=0.88,
        examples=("curl -H 'Authorization: Bearer 9fK3m2X8q7w1Z0b5' https://api", "X-Api-Key: 7f3ka92mxq04bz81hw"),
        counterexamples=(
            '-H "Authorization: Bearer $TOKEN"',
            "Authorization: Bearer XXXXXXXXXXXX",
            "Authorization: Basic dXNlcjpwYXNzd29yZA==",
            "Set-Cookie: key2=val2",
        ),
    ),
    Recogniser(
        rule="secret.bearer",
        kind="SECRET.TOKEN",
        pattern=r"\b(?:[Bb]earer|Basic) ([A-Za-z0-9_.~+/-]{12,}=*)",
        group=1,
        probe=r"[Bb]earer |Basic ",
        validator="header_value",
        confidence=0.85,
        examples=("send Bearer 9fK3m2X8q7w1Z0b5Lp4v",),
        counterexamples=("Basic understanding_of_everything", "Bearer token-authentication-scheme"),
    ),
    Recogniser(
        rule="secret.session_cookie",
        kind="SECRET.TOKEN",
        pattern=(
            r"(?i)\b(?:[a-z_.-]{0,20}sess(?:ion)?(?:[_.-]?id)?|connect\.sid|phpsessid|jsessionid|asp\.net_sessionid|"
            r"remember_token|auth_?token|[a-z_]{0,12}jwt|csrftoken|xsrf-token|laravel_session|sid)=([A-Za-z0-9%_.!~+/-]{16,})"
        ),
        group=1,
        probe=r"(?i)(?:session|session_?id|sess|\bsid|\.sid|sessid|sessionid|_?token|jwt)=",
        validator="secret_value",
        confidence=0.85,
        examples=("Cookie: connect.sid=s%3Aq8Zt3LmW0xRv7KpB2nYc.5HdJ9sFg", "PHPSESSID=q8zt3lmw0xrv7kpb2nyc"),
        counterexamples=("sessionid=; Max-Age=0", "session=requests.Session()"),
    ),
    Recogniser(
        rule="secret.docker_auth",
        kind="SECRET.CONNECTION",
        pattern=r"\"auth\\{0,3}\"(?:\s|\\n|\\t){0,4}:(?:\s|\\n|\\t){0,4}\\{0,3}\"([A-Za-z0-9+/]{8,}={0,2})",
        group=1,
        probe=r"\"auth\\{0,3}\"",
        validator="basic_credentials",
        confidence=0.9,
        examples=('{"auths": {"registry.io": {"auth": "Ym9iOnQwcC1TM2NyZXQ="}}}',),
        counterexamples=('{"auth": "required"}', '{"auth": "dXNlcjpwYXNzd29yZA=="}'),
    ),
)
