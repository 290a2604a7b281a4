"""Tasks that follow changes go on after a defect."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from lacuna.domain.errors import DependencyError
from lacuna.wiring import following


class Defective:
    """Fails with a foreign error the first time."""

    def __init__(self) -> None:
        self.runs = 0
        self.going = asyncio.Event()

    async def run(self) -> None:
        self.runs += 1
        if self.runs == 1:
            raise RuntimeError("something of a library")
        self.going.set()
        await asyncio.Event().wait()

    async def check(self) -> None:
        """All is well."""


async def test_a_defect_is_told_and_the_work_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "PAUSE_S", 0.5)
    defective = Defective()
    async with AsyncExitStack() as stack:
        check = following.keep_following("terms", defective, stack)
        await check()
        await defective.going.wait()
        with pytest.raises(DependencyError):
            await check()
        await asyncio.sleep(1.6)
        await check()
    assert defective.runs == 2
