"""Names of machines under suffixes that are reserved for private use (`host_checks` says which and why)."""

from typing import Final

from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.domain.tiers import Tier

_SUFFIX: Final = r"(?:corp|internal|intranet|intra|lan|local|localdomain|private|ad|home\.arpa|home)"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST: Final = rf"{_LABEL}(?:\.{_LABEL}){{0,5}}\.{_SUFFIX}"
_PROBE: Final = rf"(?i)\.{_SUFFIX}\b"
_GOES_ON: Final = r"[\w(=-]|\.\w"
_MACHINE: Final = (
    r"hosts?|hostname|servers?|ssh|ping|curl|dns|resolve\pL*|fqdn|node|vm|machine|database|db|vpn|log "
    r"?in|rdp|connect\pL*|reach\pL*|rechner|serveur|servidor|maquina|macchina|сервер\pL*|主机|服务器|サーバー|"
    r"서버"
)

RECOGNISERS: tuple[Recogniser, ...] = (
    Recogniser(
        rule="infra.internal_url",
        kind="INFRA.HOST",
        tier=Tier.INTERNAL,
        pattern=(
            rf"(?i)(?:[a-z][a-z0-9+.-]{{1,15}}://(?:[^\s/@]{{1,64}}@)?|\b[a-z0-9._-]{{1,"
            rf"40}}@){_HOST}(?::\d{{2,5}})?\b"
        ),
        probe=_PROBE,
        validator="internal_host",
        unless_after=r"\.\w",
        confidence=0.85,
        examples=(
            "see https://wiki.bluefin.corp/display/OPS",
            "ssh deploy@db7.fra.bluefin.internal",
            "postgres://ledger-2.prod.svc.cluster.local:5432",
            "open http://bluefin-nas.home.arpa:8080",
        ),
        counterexamples=(
            "http://host.docker.internal:8080",
            "http://metadata.google.internal/",
            "https://my-app.internal",
            "http://raspberrypi.local/admin",
            "Open https://gateway.local in a browser.",
            "https://wiki.local.bluefin-systems.com/",
        ),
    ),
    Recogniser(
        rule="infra.internal_name",
        kind="INFRA.HOST",
        tier=Tier.INTERNAL,
        pattern=rf"(?i)\b{_HOST}\b",
        probe=_PROBE,
        validator="internal_name",
        unless=r"[\w.@/\\-]",
        unless_after=_GOES_ON,
        confidence=0.8,
        examples=(
            "ledger-7.bluefin.internal",
            "Why is wiki.bluefin.internal so slow?",
            "What runs on (dc.fra.bluefin.local)?",
            "files4.lan",
            "build.eng.corp, please",
            "printers.second.home.arpa.",
            "ledger-db-2.internal",
        ),
        counterexamples=(
            "import torch.distributed.internal",
            "com.sun.internal is a package",
            "threading.local keeps a value for each thread",
            "this.state.local",
            "py.path.local",
            "grpc.StatusCode.INTERNAL",
            "okhttp3.internal",
            "copy .env.local and docker-compose.local",
            "the server host.docker.internal",
            "db7.internal.bluefin-systems.com",
            "lodash.v4.private",
            "What is the .internal domain?",
        ),
    ),
    Recogniser(
        rule="infra.internal_host",
        kind="INFRA.HOST",
        tier=Tier.INTERNAL,
        pattern=(
            rf"(?i)\b(?:{_LABEL}(?:\.{_LABEL}){{0,5}}\.(?:corp|internal|intranet|intra|lan|private|home\.arpa)|"
            rf"{_LABEL}(?:\.{_LABEL}){{1,5}}\.(?:local|localdomain|ad|home))\b"
        ),
        probe=_PROBE,
        validator="internal_host",
        context=_MACHINE,
        before=50,
        after=30,
        unless=r"[\w.(-]",
        unless_after=_GOES_ON,
        confidence=0.75,
        examples=(
            "the server db7.fra.bluefin.corp is down",
            "ping build-04.eng.lan",
            "ssh bluefin.intranet",
            "Rechner kasse.bluefin.private",
        ),
        counterexamples=(
            "import torch.internal",
            "the server host.docker.internal",
            "com.sun.internal is a package",
            "a server keeps it in threading.local",
        ),
    ),
)
