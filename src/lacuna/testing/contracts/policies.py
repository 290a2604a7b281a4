"""What every store of policies promises: subclass `PolicyStoreContract` with fixtures `store` and `ledger`."""

from lacuna.domain.audit import Record
from lacuna.domain.policy_set import PolicySet, PolicyVersion
from lacuna.ports.policies import PolicyStore
from lacuna.ports.storage import Entry, Ledger, RecordFilter

ENTRY = Entry(Record("policy.deployed", 1, "ada", "test", "", {"version": "v"}))


def version(text: str, at: int = 1) -> PolicyVersion:
    """A version of one file."""
    policies = PolicySet.of({"x.rego": f"package x\n\ny := {text}\n"}, {"settings": {"text": text}})
    return PolicyVersion(policies.version, "ada", at, "why", policies)


class PolicyStoreContract:
    """Tests of a `PolicyStore`."""

    async def recorded(self, ledger: Ledger) -> int:
        return len(await ledger.find(RecordFilter(kind="policy.deployed")))

    async def test_nothing_is_deployed_at_first(self, store: PolicyStore) -> None:
        assert await store.everything() == (await store.version(), None)
        assert await store.history(9) == []
        assert await store.versions(9) == []

    async def test_what_is_activated_is_in_force_and_recorded(self, store: PolicyStore, ledger: Ledger) -> None:
        one, before = version("1"), await store.version()
        await store.activate(one.version, "ada", 5, one, [ENTRY])
        serial, active = await store.everything()
        assert (serial > before, active) == (True, one.policies)
        assert await store.get(one.version) == one
        assert [(each.version, each.by, each.at) for each in await store.history(9)] == [(one.version, "ada", 5)]
        assert await self.recorded(ledger) == 1

    async def test_the_configuration_can_be_put_into_force_again(self, store: PolicyStore) -> None:
        one = version("1")
        await store.activate(one.version, "ada", 5, one, [])
        await store.activate(None, "bob", 6, None, [])
        assert (await store.everything())[1] is None
        assert [each.version for each in await store.history(9)] == [None, one.version]
        await store.activate(one.version, "bob", 7, None, [])
        assert (await store.everything())[1] == one.policies

    async def test_a_version_is_kept_once_and_never_changes(self, store: PolicyStore, ledger: Ledger) -> None:
        one = version("1")
        assert await store.keep(one, [ENTRY])
        again = PolicyVersion(one.version, "eve", 99, "other", one.policies)
        assert not await store.keep(again, [ENTRY])
        await store.activate(again.version, "eve", 9, again, [])
        assert await store.get(one.version) == one
        assert await self.recorded(ledger) == 1

    async def test_the_newest_come_first(self, store: PolicyStore) -> None:
        for at, text in enumerate("312", 1):
            await store.keep(version(text, at), [])
        assert [each.added_at for each in await store.versions(2)] == [3, 2]
        assert await store.get("pol-none") is None
