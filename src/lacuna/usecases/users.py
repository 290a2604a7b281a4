"""Who uses this installation, as the ledger tells it: everybody who signed in, when, how, from where, with what rights.

Nothing is kept besides the ledger, so that the list is as complete and as tamper-evident as the log itself.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from lacuna.domain.audit import Json
from lacuna.domain.errors import InvalidInput, NotFound
from lacuna.domain.identity import Permission, Principal
from lacuna.ports.clock import Clock
from lacuna.ports.storage import Ledger, RecordFilter

ACCEPTED: Final = "login.accepted"
MAX_DAYS: Final = 3_650
MAX_SIGN_INS: Final = 200_000
MAX_ADDRESSES: Final = 20
_PAGE: Final = 1_000
_DAY_US: Final = 86_400_000_000


@dataclass(slots=True)
class User:
    """Somebody who signed in. Times are microseconds; `sign_ins` counts what the ledger has: once a day for each way
    and address, and whenever rights changed. Rights are those of the last one. `addresses`: newest first."""

    user_id: str
    first_at: int
    last_at: int
    sign_ins: int = 0
    ways: set[str] = field(default_factory=set)
    addresses: list[str] = field(default_factory=list)
    roles: Sequence[str] = ()
    groups: Sequence[str] = ()
    clearance: str = ""


class Users:
    """See the module."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    async def listed(self, principal: Principal, days: int = 90) -> list[User]:
        """Everybody who signed in within `days`, the latest first. Raises Forbidden and InvalidInput."""
        principal.require(Permission.READ_USERS)
        if not 1 <= days <= MAX_DAYS:
            raise InvalidInput(f"The days are not from 1 to {MAX_DAYS}.")
        since = self._clock.now_us() - days * _DAY_US
        return await _reduced(self._sign_ins(RecordFilter(kind=ACCEPTED, since=since, limit=_PAGE)))

    async def show(self, user_id: str, principal: Principal) -> User:
        """One user, over the whole ledger. Raises Forbidden and NotFound."""
        principal.require(Permission.READ_USERS)
        found = await _reduced(self._sign_ins(RecordFilter(kind=ACCEPTED, actor=user_id, limit=_PAGE)))
        if not found:
            raise NotFound("Nobody with this user id has signed in.", cure="List the users for their ids.")
        return found[0]

    async def _sign_ins(self, wanted: RecordFilter) -> AsyncIterator[tuple[str, str, int, Mapping[str, Json]]]:
        """Newest first: user id, way, time, and what was recorded."""
        cursor, seen = None, 0
        while seen < MAX_SIGN_INS:
            page = await self._ledger.find(
                RecordFilter(wanted.kind, wanted.actor, since=wanted.since, cursor=cursor, limit=wanted.limit)
            )
            for stored in page:
                record = stored.record()
                yield record.actor, record.via, record.at, record.data
            seen += len(page)
            if len(page) < wanted.limit:
                return
            cursor = page[-1].index - 1


async def _reduced(sign_ins: AsyncIterator[tuple[str, str, int, Mapping[str, Json]]]) -> list[User]:
    users: dict[str, User] = {}
    async for user_id, way, at, said in sign_ins:
        user = users.get(user_id)
        if user is None:
            user = users[user_id] = User(user_id, at, at)
            user.roles, user.groups = _texts(said.get("roles")), _texts(said.get("groups"))
            user.clearance = str(said.get("clearance", ""))
        user.first_at = min(user.first_at, at)
        user.sign_ins += 1
        user.ways.add(way)
        address = str(said.get("address", ""))
        if address not in user.addresses and len(user.addresses) < MAX_ADDRESSES:
            user.addresses.append(address)
    return [*users.values()]


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, Iterable) and not isinstance(value, str) else ()
