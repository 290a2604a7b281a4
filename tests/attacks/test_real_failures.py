"""Real parts that end under a running server: a Redis, a policy process, a model server and the passages' table. Every
answer says what is missing or is a typed refusal, nothing that is above PUBLIC goes outside, and what comes back is
used again."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import pytest_asyncio
import uvicorn

from lacuna.config import load
from lacuna.testing.servers.llama import LlamaServer
from lacuna.testing.servers.redis import RedisServer
from lacuna.testing.servers.searxng import SearxngDouble
from lacuna.wiring.build import open_application
from tests.attacks.fake_internet import FakeInternet
from tests.attacks.leak_search import leaks
from tests.attacks.server import program_of
from tests.surfaces.conftest import write_config

TERMS: Final = "projects: [Quillfeather]\n"
CONFIG: Final = """\
classification: {{strategy: balanced}}
routing:
  PUBLIC: {{local_rag: true, web_search: true}}
web_search: {{enabled: true, endpoint: "http://search.example"}}
llm: {{backend: llamacpp, endpoint: "{model}", model: random, max_tokens: 8}}
cache: {{redis_url: "{redis}"}}
"""
SECRET: Final = "Quillfeather"
KILN: Final = "The kiln of hall seven is fired at 1187 degrees."
PUBLIC: Final = "Which gas do plants take in for photosynthesis?"
PROPRIETARY: Final = f"How hot is the kiln of {SECRET} fired?"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class House:
    """A server with its parts."""

    client: httpx.AsyncClient
    internet: FakeInternet
    engine: SearxngDouble
    redis: RedisServer
    model: LlamaServer
    data: Path
    policy: set[int]
    asked: int = 0

    async def ask(self, query: str, **more: object) -> httpx.Response:
        """Each time a text that no cache knows."""
        self.asked += 1
        return await self.client.post("/api/v1/query", json={"query": f"{query} ({self.asked})", **more})

    async def told(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """What a PUBLIC question is told, and then a PROPRIETARY one. It is checked here that each is an answer or a
        typed refusal, and what went outside for them."""
        before = len(self.engine.queries)
        told = []
        for query in (PUBLIC, PROPRIETARY):
            answer = await self.ask(query)
            body = answer.json()
            assert answer.status_code == 200 or (answer.status_code in (403, 503) and body["code"]), body
            told.append({"status": answer.status_code, **body})
        assert all(query.startswith(PUBLIC) for query in self.engine.queries[before:])
        assert leaks(self.internet.everything, (SECRET, KILN)) == set()
        assert set(self.internet.looked_up) <= {"search.example"}
        assert self.internet.strays == []
        return told[0], told[1]

    async def state_of(self, part: str) -> tuple[str, str]:
        """Whether the server is ready, and the state of one part."""
        ready = (await self.client.get("/ready")).json()
        return ready["status"], ready["parts"][part]["state"]

    async def all_is_well(self) -> None:
        """Whatever failed before is used again, after a while."""
        missing: list[object] = []
        for _ in range(100):
            told = await self.told()
            ready = (await self.client.get("/ready")).json()
            missing = [each for each in told if each["status"] != 200 or each["degraded"]]
            missing += [name for name, part in ready["parts"].items() if part["state"] != "ok"]
            if not missing:
                assert {each["model"] for each in told} == {"random"}
                return
            await asyncio.sleep(0.05)
        raise AssertionError(missing)


@contextmanager
def without_table(database: Path, table: str) -> Iterator[None]:
    """A store that lost a table under a running server."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO gone")
        try:
            yield
        finally:
            connection.execute(f"ALTER TABLE gone RENAME TO {table}")


def children(mark: str) -> set[int]:
    """The processes that this one started and whose command line has `mark`."""
    found = set()
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                mine = f"\nPPid:\t{os.getpid()}\n" in (each / "status").read_text()
                if mine and mark in (each / "cmdline").read_text():
                    found.add(int(each.name))
            except OSError:
                continue
    return found


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def house(program: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    folder = tmp_path_factory.mktemp("failing")
    engine = SearxngDouble([{"title": "Photosynthesis", "url": "https://plants.example/gas", "content": "A gas."}])
    with (
        pytest.MonkeyPatch.context() as patch,
        RedisServer(program("redis-server"), folder) as redis,
        LlamaServer(folder) as model,
    ):
        async with FakeInternet(patch) as internet:
            await internet.host("search.example", engine)
            config = write_config(folder / "config", CONFIG.format(model=model.url, redis=redis.url), TERMS)
            environ = {"LACUNA_CONFIG_PATH": str(config), "LACUNA_DATA_PATH": str(folder / "data")}
            before = children("rego")
            async with open_application(loaded=load({}, environ, folder), surface="dev") as application:
                asgi = program_of(application, ask_parts_every_s=0.01)
                async with served(asgi) as url, httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as client:
                    added = await client.post("/api/v1/documents", json={"text": KILN, "tier": "PROPRIETARY"})
                    assert added.status_code == 201, added.text
                    yield House(client, internet, engine, redis, model, folder / "data", children("rego") - before)


@asynccontextmanager
async def served(asgi: Any) -> AsyncIterator[str]:
    """The application behind a socket."""
    server = uvicorn.Server(uvicorn.Config(asgi, port=0, lifespan="off", log_config=None))
    serving = asyncio.ensure_future(server.serve())
    for _ in range(1_000):
        if server.started:
            break
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


async def test_without_redis_everything_is_worked_out_again(house: House) -> None:
    await house.all_is_well()
    house.redis.kill()
    for told in await house.told():
        assert (told["status"], told["degraded"], told["model"]) == (200, [], "random")
    assert await house.state_of("cache") == ("ready", "failed")
    house.redis.start()
    await house.all_is_well()


async def test_without_its_policy_process_a_server_refuses_and_starts_another(house: House) -> None:
    before = len(house.engine.queries)
    [child] = house.policy
    os.kill(child, signal.SIGKILL)
    refused = await house.ask(f"{PUBLIC} And GB33BUKB20201555555555?")  # of a kind that no verdict is known for
    assert (refused.status_code, refused.json()["code"]) == (403, "policy_denied")
    assert len(house.engine.queries) == before
    await house.all_is_well()
    assert child not in children("rego")


async def test_without_its_model_server_answers_are_quotations(house: House) -> None:
    house.model.kill()
    public, proprietary = await house.told()
    for told in (public, proprietary):
        assert (told["status"], told["model"]) == (200, "extractive")
        assert told["degraded"] == ["llm"]
    assert await house.state_of("llm") == ("ready", "failed")
    await asyncio.to_thread(house.model.__enter__)
    await house.all_is_well()


async def test_without_its_passages_a_server_answers_nothing(house: House) -> None:
    before = len(house.engine.queries)
    with without_table(house.data / "passages.db", "changes"):
        for told in await house.told():
            assert (told["status"], told["code"].split("_")[0]) == (503, "storage")
        assert len(house.engine.queries) == before
    await house.all_is_well()


async def test_without_any_of_them_nothing_leaves_and_all_of_it_comes_back(house: House) -> None:
    before = len(house.engine.queries)
    house.redis.kill()
    house.model.kill()
    with without_table(house.data / "passages.db", "changes"):
        for told in await house.told():
            assert told["status"] == 503
    public, proprietary = await house.told()
    assert [public["degraded"], proprietary["degraded"]] == [["llm"], ["llm"]]
    assert len(house.engine.queries) == before + 1
    house.redis.start()
    await asyncio.to_thread(house.model.__enter__)
    await house.all_is_well()
