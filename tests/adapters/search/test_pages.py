"""Reading pages that a search found: what is sent, what is taken, what is refused."""

import traceback
from collections.abc import AsyncIterator, Callable

import pytest

from lacuna.adapters.parsers.child_process import ChildProcessParser
from lacuna.adapters.search.pages import MAX_PAGE_CHARS, WebPages
from lacuna.domain.errors import (
    DependencyError,
    DependencyNonsense,
    DependencyTimeout,
    DependencyUnavailable,
    OutboundRefused,
)
from lacuna.domain.policy import Source
from lacuna.testing.contracts.search_wire import INSIDE, NamesAnswer
from lacuna.testing.outbound import released
from lacuna.testing.servers.loopback import LoopbackServer, Received, Reply

PATH = "/an-address-that-tells"
NO_ROBOTS = Reply(status=404)
HTML = {"Content-Type": "text/html; charset=utf-8"}
PAGE = """<html><head><title>Gas</title><script>alert(1)</script></head><body><nav>Home</nav>
<article><h1>Photosynthesis</h1><p>Plants take in carbon dioxide and give off oxygen.\u202e</p>
<p>They need light &amp; water &lt;i&gt;too&lt;/i&gt;.</p></article></body></html>"""


@pytest.fixture(scope="module")
def parser() -> ChildProcessParser:
    return ChildProcessParser(processes=1)


Answer = Callable[[Received], Reply]


@pytest.fixture
async def read(parser: ChildProcessParser) -> AsyncIterator[Callable[..., object]]:
    async def reading(
        answer: Answer, path: str = "/gas?a=1", timeout_s: float = 20.0, robots: Reply = NO_ROBOTS
    ) -> object:
        def site(request: Received) -> Reply:
            return robots if request.path == "/robots.txt" else answer(request)

        async with LoopbackServer(site) as server:
            port = int(server.url.rpartition(":")[2])
            pages = WebPages(parser, network="private", ports=frozenset({port}), timeout_s=timeout_s)
            url = server.url + path
            assert pages.rules(url) == f"{server.url}/robots.txt"
            await pages.learn(released(f"{server.url}/robots.txt"))
            assert pages.rules(url) is None
            return await pages.read(released(url)), server.received[1:]

    yield reading
    await parser.close()


async def test_a_page_becomes_plain_text(read: Callable[..., object]) -> None:
    text, [request] = await read(lambda _request: Reply((PAGE.encode(),), headers=HTML))  # type: ignore[misc]
    assert "Plants take in carbon dioxide" in text
    assert "light & water" in text
    assert not any(each in text for each in ("alert", "\u202e", "<i>"))
    assert (request.method, request.path, request.query, request.body) == ("GET", "/gas", {"a": "1"}, b"")
    assert set(request.headers) <= {"host", "user-agent", "accept", "accept-encoding", "connection"}


async def test_a_long_page_is_cut(read: Callable[..., object]) -> None:
    long = "\n".join(f"Line {n} of a very long page." for n in range(5_000)).encode()
    text, _ = await read(lambda _r: Reply((long,), headers={"Content-Type": "text/plain"}))  # type: ignore[misc]
    assert 0.9 * MAX_PAGE_CHARS < len(text) <= MAX_PAGE_CHARS


@pytest.mark.parametrize("robots", [b"User-agent: *\nDisallow: /gas", b"User-agent: lacuna\nDisallow: /"])
async def test_what_a_site_does_not_want_read_is_not_asked_for(read: Callable[..., object], robots: bytes) -> None:
    asked: list[str] = []

    def page(request: Received) -> Reply:
        asked.append(request.path)
        return Reply((PAGE.encode(),), headers=HTML)

    with pytest.raises(OutboundRefused):
        await read(page, robots=Reply((robots,)))  # type: ignore[misc]
    text, _ = await read(
        page, "/elsewhere" if b"gas" in robots else "/robots.txt", robots=Reply((PAGE.encode(),), headers=HTML)
    )  # type: ignore[misc]
    assert "carbon dioxide" in text
    assert asked in (["/elsewhere"], [])


@pytest.mark.parametrize("path", ["/open/../gas", "/open/%2e%2e/gas", "/./gas?a=1", "/%67as"])
async def test_no_way_round_leads_to_what_a_site_does_not_want_read(read: Callable[..., object], path: str) -> None:
    with pytest.raises(OutboundRefused):
        await read(
            lambda _r: Reply((PAGE.encode(),), headers=HTML), path, robots=Reply((b"User-agent: *\nDisallow: /gas",))
        )  # type: ignore[misc]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=500),
        Reply(status=429),
        Reply(status=301, headers={"Location": "https://a.example/robots.txt"}),
        Reply((b"#" * 600_000,)),
        Reply((b"",), headers={"Content-Encoding": "gzip"}),
        Reply((b"User",), cut_off=True),
    ],
)
async def test_a_site_that_does_not_say_what_it_wants_is_left_alone(parser: ChildProcessParser, reply: Reply) -> None:
    async with LoopbackServer(lambda _request: reply) as server:
        pages = WebPages(parser, network="private", ports=frozenset({int(server.url.rpartition(":")[2])}))
        with pytest.raises(DependencyError):
            await pages.learn(released(f"{server.url}/robots.txt"))
        assert pages.rules(f"{server.url}/gas") is None
        with pytest.raises(OutboundRefused):
            await pages.read(released(f"{server.url}/gas"))
        assert {each.path for each in server.received} == {"/robots.txt"}


@pytest.mark.parametrize(
    ("reply", "family"),
    [
        (Reply(status=302, headers={"Location": "http://127.0.0.1/"}), DependencyNonsense),
        (Reply(status=307, headers={"Location": "http://169.254.169.254/latest/"}), DependencyNonsense),
        (Reply(status=404), DependencyUnavailable),
        (Reply((b"%PDF-1.7",), headers={"Content-Type": "application/pdf"}), DependencyNonsense),
        (Reply((b"x",)), DependencyNonsense),
        (Reply((b"x" * 3_000_000,), headers=HTML), DependencyNonsense),
        (Reply((b"x",), headers={**HTML, "Content-Encoding": "gzip"}), DependencyNonsense),
        (Reply((60.0,), headers=HTML), DependencyTimeout),
        (Reply((b"<html>",), headers=HTML, cut_off=True), DependencyError),
    ],
)
async def test_a_page_that_is_none_is_a_failure(
    read: Callable[..., object], reply: Reply, family: type[DependencyError]
) -> None:
    with pytest.raises(family) as caught:
        await read(lambda _request: reply, PATH, 0.3 if 60.0 in reply.pieces else 20.0)  # type: ignore[misc]
    assert PATH not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/x",
        "file:///etc/passwd",
        "http://a.example:8080/x",
        "https://user:pw@a.example/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://169\u3002254\u3002169\u3002254/latest/",
        "http://127\uff0e0\uff0e0\uff0e1/",
        "javascript:alert(1)",
        "",
    ],
)
async def test_an_address_that_is_not_of_the_open_web_is_not_fetched(parser: ChildProcessParser, url: str) -> None:
    pages = WebPages(parser)
    with pytest.raises(OutboundRefused):
        pages.site(url)
    with pytest.raises(OutboundRefused):
        await pages.read(released(url))


@pytest.mark.parametrize("address", INSIDE)
async def test_a_name_that_leads_inside_is_not_followed(parser: ChildProcessParser, address: str) -> None:
    pages = WebPages(parser, resolver=lambda: NamesAnswer(address))
    assert pages.site("https://a.example/robots.txt").host == "a.example"
    with pytest.raises(DependencyUnavailable) as caught:
        await pages.learn(released("https://a.example/robots.txt"))
    assert caught.value.code == "address_refused"


async def test_a_page_of_a_site_that_was_not_asked_is_not_read(parser: ChildProcessParser) -> None:
    pages = WebPages(parser)
    for refused in (pages.read(released("https://a.example/x")), pages.learn(released("https://a.example/x"))):
        with pytest.raises(OutboundRefused):
            await refused


async def test_only_a_released_address_is_read(parser: ChildProcessParser) -> None:
    for wrong in ("https://a.example/", released("https://a.example/", Source.EXTERNAL_LLM)):
        for work in (WebPages(parser).read, WebPages(parser).learn):
            with pytest.raises(OutboundRefused):
                await work(wrong)  # type: ignore[arg-type]
