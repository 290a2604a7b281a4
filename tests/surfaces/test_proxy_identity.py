"""Identity that a reverse proxy forwards: a real nginx, set up as the deployment guide says, in front of a real server.

A small service stands in for oauth2-proxy: it knows two session cookies.
"""

import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from lacuna.testing.servers.nginx import NginxServer
from tests.surfaces.conftest import CONFIG, write_config
from tests.surfaces.running import Server, lacuna

SECRET = "between-the-proxy-and-lacuna-0123456789"
BOOTSTRAP = "bootstrap-" + "k" * 40
PEOPLE = {"session=ann": ("ann", "ann@corp.example", "engineering,lacuna-auditors"), "session=bob": ("bob", "", "")}
GUIDE = """\
    location = /oauth2/auth {{
      internal;
      proxy_pass http://127.0.0.1:{provider};
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
    }}
    location / {{
      auth_request /oauth2/auth;
      auth_request_set $user   $upstream_http_x_auth_request_user;
      auth_request_set $email  $upstream_http_x_auth_request_email;
      auth_request_set $groups $upstream_http_x_auth_request_groups;
      proxy_set_header X-User $user;
      proxy_set_header X-Email $email;
      proxy_set_header X-Groups $groups;
      proxy_set_header X-Proxy-Secret {secret};
      proxy_pass {upstream};
    }}
    location /services/ {{
      proxy_set_header X-User "";
      proxy_set_header X-Email "";
      proxy_set_header X-Groups "";
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_pass {upstream}/;
    }}
"""


class _Provider(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        person = PEOPLE.get(self.headers.get("cookie", ""))
        self.send_response(401 if person is None else 202)
        for name, value in zip(("User", "Email", "Groups"), person or (), strict=False):
            self.send_header(f"X-Auth-Request-{name}", value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nobody's news."""


@pytest.fixture(scope="module")
def provider() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Provider) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield serving.server_address[1]
        serving.shutdown()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("behind")
    auth = "auth:\n  trusted_proxies: 127.0.0.1\n  refusals_per_minute: 1000\nserver:\n"
    env = {
        "LACUNA_CONFIG_PATH": str(write_config(folder / "config", CONFIG.replace("server:\n", auth))),
        "LACUNA_API_KEY": BOOTSTRAP,
        "LACUNA_AUTH__PROXY_SECRET": SECRET,
        "LACUNA_AUTH_USER_HEADER": "X-User",
        "LACUNA_AUTH_GROUPS_HEADER": "X-Groups",
    }
    with Server(folder / "data", folder, command=("serve",), env=env) as running:
        yield running


@pytest.fixture(scope="module")
def proxy(
    server: Server, provider: int, program: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    inside = GUIDE.format(provider=provider, upstream=server.url, secret=SECRET)
    nginx = NginxServer(program("nginx"), tmp_path_factory.mktemp("nginx"), inside)
    with nginx, httpx.Client(base_url=nginx.url, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture
def elsewhere(server: Server) -> Iterator[httpx.Client]:
    """Somebody who is no proxy."""
    transport = httpx.HTTPTransport(local_address="127.0.0.2")
    with httpx.Client(base_url=server.url, transport=transport, timeout=60) as client:
        yield client


@pytest.fixture
def inside(server: Server) -> Iterator[httpx.Client]:
    """Something on the proxy's machine that speaks to the server itself."""
    with httpx.Client(base_url=server.url, trust_env=False, timeout=60) as client:
        yield client


ASK = {"query": "What is the capital of France?"}


def test_a_person_who_signed_in_at_the_provider_is_who_asks(proxy: httpx.Client) -> None:
    ann = {"cookie": "session=ann"}
    decided = proxy.post("/api/v1/classify", json=ASK, headers=ann)
    assert decided.status_code == 200, decided.text
    explained = proxy.get(f"/api/v1/decisions/{decided.json()['decision_id']}", headers=ann).json()
    assert explained["actor"] == "ann"
    assert proxy.get("/api/v1/audit/records", headers=ann).status_code == 200
    assert proxy.get("/api/v1/audit/records", headers={"cookie": "session=bob"}).status_code == 403
    assert proxy.post("/api/v1/classify", json=ASK, headers={"cookie": "session=eve"}).status_code == 401


def test_what_the_client_forges_is_overwritten_by_the_proxy(proxy: httpx.Client) -> None:
    forged = [("cookie", "session=bob"), ("x-user", "ann"), ("x-groups", "lacuna-admins"), ("X-USER", "root")]
    decided = proxy.post("/api/v1/classify", json=ASK, headers=forged)
    assert decided.status_code == 200
    shown = proxy.get(f"/api/v1/decisions/{decided.json()['decision_id']}", headers={"cookie": "session=bob"})
    assert shown.json()["actor"] == "bob"
    assert proxy.get("/api/v1/audit/records", headers=forged).status_code == 403


def test_headers_of_anybody_else_are_ignored(elsewhere: httpx.Client) -> None:
    forged = {"x-user": "ann", "x-groups": "lacuna-admins", "x-proxy-secret": SECRET}
    assert elsewhere.post("/api/v1/classify", json=ASK, headers=forged).status_code == 401
    known = {**forged, "authorization": f"Bearer {BOOTSTRAP}"}
    decided = elsewhere.post("/api/v1/classify", json=ASK, headers=known)
    shown = elsewhere.get(f"/api/v1/decisions/{decided.json()['decision_id']}", headers=known)
    assert shown.json()["actor"] == "bootstrap-admin"


@pytest.mark.parametrize(
    "headers",
    [
        [("x-user", "ann"), ("x-user", "root")],
        [("x-user", "ann"), ("x-groups", "a"), ("x-groups", "lacuna-admins")],
        [("x-user", "=?utf-8?q?root?=")],
        [("x-user", "r%6Fot")],
        [("x-user", "a" * 257)],
        [("x-user", "ann"), ("x-groups", "a," * 5_000)],
        [("x-user", "ann"), ("x-groups", ",".join(f"g{n}" for n in range(101)))],
        [("x-user", b"ann\xff")],
        [("x-user", "ann\u202eroot".encode())],
        [("x-user", "cli:root")],
        [("x-user", "system")],
        [("x-groups", "lacuna-admins")],
        [("x-user", "ann"), ("authorization", f"Bearer {BOOTSTRAP}")],
        [("x-user", "ann"), ("x-email", "a%40b")],
    ],
    ids=repr,
)
def test_doubtful_headers_of_a_proxy_get_nobody_in(
    inside: httpx.Client, headers: list[tuple[str, str | bytes]]
) -> None:
    raw = [(name.encode(), value if isinstance(value, bytes) else value.encode()) for name, value in headers]
    answer = inside.post("/api/v1/classify", json=ASK, headers=[*raw, (b"x-proxy-secret", SECRET.encode())])
    assert answer.status_code == 401, answer.text
    assert answer.json()["code"] == "unauthenticated"


FOREIGN = {"origin": "https://evil.example"}


@pytest.mark.parametrize(
    ("browser", "status"),
    [
        ({"sec-fetch-site": "cross-site", **FOREIGN}, 403),
        ({"sec-fetch-site": "same-site", "origin": "https://evil.corp.example"}, 403),
        (FOREIGN, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "https://lacuna.corp.example"}, 200),
        ({"origin": "https://lacuna.corp.example", "x-forwarded-host": "lacuna.corp.example"}, 200),
        ({"origin": "https://lacuna.corp.example", "host": "lacuna.corp.example"}, 200),
        ({"sec-fetch-site": "none"}, 200),
    ],
    ids=repr,
)
def test_another_sites_page_does_nothing_with_somebodys_sign_in(
    inside: httpx.Client, browser: dict[str, str], status: int
) -> None:
    ann = {"x-user": "ann", "x-proxy-secret": SECRET}
    sent = inside.post("/api/v1/classify", content=b'{"query": "x"}', headers={**ann, **browser})
    uploaded = inside.post("/api/v1/documents", files={"file": ("a.txt", b"A heron.")}, headers={**ann, **browser})
    if status == 200:
        assert (sent.status_code, uploaded.status_code // 100) == (200, 2), sent.text + uploaded.text
    else:
        assert (sent.status_code, sent.json()["code"]) == (403, "cross_site")
        assert (uploaded.status_code, uploaded.json()["code"]) == (403, "cross_site")
    assert inside.get("/api/v1/documents", headers={**ann, **browser}).status_code == 200, "reads go on"


def test_without_its_secret_the_proxys_machine_is_nobody(inside: httpx.Client) -> None:
    for more in ({}, {"x-proxy-secret": "wrong"}):
        answer = inside.post("/api/v1/classify", json=ASK, headers={"x-user": "ann", **more})
        assert answer.status_code == 401
    answer = inside.post("/api/v1/classify", json=ASK, headers={"x-user": "ann", "x-proxy-secret": SECRET})
    assert answer.status_code == 200


def test_the_address_behind_the_proxy_decides_for_a_key_of_a_network(proxy: httpx.Client, inside: httpx.Client) -> None:
    admin = {"authorization": f"Bearer {BOOTSTRAP}"}
    body = {"name": "from ten", "networks": ["10.0.0.0/8"]}
    made = inside.post("/api/v1/admin/api-keys", json=body, headers=admin).json()
    key = {"authorization": f"Bearer {made['token']}"}
    path = "/api/v1/classify"
    for forwarded, status in (("10.1.2.3", 200), ("10.1.2.3, 192.0.2.1", 401), ("192.0.2.1, 10.1.2.3", 200)):
        answer = inside.post(path, json=ASK, headers={**key, "x-forwarded-for": forwarded})
        assert answer.status_code == status, forwarded
    assert inside.post(path, json=ASK, headers=key).status_code == 401
    # nginx appends whom it saw; what the client wrote before it proves nothing.
    transport = httpx.HTTPTransport(local_address="127.0.0.3")
    with httpx.Client(base_url=proxy.base_url, transport=transport, timeout=60) as outside:
        claimed = outside.post("/services" + path, json=ASK, headers={**key, "x-forwarded-for": "10.1.2.3"})
    assert claimed.status_code == 401
    assert "used from here" in claimed.text


def test_header_names_without_a_trusted_proxy_stop_the_start(tmp_path: Path) -> None:
    env = {"LACUNA_API_KEY": BOOTSTRAP, "LACUNA_AUTH_USER_HEADER": "X-User"}
    done = lacuna("serve", "--port", "0", "--data-dir", tmp_path / "data", cwd=tmp_path, env=env)
    assert done.code == 1
    assert "auth.trusted_proxies is empty" in done.err


def test_with_proxies_alone_no_key_is_needed(tmp_path: Path) -> None:
    env = {"LACUNA_AUTH__TRUSTED_PROXIES": "127.0.0.1"}
    with Server(tmp_path / "data", tmp_path, command=("serve",), env=env) as server:
        answer = server.client.post("/api/v1/classify", json=ASK, headers={"x-user": "ann"})
        assert answer.status_code == 200
