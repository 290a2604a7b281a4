"""What the Qdrant store sends over the wire, and what it makes of a server's faults. A stand-in answers, no server."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from qdrant_client import models

from lacuna.adapters.vectors import qdrant_writes as writes
from lacuna.adapters.vectors.qdrant import QdrantStore
from lacuna.adapters.vectors.qdrant_points import one_of
from lacuna.domain.errors import StorageError
from lacuna.domain.identity import Reach
from lacuna.domain.tiers import Tier
from lacuna.testing.contracts.vector_edges import EVERYTHING
from lacuna.testing.contracts.vectors import ids
from lacuna.testing.passages import FINGERPRINT, passage, unit
from lacuna.testing.servers.loopback import LoopbackServer, Reply
from lacuna.testing.servers.qdrant import QdrantDouble

SALES = frozenset({"sales"})
KEY = "key-of-qdrant-7h3"


@pytest.fixture
async def server() -> AsyncIterator[QdrantDouble]:
    async with QdrantDouble(KEY) as double:
        yield double


@pytest.fixture
async def store(server: QdrantDouble) -> AsyncIterator[QdrantStore]:
    opened = await QdrantStore.open(server.url, server.api_key, "passages", timeout_s=1, replicas=3)
    yield opened
    server.fault = None
    await opened.close()


async def test_documents_come_change_and_go_over_http(store: QdrantStore) -> None:
    await store.replace("doc", FINGERPRINT, [passage(f"c{n}", f"valve {n} \x00", seed=n) for n in range(3)])
    assert ids(await store.dense(unit(1), FINGERPRINT, EVERYTHING, 1)) == ["c1"]
    assert {*ids(await store.lexical("valve", EVERYTHING, 9))} == {"c0", "c1", "c2"}
    await store.retag("doc", Tier.INTERNAL, SALES)
    assert await store.lexical("valve", Reach(Tier.PROPRIETARY, frozenset({"board"})), 9) == []
    found = await store.stored("doc")
    assert found is not None
    assert found.chunks[1].vector is not None
    assert found.chunks[1].vector.tolist() == unit(1).tolist()
    assert await store.remove("doc") is True
    assert await store.lexical("valve", EVERYTHING, 9) == []


async def test_what_another_version_analysed_otherwise_is_analysed_anew_at_the_start(
    store: QdrantStore, server: QdrantDouble
) -> None:
    items = [passage("c1", "the valve leaks", document_id="old"), passage("c2", "---", document_id="old")]
    await store.replace("old", "", items)
    await store.replace("new", "", [passage("c3", "the pump leaks", document_id="new")])
    words, heads = "passages.words", "passages.documents"
    [point] = server.engine.scroll(words, models.Filter(must=[one_of("chunk_id", ["c1"])]))[0]
    other = models.SparseVector(indices=[70_000], values=[1.0])
    server.engine.update_vectors(words, [models.PointVectors(id=point.id, vector={"words": other})])
    server.engine.set_payload(heads, {"analysis": "0"}, models.Filter(must=[one_of("document_id", ["old"])]))
    assert ids(await store.lexical("valve", EVERYTHING, 9)) == []
    again = await QdrantStore.open(server.url, server.api_key, "passages", timeout_s=1, replicas=3)
    try:
        for each in (store, again):
            assert ids(await each.lexical("valve", EVERYTHING, 9)) == ["c1"]
            assert {*ids(await each.lexical("leaks", EVERYTHING, 9))} == {"c1", "c3"}
        assert len(server.sent("points/vectors")) == 1
    finally:
        await again.close()


async def test_rights_are_part_of_the_search_that_is_sent(store: QdrantStore, server: QdrantDouble) -> None:
    await store.replace("doc", FINGERPRINT, [passage("c1", "valve", seed=1)])
    server.received.clear()
    await store.dense(unit(1), FINGERPRINT, Reach(Tier.INTERNAL, SALES), 5)
    await store.lexical("valve", Reach(Tier.INTERNAL, SALES), 5)
    sent = server.sent("/points/query")
    assert len(sent) == 2
    public = {"key": "tier", "match": {"value": 0}}
    cleared = {"key": "tier", "range": {"lte": 1.0}}
    shares = {"key": "groups", "match": {"any": ["sales"]}}
    for query, body in sent:
        assert body["filter"]["must"][0]["should"] == [public, {"must": [cleared, shares]}]
        assert query["consistency"] == "majority"


async def test_writes_wait_and_are_in_one_order(store: QdrantStore, server: QdrantDouble) -> None:
    await store.replace("doc", FINGERPRINT, [passage("c1", "valve", seed=1)])
    await store.retag("doc", Tier.INTERNAL, SALES)
    await store.remove("doc")
    written = [
        each
        for each in server.received
        if (each.method == "PUT" and each.path.endswith("/points")) or each.path.endswith(("/delete", "/payload"))
    ]
    assert len(written) >= 8
    assert all(each.query["wait"] == "true" and each.query["ordering"] == "strong" for each in written)
    made = [body for _, body in server.sent("/passages.words") if "sparse_vectors" in body]
    assert (made[0]["replication_factor"], made[0]["write_consistency_factor"]) == (3, 2)


async def test_a_version_counts_from_the_moment_of_its_head(
    store: QdrantStore, server: QdrantDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.replace("doc", FINGERPRINT, [passage("old", "valve", seed=1)])

    class Killed(Exception):
        """The writer ended here."""

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(writes, "_commit", killed)
        with pytest.raises(Killed):
            await store.replace("doc", FINGERPRINT, [passage("new", "valve", seed=1)])
    assert ids(await store.dense(unit(1), FINGERPRINT, EVERYTHING, 5)) == ["old"]
    assert ids(await store.lexical("valve", EVERYTHING, 5)) == ["old"]
    assert await store.chunks(["new", "old"]) == [passage("old", "valve").chunk]
    with monkeypatch.context() as patch:
        patch.setattr(writes, "_sweep", killed)
        with pytest.raises(Killed):
            await store.remove("doc")
    assert await store.lexical("valve", EVERYTHING, 5) == []
    assert await store.document_ids() == frozenset()
    await store.remove("doc")
    assert server.engine.count("passages.words").count == 0


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Reply(status=401), "storage_refused"),
        (Reply(status=403), "storage_refused"),
        (Reply(status=404), "storage_missing"),
        (Reply(status=500), "storage_unreachable"),
        (Reply(status=503), "storage_unreachable"),
        (Reply(status=507), "storage_full"),
        (Reply(status=400), "storage_failed"),
        (Reply((3.0,)), "storage_unreachable"),
        (Reply((b'{"result": ',), cut_off=True, headers={"Content-Length": "100"}), "storage_unreachable"),
    ],
)
async def test_a_servers_faults_have_names_and_cures(
    store: QdrantStore, server: QdrantDouble, fault: Reply, code: str
) -> None:
    server.fault = fault
    calls: list[Any] = [
        store.lexical("valve", EVERYTHING, 5),
        store.check(),
        asyncio.to_thread(lambda: store.corpus(FINGERPRINT).version),
    ]
    for call in calls:
        with pytest.raises(StorageError) as raised:
            await call
        assert raised.value.code == code
        assert raised.value.cure
        assert KEY not in str(raised.value)


async def test_a_wrong_key_is_told_at_the_start(server: QdrantDouble) -> None:
    with pytest.raises(StorageError) as refused:
        await QdrantStore.open(server.url, "wrong", "passages")
    assert refused.value.code == "storage_refused"


async def test_a_place_is_deleted_with_all_its_collections(store: QdrantStore, server: QdrantDouble) -> None:
    await store.replace("doc", FINGERPRINT, [passage("c1", "valve", seed=1)])
    server.engine.create_collection("another", vectors_config={})
    await QdrantStore.delete(server.url, server.api_key, "passages")
    assert [each.name for each in server.engine.get_collections().collections] == ["another"]


async def test_no_proxy_of_the_environment_sees_passages(server: QdrantDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    async with LoopbackServer(lambda _: Reply(status=502)) as elsewhere:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, elsewhere.url)
            monkeypatch.setenv(name.upper(), elsewhere.url)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        store = await QdrantStore.open(server.url, KEY, "lacuna_passages")
        await store.close()
    assert elsewhere.received == []
    assert server.received
