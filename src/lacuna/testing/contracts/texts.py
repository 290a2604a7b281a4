"""What every `TextVault` does. Subclass with a fixture `vault`, an empty one."""

import pytest

from lacuna.domain.errors import NotFound
from lacuna.ports.texts import TextVault


class TextVaultContract:
    async def test_what_was_kept_comes_back_by_part(self, vault: TextVault) -> None:
        await vault.put("ann", "dec_1", {"query": "Z\u00fcrich \ud800?"})
        await vault.put("ann", "dec_1", {"answer": ""})
        await vault.put("bob", "dec_2", {"query": "other"})
        assert await vault.get("dec_1") == {"query": "Z\u00fcrich \ud800?", "answer": ""}
        await vault.put("ann", "dec_1", {"answer": "longer"})
        assert (await vault.get("dec_1"))["answer"] == "longer"

    async def test_what_was_not_kept_is_not_found(self, vault: TextVault) -> None:
        with pytest.raises(NotFound):
            await vault.get("dec_1")

    async def test_erasing_a_subject_erases_all_of_theirs_and_nothing_else(self, vault: TextVault) -> None:
        for number in range(3):
            await vault.put("ann", f"dec_a{number}", {"query": "hers"})
        await vault.put("bob", "dec_b", {"query": "his"})
        assert await vault.erase("ann")
        for number in range(3):
            with pytest.raises(NotFound):
                await vault.get(f"dec_a{number}")
        assert await vault.get("dec_b") == {"query": "his"}
        assert not await vault.erase("ann")

    async def test_a_subject_may_come_again_after_erasure(self, vault: TextVault) -> None:
        await vault.put("ann", "dec_1", {"query": "before"})
        await vault.erase("ann")
        await vault.put("ann", "dec_2", {"query": "after"})
        assert await vault.get("dec_2") == {"query": "after"}
        with pytest.raises(NotFound):
            await vault.get("dec_1")
