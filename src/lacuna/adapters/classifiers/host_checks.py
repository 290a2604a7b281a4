"""Whether a name under a suffix that the open internet does not resolve is that of somebody's machine.

The suffixes are `.internal` (reserved by ICANN in 2024), `.home.arpa` (RFC 8375), `.local` (RFC 6762) and those that
appendix G of RFC 6762 lists as in private use. Some of them are common words of programs (`threading.local`), so how
much more a name has to show depends on its suffix.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

_EVERYBODYS: Final = re.compile(
    r"(?:^|[/@.])(?:host\.docker|gateway\.docker|kubernetes\.docker|metadata\.google|metadata|localhost|"
    r"(?:ip-[\d-]+\.)?(?:[a-z0-9-]+\.)?compute|ec2|kubernetes\.default|kube-dns|[a-z0-9-]*example[a-z0-9-]*|foo|bar|"
    r"my-?[a-z0-9-]*|your-?[a-z0-9-]*|test|acme|contoso|fabrikam|service|host|hostname|server|domain|node|"
    r"raspberrypi|homeassistant|octopi|octoprint|pihole|esphome|printer|router|nas)\.(?:[a-z0-9-]+\.){0,3}"
    r"(?:internal|local|localdomain|corp|lan|intranet|private|intra|home|home\.arpa)\b"
)
"""Names that are the same in every house, or that documentation uses."""

_ON_ANY_LINK: Final = re.compile(r"local(?![\w.-])")
"""What is left of `gateway.local`: devices call themselves so on every link (multicast DNS, RFC 6762, section 3), and
manuals tell their readers to open them."""

_CODE: Final = frozenset(
    "com org net io dev edu gov java javax jdk sun oracle kotlin scala android androidx google self this cls super "
    "window document globals module exports process std sys os config conf cfg settings env application appsettings "
    "docker-compose compose torch react django flask pkg src lib app state props thread threading asyncio".split()
)
"""First parts of names of packages, objects and files."""

_SUFFIX: Final = re.compile(r"\.(home\.arpa|[a-z]+)$")
_VERSION: Final = re.compile(r"v?\d+")
_MACHINES_ONLY: Final = frozenset({"corp", "lan", "intranet", "home.arpa"})
_LEAST_LABELS: Final = {"internal": 2, "local": 3, "localdomain": 2} | dict.fromkeys(_MACHINES_ONLY, 2)
"""How many parts before its suffix make a plain name that of a machine."""
_CAMEL: Final = re.compile(r"[a-z][A-Z]")


def internal_host(candidate: str) -> int:
    """A name that is not everybody's and does not begin as names in programs do. For names that something beside them
    says to be those of machines."""
    name = candidate.lower()
    first, _, rest = re.split(r"[/@]", name)[-1].partition(".")
    if first in _CODE or "<" in name or _EVERYBODYS.search(name) or (_ON_ANY_LINK.match(rest) and first.isalpha()):
        return 0
    return len(candidate)


def internal_name(candidate: str) -> int:
    """The same for a name with nothing beside it: it has a number or a hyphen, or as many parts as names in programs
    seldom have under that suffix."""
    suffix = _SUFFIX.search(candidate.lower())
    if suffix is None or not internal_host(candidate) or _CAMEL.search(candidate):
        return 0
    labels = candidate.lower()[: suffix.start()].split(".")
    numbered = any(any(c.isdigit() for c in each) for each in labels if not _VERSION.fullmatch(each))
    hyphened = any("-" in each for each in labels)
    if len(labels) == 1:
        found = numbered and (hyphened or suffix[1] in _MACHINES_ONLY)
    else:
        found = numbered or hyphened or len(labels) >= _LEAST_LABELS.get(suffix[1], len(labels) + 1)
    return len(candidate) if found else 0


HOST_CHECKS: Mapping[str, Callable[[str], int]] = MappingProxyType(
    {"internal_host": internal_host, "internal_name": internal_name}
)
