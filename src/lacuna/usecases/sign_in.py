"""Who a credential belongs to, and what is remembered of it.

Promise: a token counts only while its key does: not revoked by any process (before the last `newest`), not expired,
from an allowed network. Sign-ins and refusals are recorded in the ledger by the task `run`, within seconds: each user,
way, address and set of rights once a day, refusals added up, so that neither a busy client nor an attacker can fill the
ledger.
"""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final

from lacuna.domain.api_keys import ApiKey, KeyState, well_formed
from lacuna.domain.audit import Json, Record
from lacuna.domain.errors import LacunaError
from lacuna.domain.identity import Principal, Role
from lacuna.domain.sign_in import Directory, Identity, Refused
from lacuna.ports.api_keys import ApiKeyStore, KeyTable
from lacuna.ports.clock import Clock
from lacuna.ports.identity_tokens import TokenVerifier
from lacuna.ports.storage import Entry, Ledger

WRITE_EVERY_S: Final = 2.0
USED_EVERY_US: Final = 60_000_000
AGAIN_AFTER_US: Final = 86_400_000_000
MAX_REMEMBERED: Final = 10_000
MAX_REFUSALS: Final = 100
MAX_RECORDED_GROUPS: Final = 50
_ELSEWHERE: Final = "others"


class SignIn:
    """`hash_of` is the keyed hash of an API key's token; `tokens` verifies those of an identity provider, if there is
    one."""

    def __init__(
        self,
        store: ApiKeyStore,
        ledger: Ledger,
        directory: Directory,
        hash_of: Callable[[str], str],
        clock: Clock,
        tokens: TokenVerifier | None = None,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._directory = directory
        self._hash_of = hash_of
        self._clock = clock
        self._tokens = tokens
        self._in_force: tuple[KeyTable, dict[str, Principal]] = ({}, {})
        self._used: dict[str, tuple[int, str]] = {}
        self._written: dict[str, int] = {}
        self._known: OrderedDict[tuple[str, str, str, int], int] = OrderedDict()
        self._arrived: list[tuple[Principal, str, int]] = []
        self._refused: Counter[tuple[str, str]] = Counter()
        self._fault: LacunaError | None = None
        self._newest: Callable[[], Awaitable[None]] = _nothing_new

    def use(self, keys: KeyTable) -> None:
        """Puts these keys into force, in one step."""
        self._in_force = (keys, {})

    def follow(self, newest: Callable[[], Awaitable[None]]) -> None:
        """Sets how keys that changed in any process before a call are put into force here."""
        self._newest = newest

    async def newest(self) -> None:
        """What any process did to the keys before this call is in force when it returns. Raises StorageError."""
        await self._newest()

    def by_token(self, token: str, address: str) -> Principal:
        """The service account whose key this is. Raises Refused."""
        keys, principals = self._in_force
        key = keys.get(self._hash_of(token)) if well_formed(token) else None
        if key is None:
            raise Refused("key", "No valid API key came with the request.", cure="Send `Authorization: Bearer <key>`.")
        now = self._clock.now_us()
        if key.state_at(now) is not KeyState.ACTIVE:
            raise Refused("expired", "This API key has expired.", cure="Ask an administrator to rotate it.")
        if not key.usable_from(address):
            raise Refused(
                "network", "This API key may not be used from here.", cure="Use it from the networks it was made for."
            )
        self._used[key.key_id] = (now, address)
        principal = principals.get(key.key_id)
        if principal is None:
            principal = principals[key.key_id] = self._directory.principal(identity_of(key), Role.SERVICE)
        self.remember(principal, address)
        return principal

    def knows(self, token: str) -> bool:
        """Whether this is the token of a key that is kept here, expired or not."""
        return well_formed(token) and self._hash_of(token) in self._in_force[0]

    @property
    def takes_tokens(self) -> bool:
        """Whether tokens of an identity provider count."""
        return self._tokens is not None

    async def by_identity_token(self, token: str, address: str) -> Principal:
        """Whom the identity provider's token names. Raises Refused, and a DependencyError where it cannot be
        verified."""
        if self._tokens is None:
            raise Refused("key", "No valid API key came with the request.", cure="Send `Authorization: Bearer <key>`.")
        return self.signed_in(await self._tokens.identity(token), Role.USER, address)

    def signed_in(self, identity: Identity, base: Role, address: str) -> Principal:
        """The principal of somebody who was authenticated in another way."""
        principal = self._directory.principal(identity, base)
        self.remember(principal, address)
        return principal

    def remember(self, principal: Principal, address: str) -> None:
        """Notes for the ledger that somebody is here."""
        now = self._clock.now_us()
        rights = hash((principal.roles, principal.groups, principal.clearance))
        who = (principal.user_id, principal.via, address, rights)
        before = self._known.get(who)
        if before is not None and now - before < AGAIN_AFTER_US:
            return
        self._known[who] = now
        if len(self._known) > MAX_REMEMBERED:
            self._known.popitem(last=False)
        self._arrived.append((principal, address, now))

    def refused(self, reason: str, address: str) -> None:
        """Notes a refused credential for the ledger."""
        who = (reason, address)
        if who not in self._refused and len(self._refused) >= MAX_REFUSALS:
            who = (reason, _ELSEWHERE)
        self._refused[who] += 1

    async def run(self) -> None:
        """Writes what was noted, every few seconds, for ever."""
        while True:
            await asyncio.sleep(WRITE_EVERY_S)
            try:
                await self.write()
                self._fault = None
            except LacunaError as fault:
                self._fault = fault

    async def write(self) -> None:
        """Writes what was noted. Raises StorageError and its like; then what was noted stays noted."""
        arrived, refused = list(self._arrived), dict(self._refused)
        now = self._clock.now_us()
        entries = [_accepted(principal, address, at) for principal, address, at in arrived]
        entries += [_refusal(reason, address, count, now) for (reason, address), count in refused.items()]
        if entries:
            await self._ledger.append(*entries)
            del self._arrived[: len(arrived)]
            self._refused.subtract(refused)
            self._refused = +self._refused
        for key_id, (at, address) in list(self._used.items()):
            if at - self._written.get(key_id, 0) >= USED_EVERY_US:
                await self._store.used(key_id, at, address)
                self._written[key_id] = at
            del self._used[key_id]

    async def check(self) -> None:
        """Raises what keeps sign-ins from being recorded."""
        if self._fault is not None:
            raise self._fault


async def _nothing_new() -> None:
    """Where nobody else changes keys."""


def identity_of(key: ApiKey) -> Identity:
    """What a key says of whoever uses it."""
    return Identity(
        user_id=key.service_account,
        groups=key.groups,
        via="api-key",
        name=key.name,
        clearance=key.clearance,
        scopes=key.scopes,
    )


def _accepted(principal: Principal, address: str, at: int) -> Entry:
    facts: dict[str, Json] = {
        "address": address,
        "roles": sorted(principal.roles),
        "groups": sorted(principal.groups)[:MAX_RECORDED_GROUPS],
        "clearance": str(principal.clearance),
    }
    return Entry(Record("login.accepted", at, principal.user_id, principal.via, "", facts))


def _refusal(reason: str, address: str, count: int, at: int) -> Entry:
    facts: dict[str, Json] = {"address": address, "reason": reason, "count": count}
    return Entry(Record("login.refused", at, "unknown", "none", "", facts))
