"""Which HMAC key the log is at, and that nobody uses another."""

from collections.abc import Sequence

import pytest

from lacuna.domain.classification import Question, Turn
from lacuna.domain.errors import Forbidden, InvalidInput, StorageError, StorageMissing
from lacuna.domain.identity import Principal, Role
from lacuna.domain.tiers import Tier
from lacuna.ports.storage import Ledger, RecordFilter
from lacuna.testing.contracts.hmac_keys import HmacKeyHistoryContract
from lacuna.testing.fakes.clock import FrozenClock
from lacuna.testing.fakes.conversation import InMemoryConversations
from lacuna.testing.fakes.hmac_keys import MemoryHmacKeys
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.usecases.conversations import Conversations
from lacuna.usecases.hmac_key import HmacKeyFollow, rekeyed, require_current

ADMIN = Principal("root", "", frozenset(), Tier.PROPRIETARY, frozenset({Role.ADMIN}), "cli")
USER = Principal("ann", "", frozenset(), Tier.PROPRIETARY, frozenset({Role.USER}), "cli")


def ring(*words: str) -> FixedKeys:
    return FixedKeys(hmac_words=words)


A, B, C = (ring(word).hmac_key_id for word in "abc")


@pytest.fixture
def ledger() -> InMemoryLedger:
    return InMemoryLedger(FixedKeys())


@pytest.fixture
def history(ledger: Ledger) -> MemoryHmacKeys:
    return MemoryHmacKeys(ledger)


class TestMemoryHmacKeys(HmacKeyHistoryContract):
    pass


async def test_a_rotation_is_recorded_once_and_the_old_key_is_asked_for_ever_after(
    history: MemoryHmacKeys, ledger: InMemoryLedger
) -> None:
    await require_current(history, ring("a"))
    for _ in range(2):
        assert await rekeyed(history, [A], B, FrozenClock(), ADMIN) == (A, B)
    [record] = [each.record() for each in await ledger.find(RecordFilter())]
    assert (record.kind, record.actor, record.data) == ("hmac_key.rotated", "root", {"old": A, "new": B})
    await require_current(history, ring("b", "a"))
    await rekeyed(history, [B, A], C, FrozenClock(), ADMIN)
    await require_current(history, ring("c", "b", "a"))


@pytest.mark.parametrize(
    "words", [("a",), ("b",), ("c",), ("a", "b"), ("c", "b", "a"), ("b", "c"), ("b", "a", "c")], ids="-".join
)
async def test_keys_that_are_not_the_logs_are_refused(history: MemoryHmacKeys, words: Sequence[str]) -> None:
    await history.begin([A])
    await rekeyed(history, [A], B, FrozenClock(), ADMIN)
    with pytest.raises(StorageMissing) as caught:
        await require_current(history, ring(*words))
    assert caught.value.code == "hmac_key_unknown"
    assert caught.value.cure


async def test_a_rotation_needs_the_right_the_old_keys_and_a_key_that_was_never_used(
    history: MemoryHmacKeys, ledger: InMemoryLedger
) -> None:
    await history.begin([A, B])
    with pytest.raises(Forbidden):
        await rekeyed(history, [B, A], C, FrozenClock(), USER)
    with pytest.raises(StorageMissing):
        await rekeyed(history, [C], C, FrozenClock(), ADMIN)
    with pytest.raises(StorageMissing):
        await rekeyed(history, [C, B], C, FrozenClock(), ADMIN)
    with pytest.raises(InvalidInput):
        await rekeyed(history, [A, B], A, FrozenClock(), ADMIN)
    assert await ledger.find(RecordFilter()) == []


async def test_a_running_process_stops_naming_texts_once_the_key_was_rotated(history: MemoryHmacKeys) -> None:
    keys = ring("a")
    await require_current(history, keys)
    follow = HmacKeyFollow(history, keys)
    await follow.look()
    await follow.check()
    await rekeyed(history, [A], B, FrozenClock(), ADMIN)
    await follow.look()
    with pytest.raises(StorageError) as caught:
        await follow.check()
    assert caught.value.code == "hmac_key_superseded"
    with pytest.raises(StorageError):
        keys.hmac("anything")


async def test_taint_outlives_every_rotation() -> None:
    taint = InMemoryConversations()
    first = Question("What would they pay if we asked them?", conversation_id="c")
    await Conversations(taint, ring("a")).bind(first, USER, Tier.PROPRIETARY)
    await Conversations(taint, ring("a")).bind_answer(first, USER, "forty-one euros a sensor, in May", Tier.INTERNAL)
    later = Conversations(taint, ring("c", "b", "a"))
    asked = Turn("user", first.text)
    for question, tier in (
        (Question("b", conversation_id="c"), Tier.PROPRIETARY),
        (Question("b", (asked,)), Tier.PROPRIETARY),
        (Question("b", (Turn("system", "?"), asked)), Tier.PROPRIETARY),
        (Question("b", (Turn("user", "forty-one euros a sensor, in May"),)), Tier.INTERNAL),
    ):
        assert await later.known(question, USER) is tier
    await later.bind(Question("more", conversation_id="d"), USER, Tier.INTERNAL)
    assert await later.known(Question("b", conversation_id="d"), USER) is Tier.INTERNAL
