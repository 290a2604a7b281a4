"""Keys and tokens that their issuer marks with a prefix or a fixed form. Formats as the issuers document them.

Bodies are matched by length and alphabet only: checksums inside tokens differ by version of the issuer.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lacuna.adapters.classifiers.recogniser import Recogniser

_KEY = "SECRET.API_KEY"
_TOKEN = "SECRET.TOKEN"  # noqa: S105 - a kind, not a token
_FILLER = "q8Zt3LmW0xRv7KpB2nYc5HdJ9sFg4TaE6uQiO1"
_HEX_FILLER = "7c3a9f0e5b1d8264f3a7c0e9b5d18264"


@dataclass(frozen=True, slots=True)
class _Format:
    """`prefix` is literal RE2, `body` the rest. The example is the sample prefix with a made-up body of `length`
    characters of `filler`, put together here so that no file of this repository holds anything that looks like a key.
    """

    name: str
    prefix: str
    body: str
    sample: str
    length: int
    filler: str = _FILLER
    kind: str = _KEY
    end: str = ""
    probe: str = ""


def _example(form: _Format) -> str:
    body = (form.filler * (form.length // len(form.filler) + 1))[: form.length]
    return form.sample + body + form.end


_ALNUM = "[A-Za-z0-9]"
_WORD = "[A-Za-z0-9_-]"
_LOWER = "q8zt3lmw0xrv7kpb2nyc5hdj9sfg4tae6uqio1"
_UPPER = _LOWER.upper()

_FORMATS = (
    # clouds
    _Format(
        "aws_access_key_id",
        r"(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|ANPA)",
        r"[A-Z0-9]{16}",
        "AKIA",
        16,
        _UPPER,
    ),
    _Format("aws_bedrock", r"ABSK", r"[A-Za-z0-9+/]{40,}=*", "ABSK", 110),
    _Format("aws_bedrock_short", r"bedrock-api-key-", r"[A-Za-z0-9+/]{16,}=*", "bedrock-api-key-", 40),
    _Format("gcp_api_key", r"AIza", r"[\w-]{35}", "AIza", 35),
    _Format("gcp_oauth_secret", r"GOCSPX-", r"[\w-]{24,28}", "GOCSPX-", 28),
    _Format("gcp_oauth_token", r"ya29\.", r"[\w-]{30,}", "ya29.", 60, kind=_TOKEN),
    _Format(
        "azure_ad_secret",
        r"[A-Za-z0-9_~.]{3}\dQ~",
        r"[A-Za-z0-9_~.-]{31,34}",
        "abC8Q~",
        34,
        probe=r"\dQ~[A-Za-z0-9_~.-]",
    ),
    _Format(
        "azure_devops",
        r"[A-Za-z0-9]{52}JQQJ99",
        r"[A-Za-z0-9]{10,40}",
        "q8Zt3LmW0xRv7KpB2nYc5HdJ9sFg4TaE6uQiO1q8Zt3LmW0xRv7KJQQJ99",
        24,
        probe="JQQJ99",
    ),
    _Format("alibaba", r"LTAI", r"[A-Za-z0-9]{12,24}", "LTAI", 20, _LOWER),
    _Format("digitalocean", r"do[opr]_v1_", r"[a-f0-9]{64}", "dop_v1_", 64, _HEX_FILLER),
    _Format("heroku", r"HRKU-", r"[\w-]{36,64}", "HRKU-AA", 58),
    _Format(
        "ibm_cloud", r"ApiKey-", r"[0-9a-f]{8}-[0-9a-f-]{27}", "ApiKey-", 36, "7c3a9f0e-5b1d-8264-f3a7-c0e9b5d18264"
    ),
    _Format("yandex", r"(?:AQVN|YC)", r"[\w-]{35,40}", "AQVN", 37),
    _Format("yandex_iam", r"t1\.", r"[\w-]+={0,2}\.[\w-]{60,}={0,2}", "t1.q8Zt3LmW.", 86, kind=_TOKEN),
    _Format("scalingo", r"tk-us-", r"[\w-]{48}", "tk-us-", 48),
    _Format("flyio", r"(?:fo1_|fm1[ar]_|fm2_)", r"[\w+/-]{40,}=*", "fo1_", 43),
    _Format("vercel", r"vc[a-z]_", _ALNUM + r"{24,60}", "vcp_", 56),
    _Format("supabase", r"sbp_", r"[a-f0-9]{40}", "sbp_", 40, _HEX_FILLER),
    _Format("supabase_secret", r"sb_secret_", r"[\w-]{22,}", "sb_secret_", 31),
    _Format("planetscale", r"pscale_(?:tkn|oauth|pw|app_secret)_", r"[\w=.-]{32,64}", "pscale_tkn_", 43),
    _Format("neon", r"napi_", r"[a-z0-9]{40,}", "napi_", 64, _LOWER),
    _Format("clickhouse", r"4b1d", _ALNUM + r"{38}", "4b1d", 38),
    _Format("databricks", r"dapi", r"[a-f0-9]{32}(?:-\d)?", "dapi", 32, _HEX_FILLER),
    _Format(
        "dynatrace",
        r"dt0[a-z]\d\d\.",
        r"[A-Z0-9a-z]{24}\.[A-Z0-9a-z]{64}",
        "dt0c01.q8zt3lmw0xrv7kpb2nyc5hdj.",
        64,
        _LOWER,
    ),
    # code and delivery
    _Format("github", r"gh[pousr]_", _ALNUM + r"{36,}", "ghp_", 36),
    _Format("github_fine_grained", r"github_pat_", r"\w{40,}", "github_pat_", 82),
    _Format("gitlab", r"gl(?:pat|dt|rt|ptt|ft|imt|agent|oas|soat|ffct|cbt|wt)-", r"[\w.-]{20,}", "glpat-", 20),
    _Format("gitlab_runner", r"GR1348941", r"[\w-]{20}", "GR1348941", 20),
    _Format("gitlab_session", r"_gitlab_session=", r"[0-9a-z]{32}", "_gitlab_session=", 32, _LOWER, _TOKEN),
    _Format("bitbucket", r"ATBB", _ALNUM + r"{24,40}", "ATBB", 32),
    _Format("atlassian", r"ATATT3", r"[\w=-]{100,}", "ATATT3", 186),
    _Format("npm", r"npm_", _ALNUM + r"{36}", "npm_", 36),
    _Format("pypi", r"pypi-", r"AgE[\w-]{16,}", "pypi-AgE", 80),
    _Format("rubygems", r"rubygems_", r"[a-f0-9]{48}", "rubygems_", 48, _HEX_FILLER),
    _Format("nuget", r"oy2", r"[a-z0-9]{43}", "oy2", 43, _LOWER),
    _Format("clojars", r"(?i:CLOJARS_)", r"[A-Za-z0-9]{60}", "CLOJARS_", 60, _LOWER),
    _Format("docker_hub", r"dckr_(?:pat|oat)_", r"[\w-]{27,}", "dckr_pat_", 27),
    _Format("artifactory", r"(?:AKCp|cmVmd)", _ALNUM + r"{59,73}", "AKCp", 69),
    _Format("circleci", r"CCIPAT_", r"[\w-]{30,}", "CCIPAT_", 62),
    _Format("buildkite", r"bkua_", r"[a-z0-9]{40}", "bkua_", 40, _LOWER),
    _Format("sonar", r"sq[apu]_", r"[a-z0-9]{40}", "squ_", 40, _LOWER),
    _Format("sourcegraph", r"sgp_(?:[a-fA-F0-9]{16}_|local_)?", r"[a-fA-F0-9]{40}", "sgp_", 40, _HEX_FILLER),
    _Format(
        "terraform",
        r"[A-Za-z0-9]{14}\.atlasv1\.",
        r"[\w=-]{60,70}",
        "q8Zt3LmW0xRv7K.atlasv1.",
        67,
        probe=r"\.atlasv1\.",
    ),
    _Format("vault", r"hv[bsr]\.", r"[\w-]{24,}", "hvs.", 90),
    _Format("vault_legacy", r"s\.", _ALNUM + r"{24}", "s.", 24),
    _Format("pulumi", r"pul-", r"[a-f0-9]{40}", "pul-", 40, _HEX_FILLER),
    _Format("doppler", r"dp\.(?:pt|st|ct|sa|scim|audit)\.", r"[\w.]{40,50}", "dp.pt.", 43),
    _Format("infracost", r"ico-", _ALNUM + r"{32}", "ico-", 32),
    _Format("octopus", r"API-", r"[A-Z0-9]{26,40}", "API-", 26, _UPPER),
    _Format(
        "harness",
        r"(?:pat|sat)\.",
        r"[\w-]{22}\.[a-zA-Z0-9]{24}\.[a-zA-Z0-9]{20}",
        "pat.q8Zt3LmW0xRv7KpB2nYc5H.q8Zt3LmW0xRv7KpB2nYc5HdJ.",
        20,
        probe=r"\b(?:pat|sat)\.[\w-]+\.[a-zA-Z0-9]",
    ),
    _Format("openshift", r"sha256~", r"[\w-]{43}", "sha256~", 43, kind=_TOKEN),
    _Format("prefect", r"pn[ub]_", _ALNUM + r"{36}", "pnu_", 36),
    _Format("snyk", r"snyk_(?:uat|sat)\.", r"[\w.-]{30,}", "snyk_uat.", 40),
    _Format("postman", r"PMAK-", r"[a-f0-9]{24}-[a-f0-9]{34}", "PMAK-7c3a9f0e5b1d8264f3a7c0e9-", 34, _HEX_FILLER),
    _Format("readme", r"rdme_", r"[a-z0-9]{70}", "rdme_", 70, _LOWER),
    # models
    _Format("openai", r"sk-(?:proj-|svcacct-|admin-|None-)?", r"[\w-]{20,}", "sk-proj-", 60),
    _Format("anthropic", r"sk-ant-", r"[\w-]{20,}", "sk-ant-api03-", 93, end="AA"),
    _Format("hugging_face", r"(?:hf_|api_org_)", r"[A-Za-z0-9]{34,40}", "hf_", 34),
    _Format("groq", r"gsk_", _ALNUM + r"{40,60}", "gsk_", 52),
    _Format("perplexity", r"pplx-", _ALNUM + r"{40,60}", "pplx-", 48),
    _Format("replicate", r"r8_", _ALNUM + r"{37}", "r8_", 37),
    _Format("xai", r"xai-", _ALNUM + r"{60,90}", "xai-", 80),
    _Format(
        "langsmith",
        r"lsv2_(?:pt|sk)_",
        r"[a-f0-9]{32}_[a-f0-9]{10}",
        "lsv2_pt_7c3a9f0e5b1d8264f3a7c0e9b5d18264_",
        10,
        _HEX_FILLER,
    ),
    _Format("weights_and_biases", r"wandb_v1_", r"\w{40,}", "wandb_v1_", 60),
    _Format("tavily", r"tvly-", r"[\w-]{20,}", "tvly-dev-", 32),
    # messages and mail
    _Format(
        "slack",
        r"(?i:xox[abeoprs]|xapp|xoxe\.xox[bp])-",
        r"[A-Za-z0-9-]{10,}",
        "xoxb-",
        40,
        "312771249278-3636539673356-VssETCdHyy",
    ),
    _Format(
        "slack_webhook",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/",
        r"[A-Za-z0-9+/]{40,60}",
        "hooks.slack.com/services/",
        46,
    ),
    _Format(
        "teams_webhook",
        r"[a-z0-9]+\.webhook\.office\.com/webhookb2/",
        r"[A-Za-z0-9@/-]{40,}",
        "acme.webhook.office.com/webhookb2/",
        90,
        _LOWER,
        probe=r"webhook\.office\.com",
    ),
    _Format(
        "discord_webhook",
        r"discord(?:app)?\.com/api/webhooks/",
        r"\d{17,20}/[\w-]{60,70}",
        "discord.com/api/webhooks/312771249278363653/",
        68,
        probe="/api/webhooks/",
    ),
    _Format(
        "discord_bot",
        r"[MNO][A-Za-z\d]{23,25}\.[\w-]{6}\.",
        r"[\w-]{27,38}",
        "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.",
        27,
        probe=r"\b[MNO][A-Za-z\d]+\.[\w-]+\.[\w-]",
    ),
    _Format("telegram_bot", r"\d{8,10}:AA", r"[\w-]{33}", "3127712492:AA", 33, probe=r"\d:AA[\w-]"),
    _Format("twilio", r"(?:SK|AC)", r"[0-9a-f]{32}", "SK", 32, _HEX_FILLER),
    _Format("sendgrid", r"SG\.", r"[\w=.-]{22,66}", "SG.", 66),
    _Format("mailgun", r"(?:key|pubkey)-", r"[a-f0-9]{32}", "key-", 32, _HEX_FILLER),
    _Format(
        "mailchimp",
        r"[a-f0-9]{32}-us",
        r"\d{1,2}",
        "7c3a9f0e5b1d8264f3a7c0e9b5d18264-us",
        2,
        "14",
        probe=r"[a-f0-9]-us\d",
    ),
    _Format("sendinblue", r"xkeysib-", r"[a-f0-9]{64}-[A-Za-z0-9]{16}", "xkeysib-" + _HEX_FILLER * 2 + "-", 16),
    _Format("resend", r"re_", r"[A-Za-z0-9]{8}_[A-Za-z0-9]{20,28}", "re_q8Zt3LmW_", 24),
    # payment and commerce
    _Format("stripe", r"(?:sk|rk|pk)_(?:test|live|prod)_", _ALNUM + r"{10,}", "sk_live_", 24),
    _Format("stripe_webhook", r"whsec_", r"[A-Za-z0-9+/]{24,}=*", "whsec_", 32),
    _Format("square", r"(?:EAAA|sq0(?:atp|csp|idp)-)", r"[\w-]{22,60}", "sq0atp-", 22),
    _Format("shopify", r"shp(?:at|ca|pa|ss|tka)_", r"[a-fA-F0-9]{32}", "shpat_", 32, _HEX_FILLER),
    _Format("shippo", r"shippo_(?:live|test)_", r"[a-fA-F0-9]{40}", "shippo_live_", 40, _HEX_FILLER),
    _Format("flutterwave", r"FLW(?:SEC|PUB)K_TEST-", r"[A-Za-z0-9]{12,32}(?:-X)?", "FLWSECK_TEST-", 32, _HEX_FILLER),
    _Format("easypost", r"EZ[AT]K", _ALNUM + r"{54}", "EZAK", 54, _LOWER),
    _Format("duffel", r"duffel_(?:test|live)_", r"[\w=-]{43}", "duffel_live_", 43),
    _Format("gocardless", r"live_", r"[\w=-]{40}", "live_", 40),
    _Format("lob", r"(?:live|test)_(?:pub_)?", r"[a-f0-9]{31,35}", "test_", 35, _HEX_FILLER),
    _Format(
        "paypal_braintree",
        r"access_token\$production\$",
        r"[0-9a-z]{16}\$[0-9a-f]{32}",
        "access_token$production$q8zt3lmw0xrv7kpb$",
        32,
        _HEX_FILLER,
    ),
    _Format(
        "plaid",
        r"access-(?:sandbox|development|production)-",
        r"[0-9a-f-]{36}",
        "access-production-",
        36,
        "7c3a9f0e-5b1d-8264-f3a7-c0e9b5d18264",
    ),
    _Format("adyen", r"AQE", r"[A-Za-z0-9+/]{5}[A-Za-z0-9+/=.-]{60,}", "AQE", 90),
    # observation and data
    _Format("grafana", r"(?:glc_|glsa_|eyJrIjoi)", r"[A-Za-z0-9+/_]{32,}={0,3}", "glsa_", 41),
    _Format("sentry", r"sntry[su]_", r"[A-Za-z0-9+/=_]{40,}", "sntryu_", 64, _HEX_FILLER),
    _Format("new_relic", r"(?:NRAK|NRJS|NRII|NRAA|NRSP|NRRA)-", r"[A-Za-z0-9-]{19,42}", "NRAK-", 27, _UPPER),
    _Format("datadog", r"dd[ap]p_", _ALNUM + r"{34,40}", "ddap_", 36),
    _Format("honeycomb", r"hc[abxz]ik_", r"[a-z0-9]{58}", "hcaik_", 58, _LOWER),
    _Format("posthog", r"ph[cxs]_", _ALNUM + r"{40,50}", "phx_", 43),
    _Format(
        "airtable",
        r"pat[A-Za-z0-9]{14}\.",
        r"[a-f0-9]{64}",
        "patq8Zt3LmW0xRv7K.",
        64,
        _HEX_FILLER,
        probe=r"\bpat[A-Za-z0-9]+\.[a-f0-9]",
    ),
    _Format("notion", r"(?:ntn_|secret_)", _ALNUM + r"{40,50}", "ntn_", 46),
    _Format("linear", r"lin_(?:api|oauth)_", _ALNUM + r"{32,64}", "lin_api_", 40),
    _Format("figma", r"fig[dor][hp]?_", r"[\w-]{40,60}", "figd_", 43),
    _Format("frameio", r"fio-u-", r"[\w=-]{64}", "fio-u-", 64),
    _Format("typeform", r"tfp_", r"[\w.=-]{40,60}", "tfp_", 59),
    _Format("hubspot", r"pat-(?:na|eu)\d-", r"[0-9a-f-]{36}", "pat-na1-", 36, "7c3a9f0e-5b1d-8264-f3a7-c0e9b5d18264"),
    _Format("contentful", r"CFPAT-", r"[\w-]{43}", "CFPAT-", 43),
    _Format("mapbox", r"[ps]k\.", r"[A-Za-z0-9]{60}\.[\w-]{22}", "sk." + (_FILLER * 2)[:60] + ".", 22),
    _Format("maxmind", r"[A-Za-z0-9]{6}_", r"[A-Za-z0-9]{29}_mmk", "q8Zt3L_", 29, end="_mmk", probe="_mmk"),
    _Format("beamer", r"b_", r"[\w=-]{44}", "b_", 44),
    _Format("dnkey", r"dnkey-", r"[\w=-]{26}-[\w=-]{52}", "dnkey-q8zt3lmw0xrv7kpb2nyc5hdj9s-", 52, _LOWER),
    _Format("settlemint", r"sm_[aps]at_", _ALNUM + r"{16}", "sm_pat_", 16),
    _Format(
        "cloudflare_origin",
        r"v1\.0-",
        r"[a-f0-9]{24}-[a-f0-9]{100,}",
        "v1.0-7c3a9f0e5b1d8264f3a7c0e9-",
        146,
        _HEX_FILLER,
    ),
    _Format("facebook", r"EAA[A-Z]", r"[A-Za-z0-9]{60,}", "EAAC", 100),
    _Format("facebook_app", r"\d{15,16}[|%]", r"[\w-]{27,40}", "312771249278363|", 27, probe=r"\d[|%][\w-]"),
    _Format("intra42", r"s-s4t2(?:ud|af)-", r"[a-f0-9]{64}", "s-s4t2ud-", 64, _HEX_FILLER),
    # passwords and identity
    _Format(
        "one_password",
        r"[A-Z]\d-[A-Z0-9]{6}-",
        r"(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}",
        "A3-Q8ZT3L-",
        30,
        "MW0XRV-7KPB2-NYC5H-DJ9SF-G4TAE",
        probe=r"\b[A-Z]\d-[A-Z0-9]+-[A-Z0-9]",
    ),
    _Format("one_password_service", r"ops_eyJ", r"[A-Za-z0-9+/]{100,}={0,3}", "ops_eyJ", 250),
    _Format("age", r"AGE-SECRET-KEY-1", r"[A-Z0-9]{50,62}", "AGE-SECRET-KEY-1", 58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"),
    _Format("adobe", r"p8e-", r"[A-Za-z0-9]{32}", "p8e-", 32, _LOWER),
    _Format("okta", r"SSWS ", r"[\w-]{40,44}", "SSWS ", 42, kind=_TOKEN),
    _Format(
        "jwt",
        r"ey[A-Za-z0-9_-]{10,}\.ey",
        r"[\w/-]{10,}(?:\.[\w/-]{10,}={0,2})?",
        "eyJhbGciOiJIUzI1NiJ9.ey",
        40,
        kind=_TOKEN,
        probe=r"\bey[A-Za-z0-9_-]+\.ey",
    ),
    _Format("tailscale", r"tskey-[a-z]+-", r"[\w-]{20,}", "tskey-auth-", 40),
    _Format(
        "ngrok",
        r"[12][A-Za-z0-9]{26}_",
        _ALNUM + r"{20,22}",
        "2q8Zt3LmW0xRv7KpB2nYc5HdJ9s_",
        21,
        probe=r"\b[12][A-Za-z0-9]+[A-Za-z][A-Za-z0-9]*_[A-Za-z0-9]",
    ),
)


def _recognisers() -> Iterator[Recogniser]:
    for form in _FORMATS:
        edge = r"\b" if form.prefix[0].isalnum() or form.prefix[0] in "[(\\" else ""
        yield Recogniser(
            rule=f"secret.{form.name}",
            kind=form.kind,
            pattern=f"{edge}{form.prefix}{form.body}",
            examples=(f"token {_example(form)} leaked",),
            counterexamples=(form.sample,),
            validator="token_body",
            probe=form.probe or f"{edge}{form.prefix}[A-Za-z0-9/_+-]{{4}}",
            confidence=0.93,
        )


RECOGNISERS = (
    Recogniser(
        rule="secret.private_key",
        kind="SECRET.PRIVATE_KEY",
        pattern=r"-----BEGIN[ A-Z0-9_-]{0,60}PRIVATE KEY(?: BLOCK)?-----[\s\\nA-Za-z0-9+/=:,.-]*",
        probe=r"-----BEGIN[ A-Z0-9_-]{0,60}PRIVATE KEY",
        confidence=0.99,
        examples=("-----BEGIN RSA PRIVATE KEY-----\nq8Zt3LmW", "-----BEGIN PGP PRIVATE KEY BLOCK-----"),
        counterexamples=("-----BEGIN PUBLIC KEY-----", "BEGIN PRIVATE KEY"),
    ),
    Recogniser(
        rule="secret.putty_key",
        kind="SECRET.PRIVATE_KEY",
        pattern=r"PuTTY-User-Key-File-\d:",
        confidence=0.97,
        examples=("PuTTY-User-Key-File-3: ssh-ed25519",),
        counterexamples=("PuTTY user key",),
    ),
    Recogniser(
        rule="secret.gcp_service_account",
        kind="SECRET.PRIVATE_KEY",
        pattern=r"\"type\"\s*:\s*\"service_account\"",
        confidence=0.9,
        examples=('{"type": "service_account", "project_id": "a"}',),
        counterexamples=("a service_account type",),
    ),
    *_recognisers(),
)
