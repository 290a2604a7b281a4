"""One client cannot take what all need: memory before signing in, the threads of the ingest, the allowance."""

import asyncio
import socket
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from lacuna.domain.errors import OutboundRefused
from lacuna.domain.policy import Source
from lacuna.domain.released import released_text
from lacuna.domain.routing import Outbound
from lacuna.ports.embeddings import Vectors
from lacuna.testing.fakes.embedder import HashingEmbedder
from lacuna.usecases.prepare import EMBED_BATCH
from tests.surfaces.conftest import write_config
from tests.surfaces.running import Server
from tests.usecases.test_ingest import World


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: ", b"a" * 6_000),
        (b"GET /", b"a" * 6_000),
        (b"GET / HTTP/1.1\r\n", b"a: b\r\n" * 1_000),
    ],
)
def test_an_endless_head_is_cut_off(house: Server, start: bytes, more: bytes) -> None:
    address = urlsplit(house.url)
    with (
        socket.create_connection((address.hostname, address.port), timeout=20) as connection,
        pytest.raises(ConnectionError),
    ):
        connection.sendall(start + more * 2_000)
    assert house.client.get("/health").status_code == 200


def test_large_bodies_and_repeated_requests_on_one_connection_still_pass(client: httpx.Client) -> None:
    for _ in range(3):
        answer = client.post("/api/v1/documents", json={"text": "The lamp is green. " * 20_000, "source": "long"})
        assert answer.status_code in (200, 201), answer.text
        assert client.get("/health").status_code == 200


class Announcing(HashingEmbedder):
    """Says when it is asked for the first time."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def embed(self, texts: Sequence[str]) -> Vectors:
        self._loop.call_soon_threadsafe(self.asked.set)
        return super().embed(texts)


async def test_a_short_document_does_not_wait_for_all_of_a_long_one() -> None:
    embedder = Announcing()
    world = World(max_file_bytes=10_000_000, embedder=embedder)
    order: list[str] = []

    async def put(name: str, text: str) -> None:
        await world.put(text, document_id=name)
        order.append(name)

    text = "\n\n".join(f"Lamp {n} " * 100 for n in range(EMBED_BATCH * 30))
    long = asyncio.create_task(put("long", text))
    await embedder.asked.wait()
    await asyncio.gather(long, put("short", "The lamp is green."))
    assert order == ["short", "long"]


def test_a_batch_takes_as_much_of_the_allowance_as_its_texts_would(tmp_path: Path) -> None:
    config = write_config(tmp_path / "config", "server: {rate_limit_per_minute: 10}\n")
    with Server(tmp_path / "data", tmp_path, env={"LACUNA_CONFIG_PATH": str(config)}) as server:
        taken = server.client.post("/api/v1/classify/batch", json={"queries": ["x"] * 9})
        assert taken.status_code == 200, taken.text
        refused = server.client.post("/api/v1/classify/batch", json={"queries": ["x"] * 9})
        assert refused.status_code == 429, refused.text
        assert int(refused.headers["retry-after"]) <= 61


@pytest.mark.parametrize(
    "body",
    [
        {"query": "x", "sources": ["hunter2"]},
        {"query": "x", "conversation": [{"role": "hunter2", "content": "y"}]},
    ],
)
def test_a_rejected_choice_is_not_repeated(client: httpx.Client, body: dict[str, object]) -> None:
    refused = client.post("/api/v1/query", json=body)
    assert refused.status_code == 422
    assert "hunter2" not in refused.text


def test_an_ingest_is_no_decision(client: httpx.Client) -> None:
    client.post("/api/v1/documents", json={"text": "The lamp is green.", "source": "no decision"})
    found = client.get("/api/v1/audit/records", params={"kind": "document.ingested"}).json()["records"]
    assert client.get(f"/api/v1/decisions/{found[0]['record']['decision']}").status_code == 404


def test_the_lineage_of_a_document_whose_id_is_a_path_can_be_asked_for(client: httpx.Client) -> None:
    client.post("/api/v1/documents", json={"text": "The lamp is green.", "id": "guides/lamp/impact.md"})
    for path in ("guides/lamp/impact.md", "guides/lamp/impact.md/impact"):
        answer = client.get(f"/api/v1/lineage/{path}")
        assert answer.status_code == 200, answer.text
        assert answer.json()["nodes"][0]["id"] == "guides/lamp/impact.md"


def test_a_subclass_of_released_text_is_not_sent() -> None:
    class Forged(Outbound):  # type: ignore[misc]
        def __init__(self) -> None:
            object.__setattr__(self, "text", "never classified")
            object.__setattr__(self, "destination", Source.WEB_SEARCH)

    with pytest.raises(OutboundRefused):
        released_text(Forged(), Source.WEB_SEARCH)
