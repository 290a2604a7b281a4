"""Enterprise pack: addresses of machines, cloud accounts and build systems that only insiders know. Names of machines
under reserved suffixes are found without it (`recognisers.hosts`)."""

from lacuna.adapters.classifiers.packs.house_words import OWN_HOUSE
from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.domain.tiers import Tier

_HTTP = r"https?://[A-Za-z0-9.-]+(?::\d{2,5})?"

RECOGNISERS = (
    Recogniser(
        rule="infra.private_address",
        kind="INFRA.ADDRESS",
        tier=Tier.INTERNAL,
        pattern=(
            r"\b(?:10\.\d{1,3}\.\d{1,3}\.[1-9]\d{0,2}|172\.(?:1[6-9]|2\d|3[01])\.\d{1,3}\.[1-9]\d{0,2}|"
            r"192\.168\.\d{1,3}\.[1-9]\d{0,2})(?::\d{2,5}|/\d{2})?\b"
        ),
        probe=r"\b(?:10|172\.(?:1[6-9]|2\d|3[01])|192\.168)\.\d",
        context=OWN_HOUSE + "|prod|production|staging|preprod|uat|bastion|vpn|jump host",
        before=60,
        after=40,
        confidence=0.7,
        examples=("our database is at 10.31.4.17", "bastion 172.20.8.9:22", "unser Server 192.168.40.12"),
        counterexamples=("Is 10.1.2.3 a private address?", "a router usually has 192.168.1.1"),
    ),
    Recogniser(
        rule="infra.arn",
        kind="INFRA.CLOUD_ACCOUNT",
        tier=Tier.INTERNAL,
        pattern=r"\barn:aws[a-z-]{0,8}:[a-z0-9-]{2,24}:[a-z0-9-]{0,20}:\d{12}:[^\s\"',;)]{2,}",
        probe=r"\barn:aws",
        validator="cloud_account",
        confidence=0.9,
        examples=("arn:aws:iam::739284610573:role/ledger-writer",),
        counterexamples=("arn:aws:iam::123456789012:role/name", "arn:aws:s3:::bucket"),
    ),
    Recogniser(
        rule="infra.aws_account",
        kind="INFRA.CLOUD_ACCOUNT",
        tier=Tier.INTERNAL,
        pattern=r"\b(?:\d{12}(?:\.dkr\.ecr\.[a-z0-9-]{6,20}\.amazonaws\.com)?|\d{4}-\d{4}-\d{4})\b",
        context=r"aws account(?: id)?|account id|aws|ecr|amazonaws|iam",
        before=24,
        validator="cloud_account",
        unless=r"[\w:.-]",
        confidence=0.75,
        examples=("our AWS account ID 739284610573", "pull 739284610573.dkr.ecr.eu-west-1.amazonaws.com/api for aws"),
        counterexamples=("AWS account ID 123456789012", "order 739284610573"),
    ),
    Recogniser(
        rule="infra.azure_subscription",
        kind="INFRA.CLOUD_ACCOUNT",
        tier=Tier.INTERNAL,
        pattern=(
            r"(?i)/subscriptions/[1-9a-f][0-9a-f]{7}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|"
            r"\b(?:tenant|subscription)[ "
            r"_-]?id[\"']?\s*[:=]\s*[\"']?[1-9a-f][0-9a-f]{7}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
            r"\b"
        ),
        probe=r"(?i)/subscriptions/[1-9a-f]|(?:tenant|subscription)[ _-]?id",
        confidence=0.85,
        examples=(
            "/subscriptions/7f3c9a12-4b5d-4e6f-8a1b-9c2d3e4f5a6b/resourceGroups/pay",
            "tenant_id = 7f3c9a12-4b5d-4e6f-8a1b-9c2d3e4f5a6b",
        ),
        counterexamples=("/subscriptions/00000000-0000-0000-0000-000000000000/", "the tenant id is a GUID"),
    ),
    Recogniser(
        rule="infra.gcp_project",
        kind="INFRA.CLOUD_ACCOUNT",
        tier=Tier.INTERNAL,
        pattern=(
            r"\b[a-z0-9-]{4,30}@[a-z][a-z0-9-]{4,28}[a-z0-9]\.iam\.gserviceaccount\.com\b|\b(?:gcr\.io|"
            r"[a-z0-9-]+-docker\.pkg\.dev)/[a-z][a-z0-9-]{5,29}/"
        ),
        probe=r"iam\.gserviceaccount\.com|gcr\.io/|docker\.pkg\.dev/",
        validator="inner_project",
        confidence=0.85,
        examples=("ledger-writer@bluefin-prod-77.iam.gserviceaccount.com", "europe-docker.pkg.dev/bluefin-prod-77/api"),
        counterexamples=("name@project-id.iam.gserviceaccount.com", "gcr.io/google-containers/pause"),
    ),
    Recogniser(
        rule="infra.managed_database",
        kind="INFRA.HOST",
        tier=Tier.INTERNAL,
        pattern=(
            r"\b[a-z0-9-]{2,63}\.(?:cluster-)?[a-z0-9]{12}\.[a-z0-9-]{6,20}\.(?:rds|cache|redshift|"
            r"docdb)\.amazonaws\.com\b|\b[a-z0-9-]{3,63}\.(?:database|postgres\.database|mysql\.database|"
            r"redis\.cache|vault)\.(?:windows|azure)\.net\b"
        ),
        probe=(
            r"\.(?:rds|cache|redshift|docdb)\.amazonaws\.com|\.(?:database|redis\.cache|vault)\.(?:windows|"
            r"azure)\.net"
        ),
        validator="inner_project",
        confidence=0.85,
        examples=("ledger.c9akciq32xyz.eu-west-1.rds.amazonaws.com", "bluefin-ledger.database.windows.net"),
        counterexamples=("myserver.database.windows.net", "rds.amazonaws.com"),
    ),
    Recogniser(
        rule="infra.build",
        kind="INFRA.BUILD",
        tier=Tier.INTERNAL,
        pattern=(
            rf"{_HTTP}/(?:[\w./%-]{{0,80}}/)?(?:job/[\w%.-]+/(?:job/[\w%.-]+/)?\d+|-/(?:jobs|pipelines)/\d+|"
            rf"buildConfiguration/\w+|builds?/\d{{2,}}|viewLog\.html\?buildId=\d+|browse/[A-Z][A-Z0-9]{{1,"
            rf"9}}-\d+|artifactory/\w[\w./-]+)"
        ),
        probe=(
            r"https?://[A-Za-z0-9.:-]+/[\w./%-]*(?:job/|-/jobs/|-/pipelines/|buildConfiguration/|builds?/\d|"
            r"viewLog|browse/[A-Z]|artifactory/)"
        ),
        validator="inner_url",
        confidence=0.8,
        examples=(
            "https://ci.bluefin-systems.com/job/ledger/1182/console",
            "https://git.bluefin-systems.com/pay/api/-/pipelines/88213",
            "https://jira.bluefin-systems.com/browse/PAY-1182",
        ),
        counterexamples=(
            "https://gitlab.com/gnachman/iterm2/-/jobs/11",
            "https://issues.apache.org/browse/KAFKA-1",
            "https://ci.example.com/job/x/1",
        ),
    ),
    Recogniser(
        rule="infra.share",
        kind="INFRA.HOST",
        tier=Tier.INTERNAL,
        pattern=(
            r"\\\\[A-Za-z][A-Za-z0-9-]{2,14}(?:\.[A-Za-z0-9.-]+)?\\[A-Za-z0-9$][^\s\\\"']{0,60}\\[^\s\"']+|"
            r"\b(?:smb|nfs|cifs)://[a-z0-9.-]+/[^\s\"']+"
        ),
        unless=r"[\\\w:]",
        probe=r"\\\\[A-Za-z][A-Za-z0-9-]{2,14}|\b(?:smb|nfs|cifs)://",
        validator="inner_share",
        confidence=0.75,
        examples=(r"look in \\bluefs04\finance$\2024\q3.xlsx", "smb://bluefs04/hr/letters"),
        counterexamples=(r"\\server\share\file", "smb://"),
    ),
    Recogniser(
        rule="infra.directory",
        kind="INFRA.DIRECTORY",
        tier=Tier.INTERNAL,
        pattern=r"(?i)\b(?:(?:cn|ou|uid)=[^,=\n]{1,60},\s?){1,6}(?:dc=[a-z0-9-]+,?\s?){2,4}",
        probe=r"(?i)\bdc=[a-z0-9-]+,\s?dc=",
        validator="directory_name",
        confidence=0.85,
        examples=("CN=svc-ledger,OU=Service Accounts,DC=bluefin,DC=corp",),
        counterexamples=("cn=admin,dc=example,dc=com", "cn=admin"),
    ),
)
