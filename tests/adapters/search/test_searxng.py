"""SearXNG's adapter against a double on the loopback interface: what it sends, what it takes, what it refuses."""

import traceback
from collections.abc import AsyncIterator, Callable

import pytest

from lacuna.adapters.search.results import MAX_SNIPPET_CHARS, MAX_TITLE_CHARS, plain
from lacuna.adapters.search.searxng import SearxNG
from lacuna.domain.errors import (
    DependencyError,
    DependencyNonsense,
    DependencyUnavailable,
    TooLarge,
)
from lacuna.domain.retrieval import WebResult
from lacuna.ports.search import WebSearch
from lacuna.testing.contracts.search import WebSearchContract
from lacuna.testing.fakes.search import ListedSearch
from lacuna.testing.outbound import released
from lacuna.testing.servers.loopback import LoopbackServer, Received, Reply
from lacuna.testing.servers.searxng import JSON_HEADERS, SearxngDouble

QUERY = "a query that no error may repeat"
RESULTS = [{"url": f"https://site{n}.example/page", "title": f"Page {n}", "content": f"Text {n}."} for n in range(5)]


class TestSearxngKeepsTheContract(WebSearchContract):
    @pytest.fixture
    async def double(self) -> AsyncIterator[SearxngDouble]:
        async with SearxngDouble(RESULTS) as server:
            yield server

    @pytest.fixture
    async def search(self, double: SearxngDouble) -> AsyncIterator[WebSearch]:
        search = SearxNG(double.url, network="private")
        yield search
        await search.close()

    @pytest.fixture
    def sent(self, double: SearxngDouble) -> Callable[[], list[str]]:
        return lambda: double.queries


class TestTheFakeKeepsTheContract(WebSearchContract):
    @pytest.fixture
    def search(self) -> ListedSearch:
        return ListedSearch([WebResult(f"Page {n}", f"https://site{n}.example", "") for n in range(5)])

    @pytest.fixture
    def sent(self, search: ListedSearch) -> Callable[[], list[str]]:
        return lambda: search.sent


async def search_at(answer: Callable[[Received], Reply], timeout_s: float = 5.0) -> list[WebResult]:
    async with LoopbackServer(answer) as server:
        search = SearxNG(server.url, network="private", timeout_s=timeout_s)
        try:
            return await search.search(released(QUERY), 10)
        finally:
            await search.close()


async def test_says_nothing_about_the_asker() -> None:
    async with SearxngDouble(RESULTS) as double:
        search = SearxNG(double.url, network="private")
        await search.search(released(QUERY), 3)
        await search.close()
    [request] = double.received
    assert request.query == {"q": QUERY, "format": "json"}
    assert request.body == b""
    assert set(request.headers) <= {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert request.headers["user-agent"] == "Lacuna"


async def test_takes_an_endpoint_below_a_path() -> None:
    def answer(request: Received) -> Reply:
        assert request.path == "/searx/search"
        return Reply((b'{"results": []}',), headers=JSON_HEADERS)

    async with LoopbackServer(answer) as server:
        search = SearxNG(server.url + "/searx/", network="private")
        assert await search.search(released(QUERY), 3) == []
        await search.close()


@pytest.mark.parametrize(
    ("reply", "family"),
    [
        pytest.param(Reply((b'{"results": [',), cut_off=True), DependencyUnavailable, id="cut off"),
        pytest.param(Reply((b'{"results": [',)), DependencyNonsense, id="half a body"),
        pytest.param(Reply((b"<html>",)), DependencyNonsense, id="no JSON"),
        pytest.param(Reply((b"\xff\xfe\x00",)), DependencyNonsense, id="no text"),
        pytest.param(Reply((b'{"results": 7}',)), DependencyNonsense, id="another shape"),
        pytest.param(Reply((b"[]",)), DependencyNonsense, id="a list"),
        pytest.param(Reply((b"{}",)), DependencyNonsense, id="no results"),
        pytest.param(Reply((b"[" * 200_000,)), DependencyNonsense, id="nested"),
    ],
)
async def test_a_fault_is_a_dependency_error_without_the_query(reply: Reply, family: type[DependencyError]) -> None:
    with pytest.raises(family) as caught:
        await search_at(lambda _request: reply, timeout_s=0.3 if 60.0 in reply.pieces else 5.0)
    assert QUERY.split()[0] + "+" not in "".join(traceback.format_exception(caught.value))
    seen: BaseException | None = caught.value
    while seen is not None:
        assert "query+that" not in repr(seen)
        assert "query that" not in str(seen)
        seen = seen.__cause__ or seen.__context__


async def test_a_disabled_json_format_names_the_setting() -> None:
    async with SearxngDouble(RESULTS, json_enabled=False) as double:
        search = SearxNG(double.url, network="private")
        with pytest.raises(DependencyUnavailable) as caught:
            await search.search(released(QUERY), 3)
        await search.close()
    assert "search.formats" in caught.value.cure


async def test_an_absent_server_is_unavailable() -> None:
    async with SearxngDouble() as double:
        url = double.url
    search = SearxNG(url, network="private")
    with pytest.raises(DependencyUnavailable, match="no connection"):
        await search.search(released(QUERY), 3)
    await search.close()


async def test_a_text_too_long_for_a_request_line_is_refused_unsent() -> None:
    async with SearxngDouble(RESULTS) as double:
        search = SearxNG(double.url, network="private")
        with pytest.raises(TooLarge):
            await search.search(released("long " * 1_000), 3)
        await search.close()
    assert double.received == []


async def test_results_are_plain_bounded_and_lead_to_the_web() -> None:
    hostile: list[dict[str, object]] = [
        {"url": "javascript:alert(1)", "title": "script", "content": ""},
        {"url": "ftp://files.example/x", "title": "ftp", "content": ""},
        {"url": "https://user:pw@bank.example/", "title": "credentials", "content": ""},
        {"url": "https://a.example/\nSet-Cookie: x", "title": "line end", "content": ""},
        {"url": "https://[broken/", "title": "broken", "content": ""},
        {"url": None, "title": "none", "content": ""},
        {
            "url": "https://a.example/1",
            "title": "<b>Bold</b> &amp; &lt;i&gt;",
            "content": "one\x00\x1b[31m\u202etwo\n\nx",
        },
        {"url": "https://a.example/1", "title": "again", "content": "again"},
        {"url": "https://a.example/2", "title": None, "content": None},
        {"url": "https://a.example/3", "title": "t" * 5_000, "content": "s" * 50_000},
    ]
    async with SearxngDouble(hostile) as double:
        search = SearxNG(double.url, network="private")
        found = await search.search(released(QUERY), 10)
        await search.close()
    assert [result.url for result in found] == [f"https://a.example/{n}" for n in (1, 2, 3)]
    assert found[0] == WebResult("Bold &", "https://a.example/1", "one[31mtwo x")
    assert found[1].title == "a.example"
    assert len(found[2].title) == MAX_TITLE_CHARS
    assert len(found[2].snippet) == MAX_SNIPPET_CHARS


def test_joiners_that_belong_to_the_spelling_stay() -> None:
    assert plain("می\u200cخواهم", 100) == "می\u200cخواهم"
