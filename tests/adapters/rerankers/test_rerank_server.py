"""Rerankers over HTTP, and the fake, keep the port's promise; what misbehaves is an error that says so."""

import json
from collections.abc import AsyncIterator

import pytest

from lacuna.adapters.rerankers.http import RerankServer
from lacuna.domain.errors import ConfigError, DependencyError, DependencyNonsense
from lacuna.ports.reranker import Reranker
from lacuna.testing.contracts.reranker import RerankerContract
from lacuna.testing.fakes.reranker import SharedWordsReranker
from lacuna.testing.servers.loopback import Reply
from lacuna.testing.servers.rerank import RerankDouble


@pytest.fixture(params=["tei", "cohere"])
async def double(request: pytest.FixtureRequest) -> AsyncIterator[RerankDouble]:
    async with RerankDouble(request.param) as running:
        yield running


@pytest.fixture
async def server(double: RerankDouble) -> AsyncIterator[RerankServer]:
    built = RerankServer(double.protocol, double.url, "a-model", api_key="k", timeout_s=5)
    yield built
    await built.close()


class TestRerankServer(RerankerContract):
    @pytest.fixture
    def reranker(self, server: RerankServer) -> Reranker:
        return server


class TestSharedWords(RerankerContract):
    @pytest.fixture
    def reranker(self) -> Reranker:
        return SharedWordsReranker()


async def test_the_key_and_nothing_of_the_asker_is_sent(server: RerankServer, double: RerankDouble) -> None:
    await server.scores("which valve", ["a valve"])
    [request] = double.received
    assert request.headers["authorization"] == "Bearer k"
    assert "cookie" not in request.headers
    body = json.loads(request.body)
    assert body["query"] == "which valve"
    assert set(body) <= {"query", "texts", "raw_scores", "truncate", "model", "documents", "top_n", "return_documents"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[1]",
        b"not json",
        b"\xff",
        b'{"results": []}',
        b"[]",
        b'[{"index": 0}]',
        b'[{"index": 7, "score": 1}]',
    ],
)
async def test_other_answers_are_refused_without_their_text(
    server: RerankServer, double: RerankDouble, body: bytes
) -> None:
    double.reply = Reply((body,))
    with pytest.raises(DependencyNonsense) as refused:
        await server.scores("which valve", ["a valve"])
    assert "not json" not in str(refused.value)
    assert refused.value.__context__ is None


@pytest.mark.parametrize("status", [404, 413, 422, 500, 302])
async def test_a_failure_is_an_error_with_a_cure(server: RerankServer, double: RerankDouble, status: int) -> None:
    double.reply = Reply(status=status)
    with pytest.raises(DependencyError) as refused:
        await server.scores("which valve", ["a valve"])
    assert refused.value.cure or status == 500


@pytest.mark.parametrize("endpoint", ["https://8.8.4.4", "http://8.8.8.8:80", "ftp://localhost", "nowhere"])
def test_an_address_outside_the_house_is_refused(endpoint: str) -> None:
    with pytest.raises(ConfigError):
        RerankServer("tei", endpoint)


def test_a_model_has_to_be_named_where_the_server_wants_one() -> None:
    with pytest.raises(ConfigError, match="model"):
        RerankServer("cohere", "http://127.0.0.1:1")
