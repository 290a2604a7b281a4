"""The adapters' HTTP client: which addresses it connects to, and that names cannot talk it round."""

import datetime
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.addresses import AddressRule, Endpoint
from lacuna.adapters.http_client import HttpClient
from lacuna.domain.errors import ConfigError, DependencyNonsense, DependencyTimeout, DependencyUnavailable
from lacuna.testing.servers.loopback import LoopbackServer, Reply

PRIVATE, PUBLIC, ANY = AddressRule.PRIVATE_ONLY, AddressRule.PUBLIC_ONLY, AddressRule.ANY_CONFIGURED


@pytest.mark.parametrize(
    ("address", "private", "configured"),
    [
        ("127.0.0.1", True, True),
        ("127.255.0.9", True, True),
        ("::1", True, True),
        ("10.1.2.3", True, True),
        ("172.16.0.1", True, True),
        ("172.32.0.1", False, True),
        ("192.168.1.1", True, True),
        ("fd12:3456::1", True, True),
        ("::ffff:10.0.0.1", True, True),
        ("::ffff:8.8.8.8", False, True),
        ("8.8.8.8", False, True),
        ("2001:4860:4860::8888", False, True),
        ("100.64.0.1", False, True),
        ("64:ff9b::a00:1", False, True),
        ("169.254.169.254", False, False),
        ("::ffff:169.254.169.254", False, False),
        ("fe80::1", False, False),
        ("fe80::1%eth0", False, False),
        ("fd00:ec2::254", False, False),
        ("100.100.100.200", False, False),
        ("0.0.0.0", False, False),
        ("::", False, False),
        ("224.0.0.1", False, False),
        ("ff02::1", False, False),
        ("255.255.255.255", False, False),
        ("127.1", False, False),
        ("2130706433", False, False),
        ("0x7f.0.0.1", False, False),
        ("localhost", False, False),
        ("", False, False),
    ],
)
def test_the_rules_know_the_address_blocks(address: str, private: bool, configured: bool) -> None:
    assert PRIVATE.permits(address) is private
    assert ANY.permits(address) is configured


@pytest.mark.parametrize(
    "address",
    [
        "::127.0.0.1",
        "::ffff:0:10.0.0.1",
        "64:ff9b:1::a00:1",
        "64:ff9b::10.0.0.1",
        "fec0::1",
        "5f00::1",
        "3fff::1",
        "192.0.0.8",
        "192.0.0.192",
        "168.63.129.16",
    ],
)
def test_blocks_of_special_purpose_are_not_public(address: str) -> None:
    assert not PUBLIC.permits(address)


DISGUISED = ["127\u30020\u30020\u30021", "127\uff0e0\uff0e0\uff0e1", "\u2460\u2461\u2466.0.0.\uff11", "127.0.0.1\u3002"]


@pytest.mark.parametrize("host", [*DISGUISED, "169\uff61254\uff61169\uff61254", "127%2e0%2e0%2e1"])
def test_a_host_is_judged_as_it_is_connected_to(host: str) -> None:
    """Clients take an address for one whatever dots and digits it is written with, and ask no resolver for it."""
    with pytest.raises(ConfigError):
        Endpoint.parse(f"http://{host}/latest/meta-data", PUBLIC)


def test_a_number_outside_in_disguise_is_not_inside() -> None:
    with pytest.raises(ConfigError):
        Endpoint.parse("http://8\u30028\u30028\u30028/v1", PRIVATE)
    assert Endpoint.parse("http://m\u00fcnchen.example", PUBLIC).authority == "xn--mnchen-3ya.example"


@given(st.ip_addresses())
def test_no_address_is_both_public_and_private(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert not (PRIVATE.permits(str(address)) and PUBLIC.permits(str(address)))
    assert not PUBLIC.permits(str(address)) or (ANY.permits(str(address)) and address.is_global)


@given(st.ip_addresses(v=4).filter(lambda address: not address.is_global))
def test_an_inner_address_in_an_outer_one_is_not_public(inner: ipaddress.IPv4Address) -> None:
    value = int(inner)
    translated = ipaddress.IPv6Address((0x0064FF9B << 96) | value)
    sixtofour = ipaddress.IPv6Address((0x2002 << 112) | (value << 80) | 1)
    mapped = ipaddress.IPv6Address((0xFFFF << 32) | value)
    assert not any(PUBLIC.permits(str(outer)) for outer in (translated, sixtofour, mapped))


@given(st.ip_addresses())
def test_private_only_is_the_narrower_rule(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert not PRIVATE.permits(str(address)) or ANY.permits(str(address))
    assert not PRIVATE.permits(str(address)) or address.is_private


@pytest.mark.parametrize(
    ("url", "base", "authority"),
    [
        ("http://vllm:8000", "http://vllm:8000", "vllm:8000"),
        ("HTTPS://Api.Example/v1/", "https://api.example/v1", "api.example"),
        ("http://[::1]:80/x", "http://[::1]/x", "[::1]"),
        (" https://127.0.0.1:443 ", "https://127.0.0.1", "127.0.0.1"),
    ],
)
def test_endpoints_are_parsed(url: str, base: str, authority: str) -> None:
    endpoint = Endpoint.parse(url, PRIVATE)
    assert (endpoint.base, endpoint.authority) == (base, authority)


@pytest.mark.parametrize(
    "url",
    [
        "", "vllm:8000", "//vllm", "ftp://vllm", "file:///etc/passwd", "http://", "http://:80", "http://a:99999",
        "http://user@vllm", "http://u:p@vllm", "http://vllm/?x=1", "http://vllm/#x", "http://a b/", "http://a\\@b/",
        "http://8.8.8.8", "http://[2001:4860::1]", "http://127.1", "http://2130706433", "http://0x7f000001",
        "http://169.254.169.254", "http://0.0.0.0:1", "http://[::", "http://vllm\r\nX: y/",
    ],
)  # fmt: skip
def test_what_is_no_private_endpoint_is_refused(url: str) -> None:
    with pytest.raises(ConfigError):
        Endpoint.parse(url, PRIVATE)


@given(st.text(max_size=40))
def test_any_text_is_an_endpoint_or_a_config_error(text: str) -> None:
    for url in (text, f"http://{text}"):
        with suppress(ConfigError):
            assert Endpoint.parse(url, PRIVATE).host


class Answers(AbstractResolver):
    """A resolver that gives each look-up the next of several answers."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        addresses = self.answers.pop(0)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """Holds nothing."""


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    headers = {"Content-Type": "application/json"}
    async with LoopbackServer(lambda _request: Reply((b"{}",), headers=headers)) as running:
        yield running


@pytest.fixture
async def client_to(server: LoopbackServer) -> AsyncIterator[Callable[..., HttpClient]]:
    built: list[HttpClient] = []

    def build(*answers: list[str], rule: AddressRule = PRIVATE) -> HttpClient:
        port = server.url.rpartition(":")[2]
        endpoint = Endpoint.parse(f"http://backend.example:{port}", rule)
        client = HttpClient(
            "The back end", endpoint, rule, timeout_s=5, max_body_bytes=100, resolver=lambda: Answers(*answers)
        )
        built.append(client)
        return client

    yield build
    for client in built:
        await client.close()


async def test_a_name_with_a_private_address_is_reached(
    server: LoopbackServer, client_to: Callable[..., HttpClient]
) -> None:
    assert await client_to(["127.0.0.1"]).get("/x") == b"{}"
    assert server.received[0].headers["host"].startswith("backend.example:")


@pytest.mark.parametrize("answer", [["203.0.113.7"], ["127.0.0.1", "203.0.113.7"], ["169.254.169.254"]])
async def test_a_name_that_leads_outside_is_refused_unsent(
    server: LoopbackServer, client_to: Callable[..., HttpClient], answer: list[str]
) -> None:
    with pytest.raises(DependencyUnavailable) as caught:
        await client_to(answer).get("/x")
    assert caught.value.code == "address_refused"
    assert server.received == []


async def test_every_connection_is_checked_again(server: LoopbackServer, client_to: Callable[..., HttpClient]) -> None:
    client = client_to(["127.0.0.1"], ["203.0.113.7"], ["127.0.0.1"])
    await client.get("/first")
    with pytest.raises(DependencyUnavailable):
        await client.get("/rebound")
    await client.get("/third")
    assert [request.path for request in server.received] == ["/first", "/third"]


async def test_link_local_is_refused_for_a_configured_host_too(client_to: Callable[..., HttpClient]) -> None:
    with pytest.raises(DependencyUnavailable) as caught:
        await client_to(["169.254.169.254"], rule=ANY).get("/latest/meta-data")
    assert caught.value.code == "address_refused"


async def test_a_name_without_an_address_is_unavailable() -> None:
    class NoAnswer(Answers):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            raise OSError("no such host")

    endpoint = Endpoint.parse("http://nowhere.invalid", PRIVATE)
    client = HttpClient("The back end", endpoint, PRIVATE, timeout_s=5, max_body_bytes=100, resolver=NoAnswer)
    with pytest.raises(DependencyUnavailable, match="resolved"):
        await client.get("/")
    await client.close()


async def test_a_server_that_accepts_and_says_nothing_times_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = Endpoint.parse(f"http://127.0.0.1:{silent.getsockname()[1]}", PRIVATE)
        client = HttpClient("The back end", endpoint, PRIVATE, timeout_s=0.2, max_body_bytes=100)
        with pytest.raises(DependencyTimeout):
            await client.get("/")
        await client.close()


async def test_a_body_over_the_limit_is_not_read_to_its_end(server: LoopbackServer) -> None:
    server.answer = lambda _request: Reply((b"x" * 101,))
    client = HttpClient("The back end", Endpoint.parse(server.url, PRIVATE), PRIVATE, timeout_s=5, max_body_bytes=100)
    with pytest.raises(DependencyNonsense, match="100 bytes"):
        await client.get("/")
    await client.close()


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    reached: list[str] = []

    async def answer(request: web.BaseRequest) -> web.Response:
        reached.append(request.path)
        return web.Response(text="{}")

    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self_signed(tmp_path)).start()
    endpoint = Endpoint.parse(f"https://127.0.0.1:{runner.addresses[0][1]}", PRIVATE)
    client = HttpClient("The back end", endpoint, PRIVATE, timeout_s=5, max_body_bytes=100)
    with pytest.raises(DependencyUnavailable, match="TLS"):
        await client.get("/")
    await client.close()
    await runner.cleanup()
    assert reached == []


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    start = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context
