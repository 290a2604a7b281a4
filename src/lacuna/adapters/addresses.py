"""Where an adapter may connect to: the endpoint it was given, and the rule its network addresses must keep.

An endpoint's name can be answered with any address, and differently at each look-up (DNS rebinding). So the rule is
applied to the answer that the connection then uses, not to the name.
"""

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from lacuna.domain.errors import ConfigError

_PRIVATE: Final = tuple(
    ipaddress.ip_network(block)
    for block in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)
_METADATA: Final = frozenset(
    ipaddress.ip_address(address)
    for address in ("fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd20:ce::254")
)
"""Instance metadata services that hand out credentials and are not link-local."""

_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")
"""Addresses of the old protocol behind a translator (RFC 6052): the last four bytes count."""

_UNICAST: Final = ipaddress.ip_network("2000::/3")
"""All that is assigned of the new protocol's open internet. Elsewhere lie ways to spell addresses of the old one,
site-local and other blocks that not every version of `ipaddress` knows."""

_SPECIAL: Final = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))
"""Blocks in the registries of special purposes that count as global in some version of `ipaddress`."""

DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class AddressRule(StrEnum):
    """Which addresses a back end may have.

    private_only: loopback, RFC 1918 and unique local (RFC 4193), for a back end that counts as in the house.
    public_only: addresses of the open internet (IANA's special-purpose registries), for one that is outside.
    any_configured: any host address, for one that is configured as outside. None of them permits link-local, multicast
    and unspecified addresses or known instance metadata services.
    """

    PRIVATE_ONLY = "private_only"
    PUBLIC_ONLY = "public_only"
    ANY_CONFIGURED = "any_configured"

    @property
    def cure(self) -> str:
        """What to do about an address that is not permitted."""
        return {
            "private_only": "A back end that counts as local needs a loopback or private address; mark any other as "
            "external.",
            "public_only": "A service outside needs a public address; where it stands on a private network, say so "
            "(network: private in its section).",
            "any_configured": "Use the address of a host.",
        }[self.value]

    def permits(self, address: str) -> bool:
        """False also for what is no IP address in canonical form."""
        try:
            ip = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        if ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip in _METADATA:
            return False
        if self is AddressRule.PRIVATE_ONLY:
            return any(ip.version == block.version and ip in block for block in _PRIVATE)
        if self is AddressRule.PUBLIC_ONLY:
            return _is_assigned(ip) and all(each.is_global and not each.is_multicast for each in (ip, *_inside(ip)))
        return str(ip) != "255.255.255.255"


def _is_assigned(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(ip, ipaddress.IPv6Address) and ip not in _UNICAST and ip not in _TRANSLATED:
        return False
    return not any(ip.version == block.version and ip in block for block in _SPECIAL)


NETWORKS: Final = {"public": AddressRule.PUBLIC_ONLY, "private": AddressRule.PRIVATE_ONLY}
"""The rules of services outside, by where they are configured to stand: one in front of which a proxy of the house
stands is connected to at that proxy's private address, and nowhere else."""


def _inside(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> tuple[ipaddress.IPv4Address, ...]:
    """The addresses of the old protocol that packets to `ip` may end at: by translation, 6to4 or Teredo."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ()
    if ip in _TRANSLATED:
        return (ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF),)
    return (*filter(None, (ip.sixtofour,)), *(ip.teredo or ()))


class AddressRefused(OSError):
    """A name was answered with an address that the rule does not permit."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A parsed base URL: `host` is in the form in which it is connected to, `path` has no trailing slash."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, url: str, rule: AddressRule) -> "Endpoint":
        """Raises ConfigError for anything but `http(s)://host[:port][/path]`, and for an address literal that `rule`
        does not permit."""
        cure = "Write it as http://host:port or https://host, without user name, query and fragment."
        try:
            parts = urlsplit(url.strip())
            port, host = parts.port, _as_connected(parts.hostname or "")
        except ValueError:
            raise ConfigError("An endpoint is not a URL.", cure=cure) from None
        scheme = parts.scheme.lower()
        plain = host and not any(c.isspace() or c in '\\^`{}|<>"' or ord(c) < 33 for c in url.strip())
        if scheme not in DEFAULT_PORTS or not plain or parts.username is not None or parts.query or parts.fragment:
            raise ConfigError("An endpoint is not a plain http(s) URL.", cure=cure)
        if _is_literal(host) and not rule.permits(host):
            raise ConfigError(
                f"The endpoint's address {host} is not permitted here ({rule}).",
                cure=rule.cure,
            )
        return cls(scheme, host, port if port is not None else DEFAULT_PORTS[scheme], parts.path.rstrip("/"))

    @property
    def authority(self) -> str:
        """`host:port`, the port left out where the scheme implies it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def base(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def sent_path(url: str) -> str:
    """Path and query of an absolute address as the client sends them: percent-encoded, and without the dots that lead
    up. Raises ValueError for what is no address."""
    return URL(url).raw_path_qs


def _as_connected(host: str) -> str:
    """The host as the client spells it when it connects: other scripts have dots and digits that become ours (IDNA), so
    that a name may turn out to be an address. Raises ValueError for one that is no host."""
    if "%" in host and ":" not in host:
        raise ValueError("no name has a %")
    return URL(f"//[{host}]" if ":" in host else f"//{host}").raw_host or ""


def _is_literal(host: str) -> bool:
    """Also true for short and numeric spellings (`127.1`, `2130706433`, `0x7f.1`), which the rule then refuses."""
    last = host.rstrip(".").rpartition(".")[2]
    return ":" in host or last.isdigit() or last.startswith("0x")


class CheckedResolver(AbstractResolver):
    """Resolves through `inner` and refuses the whole answer if any address in it breaks the rule. aiohttp connects to
    exactly the addresses returned here and asks again for the next connection."""

    def __init__(self, rule: AddressRule, inner: Callable[[], AbstractResolver]) -> None:
        self._rule = rule
        self._inner = inner()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        answers = await self._inner.resolve(host, port, family)
        if not all(self._rule.permits(answer["host"]) for answer in answers):
            raise AddressRefused
        return answers

    async def close(self) -> None:
        await self._inner.close()
