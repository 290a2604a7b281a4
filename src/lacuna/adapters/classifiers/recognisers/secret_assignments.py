"""Secrets without a format of their own: what a name, a word or a URL beside them says they are.

The value must look drawn at random (`randomness`), so that placeholders, paths and code do not count.
"""

from lacuna.adapters.classifiers.recogniser import Recogniser

_VENDORS = (
    "adafruit|adobe|airtable|algolia|alibaba|artifactory|asana|atlassian|auth0|aws|azure|beamer|bintray|bitbucket|"
    "bittrex|circleci|cloudflare|codecov|cohere|coinbase|confluence|"
    "confluent|contentful|contribsys|databricks|datadog|digitalocean|discord|docker|doppler|droneci|dropbox|duffel|"
    "dynatrace|easypost|elastic|etsy|facebook|fastly|figma|finicity|"
    "finnhub|firebase|flickr|flutterwave|frameio|freshbooks|gcp|github|gitlab|gitter|gocardless|grafana|harness|"
    "hashicorp|heroku|hubspot|infracost|intercom|intra42|jenkins|jfrog|"
    "jira|kraken|kucoin|launchdarkly|linear|linked-?_?in|lob|looker|mailchimp|mailgun|mapbox|mattermost|maxmind|"
    "meraki|message-?_?bird|mongodb|netlify|new-?_?relic|ngrok|notion|npm|"
    "nytimes|okta|openai|opsgenie|pagerduty|paypal|perplexity|plaid|planetscale|postman|prefect|privateai|pulumi|"
    "pypi|rapidapi|readme|rollbar|rubygems|salesforce|scalingo|segment|"
    "sendbird|sendgrid|sendinblue|sentry|shippo|shopify|sidekiq|slack|snowflake|snyk|sonar|sourcegraph|splunk|square|"
    "squarespace|stripe|sumo(?:logic)?|supabase|telegram|travis|"
    "trello|twilio|twitch|twitter|typeform|vault|vercel|wakatime|yandex|zapier|zendesk|zoom"
)
_KEY_WORDS = (
    r"key|keys|token|tokens|secret|secrets|api|apikey|auth|access|credential|credentials|creds|passw(?:or)?d|pwd|"
    r"client[_-]?id|signature|private|bearer|license|login|session|sid|hmac|salt|sig|pat"
)
_VALUE = r"[A-Za-z0-9][A-Za-z0-9_.+/=~|%:@-]{7,}"
_ASSIGN = (
    r"[\"'\])>]{0,3}\s{0,3}(?:=>|:=|::=|:::=|\|\|:|\?=|==?|:|>|,|\|)\s{0,6}(?:@?[\"'`(]{1,3}|b\"|Bearer |Token |"
    r"Basic )?\s{0,8}"
)
_ASSIGN_PROBE = r"[\"'\])>]*\s*[=:>,|?]+\s*[\"'`@(b]*(?:Bearer |Token |Basic )?\s*[A-Za-z0-9_.+/~-]*[0-9A-Z]"
_VALUE_PROBE = r"[A-Za-z0-9_.+/=~|%:@-]*[0-9]"

RECOGNISERS = (
    Recogniser(
        rule="secret.assignment",
        kind="SECRET.API_KEY",
        pattern=rf"(?i)(?:{_KEY_WORDS})[\w .-]{{0,24}}{_ASSIGN}({_VALUE})",
        probe=rf"(?i)(?:{_KEY_WORDS})[\w .-]*{_ASSIGN_PROBE}",
        group=1,
        validator="secret_value",
        confidence=0.85,
        examples=(
            'client_secret = "q8Zt3LmW0xRv7KpB2nYc"',
            "API_KEY: 7f3ka92mxq04bz81hw",
            "<apiToken>\n    k2v9x8q1m4z7w3e6\n</apiToken>",
        ),
        counterexamples=(
            "api_key = os.environ['KEY']",
            "token: YOUR_TOKEN_HERE",
            'key = "primary_key_column"',
            "secret: xxxxxxxxxxxxxxxx",
            "access: everyone_can_read_it",
        ),
    ),
    Recogniser(
        rule="secret.vendor_assignment",
        kind="SECRET.API_KEY",
        pattern=rf"(?i)(?:\b|_)(?:{_VENDORS})[\w .-]{{0,24}}{_ASSIGN}({_VALUE})",
        probe=rf"(?i)(?:\b|_)(?:{_VENDORS})[\w .-]*{_ASSIGN_PROBE}",
        group=1,
        validator="secret_value",
        confidence=0.8,
        examples=('droneci := "k2v9x8q1m4z7w3e6t5y0u1i2"', "looker = 4f9s8d7g6h5j4k3l2z1x"),
        counterexamples=("github: https", "slack = enabled_for_everyone", "docker, kubernetes and others"),
    ),
    Recogniser(
        rule="secret.spoken",
        kind="SECRET.API_KEY",
        pattern=(
            r"(?i)\b(?:key|token|secret|credential|api[ -]?key|pat|passcode|passphrase|schlussel|cle|clave|chiave|"
            r"sleutel)(?: is| was| ist| est| es|:| value| called| named)?[ :=\"'`]{1,4}([A-Za-z0-9][A-Za-z0-9_.+/=~|"
            r"%:@-]{11,})"
        ),
        group=1,
        probe=(
            rf"(?i)\b(?:key|token|secret|credential|api[ -]?key|pat|passcode|passphrase|schlussel|cle|clave|chiave|"
            rf"sleutel)(?: is| was| ist| est| es|:| value| called| named)?[ :=\"'`]+{_VALUE_PROBE}"
        ),
        validator="secret_value",
        confidence=0.8,
        examples=("why does my token k2v9x8q1m4z7w3e6 fail?", "the key is 9fk3m2x8q7w1z0b5"),
        counterexamples=("the key is internationalization", "token authentication-middleware fails"),
    ),
    Recogniser(
        rule="secret.password",
        kind="SECRET.PASSWORD",
        pattern=(
            r"(?i)(?:passw(?:or)?d|pwd|passphrase|passcode|passwort|kennwort|mot de passe|mdp|contrasena|senha|"
            r"parola|wachtwoord|haslo|losenord|salasana|sifre|пароль|パスワード|密码|비밀번호)"
            r"[\w]{0,20}[\"'\])]{0,2}\s{0,3}(?:is|are|was|ist|lautet|est|es|e|=>|:=|=|:|to)\s{0,3}(?:now "
            r")?[\"'`]?([^\s\"'`,;<>]{5,80})"
        ),
        group=1,
        probe=(
            r"(?i)passw(?:or)?d|pwd|passphrase|passcode|passwort|kennwort|mot de passe|\bmdp\b|contrasena|\bsenha|"
            r"\bparola|wachtwoord|haslo|losenord|salasana|sifre|пароль|パスワード|密码|비밀번호"
        ),
        validator="password",
        confidence=0.85,
        examples=("the password is hunter22!", "DB_PASSWORD=s3cr3t-Pa55", "Das Passwort lautet Sommer2024"),
        counterexamples=(
            "the password is required",
            "password: str",
            "password is stored in $PASSWORD",
            "POSTGRES_PASSWORD=password",
        ),
    ),
    Recogniser(
        rule="secret.url_credentials",
        kind="SECRET.CONNECTION",
        pattern=r"\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s:/@\"'<>]{0,64}:([^\s/@\"'<>]{3,128})@[\w.-]+",
        group=1,
        validator="password",
        probe=r"://[^\s:/@\"'<>]*:[^\s/@\"'<>]+@",
        confidence=0.92,
        examples=("postgresql://app:t0p-S3cret@db.internal:5432/main", "https://ci:9f8a7b6c5d@git.host.io/r.git"),
        counterexamples=(
            "postgres://user:password@localhost/db",
            "https://host:8080/path@v2",
            "redis://:${REDIS_PASSWORD}@cache:6379",
        ),
    ),
    Recogniser(
        rule="secret.connection_string",
        kind="SECRET.CONNECTION",
        pattern=(
            r"(?i)(?:AccountKey|SharedAccessKey|SharedAccessSignature|Pwd|Password|"
            r"sig)=([A-Za-z0-9+/%!#$^&*_.~-]{8,128}=*)"
        ),
        group=1,
        probe=r"(?i)(?:AccountKey|SharedAccessKey|SharedAccessSignature|Pwd|Password|sig)=[A-Za-z0-9+/%!#$^&*_.~-]",
        validator="secret_value",
        confidence=0.88,
        examples=(
            "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=Zk3v9Qm1xL8rT2wB7nYc5pHs0dFg4jKa==",
            "Server=db;Uid=sa;Pwd=Xy7!kLm29q",
        ),
        counterexamples=("Password=yourpassword;", "sig=none"),
    ),
    Recogniser(
        rule="secret.authorization_header",
        kind="SECRET.TOKEN",
        pattern=(
            r"(?i)\b(?:(?:proxy-)?authorization|x-[a-z-]{0,20}(?:key|token|auth|secret)|api-?key|private-token|"
            r"cookie)[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?:(?:Bearer|Basic|Token|Digest|ApiKey|"
            r"AWS4-HMAC-SHA256)\s{1,3})?([A-Za-z0-9_.~+/=:@-]{8,})"
        ),
        group=1,
        probe=r"(?i)(?:authorization|x-[a-z-]*(?:key|token|auth|secret)|api-?key|private-token|cookie)[\"']?\s*[:=]",
        validator="secret_value",
        confidence=0.88,
        examples=("curl -H 'Authorization: Bearer 9fK3m2X8q7w1Z0b5' https://api", "X-Api-Key: 7f3ka92mxq04bz81hw"),
        counterexamples=('-H "Authorization: Bearer $TOKEN"', "Authorization: Bearer XXXXXXXXXXXX"),
    ),
    Recogniser(
        rule="secret.bearer",
        kind="SECRET.TOKEN",
        pattern=r"\b(?:Bearer|Basic) ([A-Za-z0-9_.~+/-]{16,}=*)",
        group=1,
        probe=r"\b(?:Bearer|Basic) [A-Za-z0-9_.~+/-]",
        validator="secret_value",
        confidence=0.85,
        examples=("send Bearer 9fK3m2X8q7w1Z0b5Lp4v",),
        counterexamples=("Basic understanding_of_everything", "Bearer token-authentication-scheme"),
    ),
    Recogniser(
        rule="secret.curl_user",
        kind="SECRET.PASSWORD",
        pattern=(
            r"\bcurl\b(?:[^\n]|\\\n){0,600}?\s(?:-u|--user)[ "
            r"=]{0,3}[\"']?[^\s:\"'$<]{1,64}:[\"']?([^\s\"'${<]{3,128})"
        ),
        group=1,
        validator="password_part",
        probe=r"\bcurl\b",
        confidence=0.8,
        examples=("curl -u kevin:mVy3gG7z5Q https://api.host",),
        counterexamples=("curl -u $USER:$PASS https://api.host", "curl -X POST https://api.host"),
    ),
    Recogniser(
        rule="secret.random_token",
        kind="SECRET.TOKEN",
        pattern=r"[A-Za-z0-9_+-]{20,}={0,2}",
        probe=r"[A-Za-z]\d+[A-Za-z][A-Za-z_+-]*\d",
        unless=r"[/.#@&?%:\w-]|sha\d*[-:]|integrity=.?|commit |nonce-|boundary=-*",
        validator="random_token",
        confidence=0.6,
        examples=("it printed JHQT5zinMgZVMvLZI89e3KdYG78Ui8 and stopped",),
        counterexamples=(
            "f15a5a04b0f6dc6073e6db0296e6ef2d8b8d2522",
            "com_example_service_configuration_v2",
            "see https://host/JHQT5zinMgZVMvLZI89e3KdYG78Ui8",
            "29f63271-dc2f-4734-8221-5b31b5169bac",
        ),
    ),
)
