"""Kept answers of one installation in Redis: for every replica of it, and for none with another model or key."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from redis.asyncio import Redis

from lacuna.domain.classification import Question
from lacuna.testing.servers.openai_chat import ChatDouble
from lacuna.testing.servers.redis import RedisServer
from lacuna.usecases.ask import Answer
from lacuna.usecases.asked import Wanted
from lacuna.usecases.upload import Upload
from lacuna.wiring.application import Application
from lacuna.wiring.build import open_application
from lacuna.wiring.rotation import rotate_hmac_key

TEXT = "The peculiar gauge is calibrated every spring by the team of hall nine."


class House:
    """One data folder, one Redis, and as many applications on them as are opened."""

    def __init__(self, folder: Path, redis: RedisServer, model: ChatDouble, stack: AsyncExitStack) -> None:
        self.settings = {
            "storage.data_path": str(folder / "data"),
            "llm.endpoint": model.url,
            "llm.model": "double",
            "cache.redis_url": redis.url,
            "cache.answers.kept_for": "user",
        }
        self.redis = redis
        self.model = model
        self._stack = stack

    async def opened(self, **more: object) -> Application:
        given = self.settings | {name.replace("__", "."): value for name, value in more.items()}
        return await self._stack.enter_async_context(open_application(given))

    async def written(self, entries: int) -> None:
        """Waits until Redis has as many answers."""
        async with Redis.from_url(self.redis.url) as raw:
            for _ in range(1_000):
                if len(await raw.keys("lacuna:answer:*")) >= entries:
                    return
                await asyncio.sleep(0.02)
        raise AssertionError("nothing was written to Redis")


@pytest.fixture
async def house(program: Callable[[str], Path], tmp_path: Path) -> AsyncIterator[House]:
    with RedisServer(program("redis-server"), tmp_path) as redis:
        async with ChatDouble() as model, AsyncExitStack() as stack:
            yield House(tmp_path, redis, model, stack)


async def ask(application: Application) -> Answer:
    wanted = Wanted(Question("How is the peculiar gauge calibrated?"))
    return await application.ask.answer(wanted, application.cli_principal)


async def test_replicas_share_what_one_model_wrote_under_one_key(house: House) -> None:
    one, other = await house.opened(), await house.opened()
    await one.ingest.document(Upload(text=TEXT, document_id="gauge"), one.cli_principal)
    assert not (await ask(one)).cached
    await house.written(1)
    assert (await ask(other)).cached
    assert len(house.model.prompts) == 1
    assert not (await ask(await house.opened(llm__max_tokens=77))).cached
    await one.ingest.documents.delete("gauge", one.cli_principal)
    gone = await ask(other)
    assert (gone.cached, gone.citations) == (False, ())


async def test_a_rotated_key_leaves_nothing_of_before(house: House) -> None:
    before = await house.opened()
    await before.ingest.document(Upload(text=TEXT, document_id="gauge"), before.cli_principal)
    await ask(before)
    await house.written(1)
    async with Redis.from_url(house.redis.url) as raw:
        held = [await raw.get(name) for name in await raw.keys("*")]
    assert "peculiar" not in repr(held)
    await rotate_hmac_key(house.settings, before.cli_principal)
    after = await house.opened()
    assert [(await ask(after)).cached for _ in range(2)] == [False, True]
