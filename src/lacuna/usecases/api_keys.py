"""Make, show, rotate and revoke API keys.

Promise: a token is shown once, by the call that made it, and stored nowhere; what was changed is in force in this
process when the call returns, in every other within a second, and in the ledger. Only who keeps keys may do any of it,
and nobody gets a token that may do what they may not do themselves; on the command line, which has the data folder in
hand, that makes no difference.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from lacuna.domain.api_keys import (
    ENTROPY_BYTES,
    MAX_NAME,
    ApiKey,
    KeyState,
    checked_groups,
    checked_networks,
    token_of,
)
from lacuna.domain.audit import Json, Record
from lacuna.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from lacuna.domain.identity import Permission, Principal
from lacuna.domain.sign_in import RESERVED
from lacuna.domain.tiers import Tier
from lacuna.ports.api_keys import ApiKeyStore, KeyTable
from lacuna.ports.clock import Clock, Ids
from lacuna.ports.storage import Entry
from lacuna.usecases.follow import Follow

MAX_DAYS: Final = 3_650
MAX_OVERLAP_HOURS: Final = 24 * 90
_HOUR_US: Final = 3_600_000_000
_USABLE: Final = re.compile(r"[^\s,:;<>\"'\\](?:[^,:;<>\"'\\\x00-\x1f\x7f]*[^\s,:;<>\"'\\])?")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A key to be made. `expires_days` of None means that it does not expire by itself."""

    name: str
    service_account: str
    groups: frozenset[str] = frozenset()
    clearance: Tier = Tier.INTERNAL
    scopes: frozenset[Permission] | None = None
    networks: tuple[str, ...] = ()
    expires_days: int | None = None


class ApiKeys:
    """`hash_of` is the keyed hash of a token, `permissions_of` what a key allows, `entropy` gives random bytes."""

    def __init__(
        self,
        store: ApiKeyStore,
        follow: Follow[KeyTable],
        hash_of: Callable[[str], str],
        permissions_of: Callable[[ApiKey], frozenset[Permission]],
        entropy: Callable[[int], bytes],
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._store = store
        self._follow = follow
        self._hash_of = hash_of
        self._permissions_of = permissions_of
        self._entropy = entropy
        self._clock = clock
        self._ids = ids

    async def listed(self, principal: Principal) -> list[tuple[ApiKey, KeyState]]:
        """Every key with its state, the newest first. Raises Forbidden."""
        principal.require(Permission.MANAGE_KEYS)
        now = self._clock.now_us()
        return [(key, key.state_at(now)) for key in await self._store.listed()]

    async def create(self, wanted: Wanted, principal: Principal) -> tuple[ApiKey, str]:
        """The key and its token. Raises Forbidden, InvalidInput, Conflict for a name in use, TooLarge."""
        principal.require(Permission.MANAGE_KEYS)
        now = self._clock.now_us()
        if wanted.scopes is not None and not wanted.scopes:
            raise InvalidInput("The key would allow nothing.", cure="Name scopes, or leave them out.")
        key = ApiKey(
            key_id=self._ids.new("key"),
            name=_named("name", wanted.name),
            service_account=_named("service_account", wanted.service_account or wanted.name),
            groups=checked_groups(wanted.groups),
            clearance=wanted.clearance,
            scopes=wanted.scopes,
            networks=checked_networks(wanted.networks),
            created_by=principal.user_id,
            created_at=now,
            expires_at=_expiry(now, wanted.expires_days),
        )
        return key, await self._added(key, "key.created", principal)

    async def rotate(self, key_id: str, overlap_hours: int, principal: Principal) -> tuple[ApiKey, str]:
        """A new key like this one, which ends after `overlap_hours`. A limited life begins anew. Raises Forbidden,
        NotFound, InvalidInput, Conflict where the key is not active."""
        principal.require(Permission.MANAGE_KEYS)
        if not 0 <= overlap_hours <= MAX_OVERLAP_HOURS:
            raise InvalidInput(f"The overlap is not from 0 to {MAX_OVERLAP_HOURS} hours.")
        old = await self._active(key_id)
        now = self._clock.now_us()
        life = None if old.expires_at is None else old.expires_at - old.created_at
        new = replace(
            old,
            key_id=self._ids.new("key"),
            created_by=principal.user_id,
            created_at=now,
            expires_at=None if life is None else now + life,
            replaces=old.key_id,
            last_used_at=None,
            last_used_from="",
        )
        return new, await self._added(
            new, "key.rotated", principal, _ending(old, now, overlap_hours, principal.user_id)
        )

    async def revoke(self, key_id: str, principal: Principal) -> ApiKey:
        """Ends a key for good. Raises Forbidden, NotFound, and Conflict where it is revoked already."""
        principal.require(Permission.MANAGE_KEYS)
        key = await self._store.get(key_id)
        if key is None:
            raise _no_key()
        revoked = replace(key, revoked_at=self._clock.now_us(), revoked_by=principal.user_id)
        await self._store.change(revoked, [self._entry("key.revoked", revoked, principal)])
        await self._follow.look()
        return revoked

    async def revoke_named(self, name_or_id: str, principal: Principal) -> list[ApiKey]:
        """Ends the key of an id, or every key of a name that was not revoked yet, rotated ones too. Raises Forbidden
        and NotFound."""
        principal.require(Permission.MANAGE_KEYS)
        found = [key for key in await self._store.listed() if name_or_id in (key.key_id, key.name)]
        ending = [key for key in found if key.revoked_at is None]
        if not ending:
            raise _no_key()
        return [await self.revoke(key.key_id, principal) for key in ending]

    async def named(self, name_or_id: str, principal: Principal) -> ApiKey:
        """The active key of an id or name, else the newest one. Raises Forbidden and NotFound."""
        principal.require(Permission.MANAGE_KEYS)
        now = self._clock.now_us()
        found = [key for key in await self._store.listed() if name_or_id in (key.key_id, key.name)]
        if not found:
            raise _no_key()
        return next((key for key in found if key.state_at(now) is KeyState.ACTIVE), found[0])

    async def _active(self, key_id: str) -> ApiKey:
        key = await self._store.get(key_id)
        if key is None:
            raise _no_key()
        state = key.state_at(self._clock.now_us())
        if state is not KeyState.ACTIVE:
            raise Conflict(f"The key is {state} already.", cure="Create a new one.")
        return key

    async def _added(self, key: ApiKey, kind: str, principal: Principal, ended: ApiKey | None = None) -> str:
        beyond = self._permissions_of(key) - principal.permissions
        if beyond and principal.via != "cli":
            raise Forbidden(
                f"The key would allow what you may not do yourself: {', '.join(sorted(beyond))}.",
                cure="Name scopes, or leave out the groups that bring it; or use `lacuna admin apikey`.",
            )
        token = token_of(self._entropy(ENTROPY_BYTES))
        entries = [self._entry(kind, key, principal)]
        if ended is not None:
            entries.append(self._entry("key.ending", ended, principal))
        await self._store.add(self._hash_of(token), key, entries, ended)
        await self._follow.look()
        return token

    def _entry(self, kind: str, key: ApiKey, principal: Principal) -> Entry:
        facts: dict[str, Json] = {
            "key": key.key_id,
            "service_account": key.service_account,
            "groups": sorted(key.groups),
            "clearance": key.clearance.name,
            "scopes": None if key.scopes is None else sorted(key.scopes),
            "networks": list(key.networks),
            "expires": key.expires_at,
            "replaces": key.replaces,
        }
        return Entry(Record(kind, self._clock.now_us(), principal.user_id, principal.via, "", facts))


def _ending(old: ApiKey, now: int, overlap_hours: int, by: str) -> ApiKey | None:
    """The key with its earlier end; None where it ends before the overlap is over anyway."""
    if overlap_hours == 0:
        return replace(old, revoked_at=now, revoked_by=by)
    end = now + overlap_hours * _HOUR_US
    return replace(old, expires_at=end) if old.expires_at is None or end < old.expires_at else None


def _named(what: str, value: str) -> str:
    if len(value) > MAX_NAME or _USABLE.fullmatch(value) is None or value in RESERVED:
        raise InvalidInput(
            f"{what} is not usable.",
            cure=f"Use at most {MAX_NAME} printable characters, without quotes, commas, colons or brackets.",
        )
    return value


def _expiry(now: int, days: int | None) -> int | None:
    if days is None:
        return None
    if not 1 <= days <= MAX_DAYS:
        raise InvalidInput(f"A key lasts from 1 to {MAX_DAYS} days.", cure="Leave the days out for no end.")
    return now + days * 24 * _HOUR_US


def _no_key() -> NotFound:
    return NotFound("There is no such API key.", cure="List the keys for their ids.")
