"""Kagi, Brave and DuckDuckGo against doubles that speak their wire format, and all four when those misbehave."""

from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial

import pytest

from lacuna.adapters.search.brave import Brave
from lacuna.adapters.search.duckduckgo import DuckDuckGo, undone
from lacuna.adapters.search.kagi import Kagi
from lacuna.adapters.search.searxng import SearxNG
from lacuna.domain.errors import ConfigError, DependencyUnavailable, TooLarge
from lacuna.domain.retrieval import WebResult
from lacuna.ports.search import WebSearch
from lacuna.testing.contracts.search import WebSearchContract
from lacuna.testing.contracts.search_wire import Make, WebSearchWireContract, searched
from lacuna.testing.outbound import released
from lacuna.testing.servers.brave import BraveDouble
from lacuna.testing.servers.duckduckgo import CHALLENGE, DuckDuckGoDouble
from lacuna.testing.servers.kagi import KagiDouble
from lacuna.testing.servers.loopback import Reply
from lacuna.testing.servers.searxng import SearxngDouble

RESULTS = [WebResult(f"Page {n}", f"https://site{n}.example/page?a=1&b=2", f"Text {n}.") for n in range(5)]

Double = KagiDouble | BraveDouble | DuckDuckGoDouble
DOUBLES = {"kagi": KagiDouble, "brave": BraveDouble, "duckduckgo": DuckDuckGoDouble}
SERVICES: dict[str, Callable[..., WebSearch]] = {
    "kagi": partial(Kagi, network="private", api_key="kagi-key"),
    "brave": partial(Brave, network="private", api_key="brave-key"),
    "duckduckgo": partial(DuckDuckGo, network="private"),
    "searxng": partial(SearxNG, network="private"),
}


@pytest.mark.parametrize("name", DOUBLES)
class TestServicesKeepTheContract(WebSearchContract):
    @pytest.fixture
    async def double(self, name: str) -> AsyncIterator[Double]:
        async with DOUBLES[name](RESULTS) as server:
            yield server

    @pytest.fixture
    async def search(self, double: Double, name: str) -> AsyncIterator[WebSearch]:
        search = SERVICES[name](double.url)
        yield search
        await search.close()

    @pytest.fixture
    def sent(self, double: Double) -> Callable[[], list[str]]:
        return lambda: double.queries


@pytest.mark.parametrize("name", SERVICES)
class TestServicesKeepTheContractOnTheWire(WebSearchWireContract):
    @pytest.fixture
    def make(self, name: str) -> Make:
        return SERVICES[name]

    @pytest.fixture
    def page(self, name: str) -> Callable[[Sequence[WebResult]], bytes]:
        return SearxngDouble().page if name == "searxng" else DOUBLES[name]().page


@pytest.mark.parametrize("name", DOUBLES)
async def test_results_come_as_the_service_gave_them(name: str) -> None:
    async with DOUBLES[name](RESULTS) as double:
        search = SERVICES[name](double.url)
        assert await search.search(released("what is TLS"), 4) == RESULTS[:4]
        await search.close()


@pytest.mark.parametrize(("service", "double"), [(Kagi, KagiDouble), (Brave, BraveDouble)])
async def test_the_key_travels_in_a_header_and_in_no_error(service: type[Kagi], double: type[KagiDouble]) -> None:
    async with double(RESULTS, key="another") as server:
        search = service(server.url, network="private", api_key="s3cr3t-of-the-house")
        with pytest.raises(Exception, match="HTTP 4") as caught:
            await search.search(released("what is TLS"), 3)
        await search.close()
    [request] = server.received
    assert "s3cr3t" in str(request.headers)
    assert "s3cr3t" not in str((request.path, request.query, request.body))
    assert "s3cr3t" not in repr(caught.value) + str(caught.value)


@pytest.mark.parametrize("service", [Kagi, Brave])
@pytest.mark.parametrize("key", ["", "two words", "line\nend", "schlüssel"])
def test_a_key_that_no_header_can_carry_is_refused(service: type[Kagi], key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        service("https://search.example", api_key=key)
    assert not key or key not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text"), [("brave", "x" * 401), ("brave", "w " * 51), ("duckduckgo", "x" * 500), ("kagi", "x" * 4_001)]
)
async def test_what_a_service_would_cut_or_refuse_is_not_sent(name: str, text: str) -> None:
    async with DOUBLES[name](RESULTS) as double:
        search = SERVICES[name](double.url)
        with pytest.raises(TooLarge):
            await search.search(released(text), 3)
        await search.close()
    assert double.received == []


async def test_a_page_that_asks_for_a_person_is_unavailable() -> None:
    with pytest.raises(DependencyUnavailable, match="person"):
        await searched(SERVICES["duckduckgo"], lambda _request: Reply((CHALLENGE,), status=202))


@pytest.mark.parametrize(
    ("href", "aim"),
    [
        ("//duckduckgo.com/l/?uddg=https%3A%2F%2Fa.example%2F%3Fq%3D1%26r%3D2&rut=0", "https://a.example/?q=1&r=2"),
        ("https://duckduckgo.com/l/?uddg=http%3A%2F%2Fa.example", "http://a.example"),
        ("https://a.example/direct", "https://a.example/direct"),
        ("https://duckduckgo.com/y.js?ad_domain=shop.example", None),
        ("//duckduckgo.com/l/?uddg=https%3A%2F%2Fduckduckgo.com%2Fy.js%3Fad", None),
        ("//duckduckgo.com/l/?uddg=", None),
        ("/l/?uddg=https%3A%2F%2Fa.example", "https://a.example"),
        ("//[", None),
        ("", None),
    ],
)
def test_the_redirect_of_the_service_is_undone(href: str, aim: str | None) -> None:
    assert undone(href) == aim
