"""What every web search that speaks HTTP is held to when its service, or the network between, misbehaves."""

import traceback
from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from urllib.parse import quote, quote_plus

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from lacuna.domain.errors import (
    ConfigError,
    DependencyError,
    DependencyNonsense,
    DependencyTimeout,
    DependencyUnavailable,
)
from lacuna.domain.retrieval import WebResult
from lacuna.ports.search import WebSearch
from lacuna.testing.outbound import released
from lacuna.testing.servers.hangs_up import HangsUp
from lacuna.testing.servers.loopback import LoopbackServer, Received, Reply

QUERY: Final = "a query that no error may repeat"
SLOW: Final = 60.0

FAULTS: Final = {
    "slow": (Reply((SLOW,)), DependencyTimeout),
    "slow in the middle": (Reply((b"{", SLOW)), DependencyTimeout),
    "cut off": (Reply((b"{",), cut_off=True), DependencyError),
    "no text": (Reply((b"\xff\xfe\x00",)), DependencyNonsense),
    "empty": (Reply(()), DependencyNonsense),
    "another shape": (Reply((b"[7]",)), DependencyNonsense),
    "wrong types": (Reply((b'{"results": 7, "data": 7, "type": 7, "web": 7}',)), DependencyNonsense),
    "nested": (Reply((b"[" * 200_000,)), DependencyNonsense),
    "giant": (Reply((b" " * 3_000_000,)), DependencyNonsense),
    "compressed": (Reply((b"x",), headers={"Content-Encoding": "gzip"}), DependencyNonsense),
    "key refused": (Reply(status=401), DependencyUnavailable),
    "rate limited": (Reply(status=429), DependencyUnavailable),
    "broken": (Reply(status=500), DependencyUnavailable),
    "another status": (Reply(status=418), DependencyError),
}
"""What a service may do, and the error that it has to become."""

HOSTILE: Final = (
    WebResult("script", "javascript:alert(1)", ""),
    WebResult("file", "file:///etc/passwd", ""),
    WebResult("credentials", "https://user:pw@bank.example/", ""),
    WebResult("line end", "https://a.example/\nSet-Cookie: x", ""),
    WebResult("broken", "https://[broken/", ""),
    WebResult("<b>Bold</b> &amp; &lt;img src=x onerror=y&gt;", "https://a.example/1", "one\u202etwo <b>three</b>"),
    WebResult("again", "https://a.example/1", "again"),
    WebResult("t" * 5_000, "https://a.example/2", "s" * 50_000),
)

INSIDE: Final = (
    *("127.0.0.1", "10.1.2.3", "100.64.0.1", "169.254.169.254", "192.168.1.1", "::1", "fd00::1", "::ffff:10.0.0.1"),
    *("64:ff9b::a00:1", "2002:a00:1::", "0.0.0.0", "224.0.0.1"),  # noqa: S104  nothing is bound
)
"""Addresses that no service outside has."""

Make = Callable[..., WebSearch]


class NamesAnswer(AbstractResolver):
    """A resolver that answers each look-up with the next of several addresses, the last one for ever."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = list(addresses)

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        address = self._addresses.pop(0) if len(self._addresses) > 1 else self._addresses[0]
        return [{"hostname": host, "host": address, "port": port, "family": 2, "proto": 0, "flags": 0}]

    async def close(self) -> None:
        """Holds nothing."""


class WebSearchWireContract:
    """Needs a fixture `make`, which builds the search from an endpoint and keyword arguments (`timeout_s`, `network`,
    `resolver`), and a fixture `page`, which writes results as the service answers with them."""

    @pytest.mark.parametrize("fault", FAULTS)
    async def test_a_fault_is_a_dependency_error_without_the_query(self, make: Make, fault: str) -> None:
        reply, family = FAULTS[fault]
        with pytest.raises(family) as caught:
            await searched(make, lambda _request: reply, timeout_s=0.3 if SLOW in reply.pieces else 5.0)
        told = "".join(traceback.format_exception(caught.value))
        assert not any(form in told for form in (quote(QUERY), quote_plus(QUERY), QUERY))

    @pytest.mark.parametrize("target", ["other", "http://169.254.169.254/latest/", "//example.com/", "/again"])
    @pytest.mark.parametrize("status", [301, 302, 307])
    async def test_follows_no_redirect(
        self, make: Make, page: Callable[[Sequence[WebResult]], bytes], target: str, status: int
    ) -> None:
        async with LoopbackServer(lambda _request: Reply((page([]),))) as other:
            location = other.url if target == "other" else target
            async with LoopbackServer(lambda _request: Reply(status=status, headers={"Location": location})) as server:
                search = make(server.url)
                with pytest.raises(DependencyNonsense, match="redirect"):
                    await search.search(released(QUERY), 3)
                await search.close()
            assert len(server.received) == 1
        assert other.received == []

    async def test_what_was_released_is_sent_once_though_the_service_hangs_up(self, make: Make) -> None:
        async with HangsUp() as server:
            search = make(server.url)
            with pytest.raises(DependencyUnavailable):
                await search.search(released(QUERY), 3)
            await search.close()
        assert len(server.requests) == 1

    async def test_says_nothing_about_the_asker(
        self, make: Make, page: Callable[[Sequence[WebResult]], bytes], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def answer(_request: Received) -> Reply:
            return Reply((page(HOSTILE),), headers={"Set-Cookie": "who=asker; Path=/"})

        async with LoopbackServer(lambda _request: Reply(status=502)) as proxy, LoopbackServer(answer) as server:
            for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
                monkeypatch.setenv(name, proxy.url)
            monkeypatch.delenv("no_proxy", raising=False)
            search = make(server.url)
            for _ in range(2):
                await search.search(released(QUERY), 3)
            await search.close()
        assert proxy.received == []
        usual = {"host", "user-agent", "accept", "accept-encoding", "connection", "content-type", "content-length"}
        for request in server.received:
            assert set(request.headers) <= usual | {"authorization", "x-subscription-token"}
            assert request.headers["user-agent"] == "Lacuna"
            assert request.headers["accept-encoding"] == "identity"
            assert not any("key" in value for value in (request.path, *request.query, *request.query.values()))

    async def test_results_of_strangers_are_plain_and_lead_to_the_web(
        self, make: Make, page: Callable[[Sequence[WebResult]], bytes]
    ) -> None:
        found = await searched(make, lambda _request: Reply((page(HOSTILE),)))
        assert [result.url for result in found] == ["https://a.example/1", "https://a.example/2"]
        assert found[0].title.split() == ["Bold", "&"]
        assert "\u202e" not in found[0].snippet
        assert "<" not in found[0].snippet
        assert len(found[1].title) <= 300
        assert len(found[1].snippet) <= 1_000

    async def test_no_results_are_none(self, make: Make, page: Callable[[Sequence[WebResult]], bytes]) -> None:
        assert await searched(make, lambda _request: Reply((page([]),))) == []

    @pytest.mark.parametrize("address", INSIDE)
    async def test_a_service_outside_is_not_looked_for_inside(self, make: Make, address: str) -> None:
        search = make("http://search.example:9", network="public", resolver=lambda: NamesAnswer(address))
        with pytest.raises(DependencyUnavailable) as caught:
            await search.search(released(QUERY), 3)
        await search.close()
        assert caught.value.code == "address_refused"

    @pytest.mark.parametrize("address", ["93.184.216.34", "169.254.169.254", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
    async def test_a_service_inside_is_not_looked_for_outside(self, make: Make, address: str) -> None:
        search = make("http://search.internal:9", network="private", resolver=lambda: NamesAnswer(address))
        with pytest.raises(DependencyUnavailable) as caught:
            await search.search(released(QUERY), 3)
        await search.close()
        assert caught.value.code == "address_refused"

    async def test_a_name_that_starts_to_lead_elsewhere_is_refused(
        self, make: Make, page: Callable[[Sequence[WebResult]], bytes]
    ) -> None:
        async with LoopbackServer(lambda _request: Reply((page(HOSTILE),))) as server:
            port = server.url.rpartition(":")[2]
            names = NamesAnswer("127.0.0.1", "169.254.169.254")
            search = make(f"http://search.internal:{port}", network="private", resolver=lambda: names)
            assert await search.search(released(QUERY), 3)
            with pytest.raises(DependencyUnavailable):
                await search.search(released(QUERY), 3)
            await search.close()
        assert len(server.received) == 1

    @pytest.mark.parametrize(
        "endpoint", ["", "search", "ftp://a", "http://user@a", "http://a/?q=", "http://169.254.169.254", "http://127.1"]
    )
    async def test_an_endpoint_that_is_none_is_refused(self, make: Make, endpoint: str) -> None:
        with pytest.raises(ConfigError):
            make(endpoint)

    async def test_after_close_it_is_unavailable(self, make: Make) -> None:
        search = make("http://127.0.0.1:1")
        await search.close()
        with pytest.raises(DependencyUnavailable, match="closed"):
            await search.search(released(QUERY), 3)


async def searched(make: Make, answer: Callable[[Received], Reply], *, timeout_s: float = 5.0) -> list[WebResult]:
    """What the search makes of a service that answers so."""
    async with LoopbackServer(answer) as server:
        search = make(server.url, timeout_s=timeout_s)
        searching: Awaitable[list[WebResult]] = search.search(released(QUERY), 10)
        try:
            return await searching
        finally:
            await search.close()
