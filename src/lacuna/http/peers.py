"""Whose connection it is: peers that are trusted to speak for others, and the address behind them.

`X-Forwarded-For` is read from the right, only as long as the hop that wrote the entry is trusted (RFC 7239, section 7.1
on why the left end proves nothing).
"""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from starlette.types import Scope

_MAX_HOPS: Final = 20
_UNKNOWN: Final = "unknown"


class Peers:
    """`trusted` are networks in CIDR form."""

    def __init__(self, trusted: Iterable[str] = ()) -> None:
        self._networks = tuple(ipaddress.ip_network(network) for network in trusted)

    def trusted(self, address: str) -> bool:
        """Whether this address may speak for others. False for what is no address."""
        found = _parsed(address)
        return found is not None and any(found in network for network in self._networks)

    def client(self, scope: Scope) -> str:
        """The address of whoever sent the request, in one form; "unknown" where a trusted proxy names none that is
        one."""
        here = peer(scope)
        if not self._networks or not self.trusted(here):
            return here
        hops = [
            hop.strip()
            for name, value in scope["headers"]
            if name == b"x-forwarded-for"
            for hop in value.decode("latin-1").split(",")
        ]
        for hop in reversed(hops[-_MAX_HOPS:]):
            found = _parsed(hop)
            if found is None:
                return _UNKNOWN
            here = str(found)
            if not self.trusted(here):
                break
        return here


def peer(scope: Scope) -> str:
    """The address at the other end of the connection."""
    client = scope.get("client")
    found = _parsed(client[0]) if client else None
    return _UNKNOWN if found is None else str(found)


@lru_cache(maxsize=4_096)
def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found
