"""Kept answers of one installation in Redis: for every replica of it, and for none with another model or key."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

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


async def ask(application: Application) -> Answer:
    wanted = Wanted(Question("How is the peculiar gauge calibrated?"))
    return await application.ask.answer(wanted, application.cli_principal)


async def written(redis: RedisServer) -> list[object]:
    """What lies in Redis, once an answer does."""
    async with Redis.from_url(redis.url) as raw:
        for _ in range(1_000):
            if await raw.keys("lacuna:answer:*"):
                return [await raw.get(name) for name in await raw.keys("*")]
            await asyncio.sleep(0.02)
    raise AssertionError("nothing was written to Redis")


async def test_replicas_share_what_one_model_wrote_under_one_key(
    program: Callable[[str], Path], tmp_path: Path
) -> None:
    with RedisServer(program("redis-server"), tmp_path) as redis:
        async with ChatDouble() as model, AsyncExitStack() as stack:
            settings = {
                "storage.data_path": str(tmp_path / "data"),
                "llm.endpoint": model.url,
                "llm.model": "double",
                "cache.redis_url": redis.url,
                "cache.answers.kept_for": "user",
            }

            async def opened(**more: object) -> Application:
                given = settings | {name.replace("__", "."): value for name, value in more.items()}
                return await stack.enter_async_context(open_application(given))

            one, other, shorter = await opened(), await opened(), await opened(llm__max_tokens=77)
            await one.ingest.document(Upload(text=TEXT, document_id="gauge"), one.cli_principal)
            assert not (await ask(one)).cached
            assert "peculiar" not in repr(await written(redis))
            assert (await ask(other)).cached
            assert len(model.prompts) == 1
            assert not (await ask(shorter)).cached
            await rotate_hmac_key(settings, one.cli_principal)
            rotated = await opened()
            assert [(await ask(rotated)).cached for _ in range(2)] == [False, True]
            await one.ingest.documents.delete("gauge", one.cli_principal)
            gone = await ask(rotated)
            assert (gone.cached, gone.citations) == (False, ())
