"""Keep the texts of decisions, read them, and erase a subject's for good.

Guarantees that whoever reads a text is in the ledger before it is shown, the asker too, and that an erasure is
recorded. The subject of a text is who asked. Texts are kept only where the configuration says so; then a decision whose
text cannot be kept is not answered.
"""

from collections.abc import Sequence

from lacuna.domain.audit import Json, Record
from lacuna.domain.errors import InvalidInput, NotFound
from lacuna.domain.identity import Permission, Principal
from lacuna.domain.tiers import Tier
from lacuna.ports.clock import Clock
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Catalogue, Entry, Ledger, RecordFilter
from lacuna.ports.texts import TextVault

MAX_SUBJECT = 300
_RECORDS = 100


class Texts:
    """See the module. `vault` is there also where nothing new is kept: what was kept before can be read and erased."""

    def __init__(
        self, vault: TextVault, ledger: Ledger, catalogue: Catalogue, keys: KeyRing, clock: Clock, *, keeping: bool
    ) -> None:
        self._vault = vault
        self._catalogue = catalogue
        self._ledger = ledger
        self._keys = keys
        self._clock = clock
        self._keeping = keeping

    async def keep(self, principal: Principal, decision: str, part: str, text: str) -> None:
        """Keeps one text, durably, if texts are kept at all. Raises StorageError."""
        if self._keeping:
            await self._vault.put(principal.user_id, decision, {part: text})

    async def read(self, decision: str, principal: Principal) -> dict[str, str]:
        """The texts of a decision. Raises Forbidden, NotFound and StorageError."""
        principal.require(Permission.READ_TEXTS)
        found = await self._vault.get(decision)
        await self._append("text.read", principal, decision, {"parts": [*sorted(found)]})
        return found

    async def read_own(self, decision: str, principal: Principal) -> dict[str, str]:
        """What the principal asked in a decision of their own, and the answer as long as they may still read all that
        it was made from. Raises Forbidden, NotFound (also for a decision of somebody else) and StorageError."""
        principal.require(Permission.READ_DECISIONS)
        stored = await self._ledger.find(RecordFilter(decision=decision, limit=_RECORDS, newest_first=False))
        records = [each.record() for each in stored]
        if not records or not records[0].kind.startswith("decision.") or not _is_of(records[0], principal):
            raise NotFound("No text of a decision of yours is stored under this id.", cure="Check the id.")
        found = await self._vault.get(decision)
        if "answer" in found and not await self._may_still_read(records, principal):
            del found["answer"]
        await self._append("text.read", principal, decision, {"parts": [*sorted(found)], "own": True})
        return found

    async def _may_still_read(self, records: Sequence[Record], principal: Principal) -> bool:
        """Whether nothing that went into the answer is out of the principal's reach by now, or gone."""
        outcomes = [record.data for record in records if record.kind == "answer.released"]
        named = outcomes[-1].get("documents") if outcomes else None
        if not isinstance(named, Sequence) or isinstance(named, str):
            return False
        if Tier.parse(str(outcomes[-1].get("tier"))) > principal.clearance:
            return False
        documents = await self._catalogue.many([str(each) for each in named])
        return len(documents) == len(named) and all(
            principal.reach.permits(each.tier, each.groups) for each in documents.values()
        )

    async def erase(self, subject: str, principal: Principal) -> bool:
        """Destroys the key of a subject's texts; whether there were any. Raises Forbidden, InvalidInput and
        StorageError."""
        principal.require(Permission.MANAGE_AUDIT)
        if not 0 < len(subject) <= MAX_SUBJECT:
            raise InvalidInput(f"A subject has 1 to {MAX_SUBJECT} characters.", cure="Give the user id of who asked.")
        erased = await self._vault.erase(subject)
        named = self._keys.hmac(f"subject:{subject}")
        data: dict[str, Json] = {"subject_hmac": named, "hmac_key": self._keys.hmac_key_id, "had_texts": erased}
        await self._append("subject.erased", principal, "", data)
        return erased

    async def _append(self, kind: str, principal: Principal, decision: str, data: dict[str, Json]) -> None:
        record = Record(kind, self._clock.now_us(), principal.user_id, principal.via, decision, data)
        await self._ledger.append(Entry(record))


def _is_of(decision: Record, principal: Principal) -> bool:
    """Whether the principal asked. Who makes a key chooses its user id, so a key is never the person of that name."""
    by_key = "api-key"
    return decision.actor == principal.user_id and (decision.via == by_key) == (principal.via == by_key)
