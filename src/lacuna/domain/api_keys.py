"""API keys: their form, and what one allows.

A token is `lac_`, 40 characters of base 62 made from 32 random bytes, and 6 characters of checksum, the CRC-32 of what
stands before it in base 62: scanners recognise it, and a mistyped one is refused without looking anything up. Only a
keyed hash of a token is ever stored.
"""

import ipaddress
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lacuna.domain.errors import InvalidInput
from lacuna.domain.permissions import Permission
from lacuna.domain.tiers import Tier

PREFIX: Final = "lac_"
ENTROPY_BYTES: Final = 32
MAX_NAME: Final = 100
MAX_GROUPS: Final = 100
MAX_NETWORKS: Final = 50

_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM: Final = 40
_CHECK: Final = 6
_LENGTH: Final = len(PREFIX) + _RANDOM + _CHECK


class KeyState(StrEnum):
    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept, without its token. `service_account` is the user id of whoever uses it; `scopes` of None
    means everything that the roles bring. `networks` are addresses in CIDR form, empty for all. Times are microseconds
    since the epoch. `replaces` is the id of the key that this one was rotated from."""

    key_id: str
    name: str
    service_account: str
    groups: frozenset[str]
    clearance: Tier
    scopes: frozenset[Permission] | None
    networks: tuple[str, ...]
    created_by: str
    created_at: int
    expires_at: int | None = None
    replaces: str = ""
    revoked_at: int | None = None
    revoked_by: str = ""
    last_used_at: int | None = None
    last_used_from: str = ""

    def state_at(self, now: int) -> KeyState:
        """The state by the clock."""
        if self.revoked_at is not None:
            return KeyState.REVOKED
        if self.expires_at is not None and self.expires_at <= now:
            return KeyState.EXPIRED
        return KeyState.ACTIVE

    def usable_from(self, address: str) -> bool:
        """Whether the key counts from this address. An address that is none is outside every network."""
        if not self.networks:
            return True
        try:
            here = ipaddress.ip_address(address)
        except ValueError:
            return False
        if isinstance(here, ipaddress.IPv6Address) and here.ipv4_mapped is not None:
            here = here.ipv4_mapped
        return any(here in ipaddress.ip_network(network) for network in self.networks)


def token_of(entropy: bytes) -> str:
    """The token made of ENTROPY_BYTES random bytes."""
    if len(entropy) != ENTROPY_BYTES:
        raise ValueError(f"a token takes {ENTROPY_BYTES} random bytes")
    body = PREFIX + _base62(int.from_bytes(entropy) % len(_DIGITS) ** _RANDOM, _RANDOM)
    return body + _checksum(body)


def well_formed(token: str) -> bool:
    """Whether this can be a token at all."""
    if len(token) != _LENGTH or not token.startswith(PREFIX) or not token.isascii():
        return False
    return token[-_CHECK:] == _checksum(token[:-_CHECK])


def checked_groups(groups: frozenset[str]) -> frozenset[str]:
    """Raises InvalidInput for groups that no credential can bring."""
    if len(groups) > MAX_GROUPS or any(not g or len(g) > MAX_NAME or not g.isprintable() or "," in g for g in groups):
        raise InvalidInput(
            "The groups are not usable.",
            cure=f"Name at most {MAX_GROUPS} groups of at most {MAX_NAME} characters, without commas.",
        )
    return groups


def checked_networks(networks: tuple[str, ...]) -> tuple[str, ...]:
    """The networks in their one form. Raises InvalidInput that names the wrong one."""
    if len(networks) > MAX_NETWORKS:
        raise InvalidInput(f"{len(networks)} networks were given; the limit is {MAX_NETWORKS}.")
    found = []
    for network in networks:
        try:
            found.append(str(ipaddress.ip_network(network.strip())))
        except ValueError:
            raise InvalidInput(
                f"{network[:60]!r} is no network.", cure="Write an address, or one like 10.1.0.0/16."
            ) from None
    return tuple(sorted(set(found)))


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), _CHECK)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))
