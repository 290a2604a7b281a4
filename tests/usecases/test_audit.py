"""Auditing through the use case, on the ledger fake."""

import hashlib
import json

import pytest

from lacuna.domain.audit import Stored
from lacuna.domain.errors import NotFound, StorageFull
from lacuna.domain.identity import Principal, Role
from lacuna.domain.merkle import inclusion_holds
from lacuna.domain.notes import Checkpoint, parse_note
from lacuna.domain.tiers import Tier
from lacuna.ports.storage import RecordFilter
from lacuna.testing.contracts.ledger import entry
from lacuna.testing.fakes.clock import FrozenClock
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.usecases.audit import Audit

AUDITOR = Principal("auditor", "", frozenset(), Tier.PROPRIETARY, frozenset({Role.ADMIN}), "cli")


@pytest.fixture
def ledger() -> InMemoryLedger:
    return InMemoryLedger(FixedKeys())


@pytest.fixture
def audit(ledger: InMemoryLedger) -> Audit:
    return Audit(ledger, FrozenClock(), FixedKeys())


async def test_a_verification_leaves_a_record_of_itself(audit: Audit, ledger: InMemoryLedger) -> None:
    await ledger.append(entry(0))
    result = await audit.verify(AUDITOR)
    assert result.passed
    record = (await ledger.get(1)).record()
    assert (record.kind, record.actor, record.via) == ("ledger.verified", "auditor", "cli")
    assert record.data == {
        "passed": True,
        "problem": "",
        "bad_index": None,
        "root": result.root.hex(),
        "size": 1,
        "extent": "full",
        "start": 0,
        "checked": 1,
        "anchored": False,
    }


async def test_a_passed_verification_that_cannot_be_recorded_is_an_error(audit: Audit, ledger: InMemoryLedger) -> None:
    ledger.fail_with = StorageFull("full")
    with pytest.raises(StorageFull):
        await audit.verify(AUDITOR)


@pytest.mark.parametrize("refuses", [True, False])
async def test_a_failed_verification_is_reported_whether_or_not_it_can_be_recorded(refuses: bool) -> None:
    class Tampered(InMemoryLedger):
        def tamper(self) -> None:
            self._leaves[0] = bytes(32)

    ledger = Tampered(FixedKeys())
    await ledger.append(entry(0))
    ledger.tamper()
    ledger.fail_with = StorageFull("full") if refuses else None
    result = await Audit(ledger, FrozenClock(), FixedKeys()).verify(AUDITOR)
    assert not result.passed
    assert result.bad_index == 0
    recorded = await ledger.find(RecordFilter(kind="ledger.verified"))
    assert [each.record().data["passed"] for each in recorded] == ([] if refuses else [False])


async def test_exported_records_hash_to_their_leaves_by_the_published_format(
    audit: Audit, ledger: InMemoryLedger
) -> None:
    await ledger.append(*(entry(number) for number in range(3)))
    exported = [json.loads(json.dumps(view)) async for view in audit.export()]
    assert [view["index"] for view in exported] == [0, 1, 2]
    for view in exported:
        body = json.dumps(view["record"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        assert hashlib.sha256(b"\x00" + body).hexdigest() == view["leaf"]
    assert [view["index"] async for view in audit.export(2)] == [2]


async def test_a_shown_record_carries_its_proof(audit: Audit, ledger: InMemoryLedger) -> None:
    await ledger.append(*(entry(number) for number in range(5)))
    shown = json.loads(json.dumps(await audit.show(3)))
    checkpoint = Checkpoint.of(parse_note(shown["checkpoint"]).text)
    proof = [bytes.fromhex(step) for step in shown["proof"]]
    assert inclusion_holds(bytes.fromhex(shown["leaf"]), 3, shown["tree_size"], proof, checkpoint.root)
    assert shown["record"]["data"]["number"] == 3
    assert await audit.checkpoint() == shown["checkpoint"]
    inclusion = await audit.inclusion(3)
    assert "record" not in inclusion
    assert inclusion["proof"] == shown["proof"]
    with pytest.raises(NotFound):
        await audit.show(5)


async def test_found_records_look_as_exported_ones(audit: Audit, ledger: InMemoryLedger) -> None:
    await ledger.append(entry(0), entry(1, actor="other"))
    assert await audit.find(RecordFilter(actor="other")) == [view async for view in audit.export(1)]
    assert (await audit.consistency(1, 2))["first"] == 1


async def test_what_is_no_record_any_more_is_still_listed() -> None:
    class Damaged(InMemoryLedger):
        async def get(self, index: int) -> Stored:
            return Stored(index, b"\xff not json")

    ledger = Damaged(FixedKeys())
    await ledger.append(entry(0))
    shown = await Audit(ledger, FrozenClock(), FixedKeys()).show(0)
    assert shown["record"] is None
    assert shown["index"] == 0
