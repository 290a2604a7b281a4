"""Tenants share a process and nothing else: whatever one holds is not there for the other, by any door."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from lacuna.testing.servers.identity_provider import IdentityProvider
from tests.surfaces.conftest import CONFIG, write_config
from tests.surfaces.running import Server, beside, lacuna

BOOTSTRAP = "bootstrap-" + "k" * 40
PLANTED = "The zephyrine alloy melts at 1,913 degrees."
QUESTION = {"query": "At how many degrees does the zephyrine alloy melt?"}
TERM = "What does Project Quillon cost?"
ACME, GLOBEX = "acme", "globex"
OWN_TERMS = "projects:\n  - name: Quillon\n    match: always\n"


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    with beside(IdentityProvider()) as serving:
        yield serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, provider: IdentityProvider) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("tenants")
    more = (
        f"tenancy:\n  tenants: [{ACME}, {GLOBEX}]\nauth:\n  refusals_per_minute: 1000\n  trusted_proxies: 127.0.0.2\n"
        f"  oidc:\n    issuer: {provider.url}\n    audience: lacuna\nserver:\n"
    )
    config = write_config(folder / "config", CONFIG.replace("server:\n", more))
    own = config / "tenants" / ACME
    own.mkdir(parents=True)
    (own / "proprietary_terms.yaml").write_text(OWN_TERMS)
    (own / "config.yaml").write_text("auth:\n  clearance: PROPRIETARY\n")
    env = {"LACUNA_CONFIG_PATH": str(config), "LACUNA_API_KEY": BOOTSTRAP}
    with Server(folder / "data", folder, command=("serve",), env=env) as running:
        yield running


def admin(tenant: str) -> dict[str, str]:
    return {"authorization": f"Bearer {BOOTSTRAP}", "x-tenant": tenant}


@pytest.fixture(scope="module")
def keys(server: Server) -> dict[str, dict[str, str]]:
    """An administrator's key of each tenant, as headers."""
    found = {}
    for tenant in (ACME, GLOBEX):
        body = {"name": "all", "groups": ["lacuna-admins"], "clearance": "PROPRIETARY"}
        made = server.client.post("/api/v1/admin/api-keys", json=body, headers=admin(tenant))
        assert made.status_code == 201, made.text
        found[tenant] = {"authorization": f"Bearer {made.json()['token']}"}
    return found


@pytest.fixture(scope="module")
def held(server: Server, keys: dict[str, dict[str, str]]) -> dict[str, str]:
    """What acme holds: ids of a document, a passage, a decision, an answer, a key."""
    acme = keys[ACME]
    document = {"title": "Alloys", "text": PLANTED, "tier": "INTERNAL", "source": "alloys"}
    added = server.client.post("/api/v1/documents", json=document, headers=acme)
    assert added.status_code == 201, added.text
    answered = server.client.post("/api/v1/query", json=QUESTION, headers=acme).json()
    assert "1,913" in answered["answer"]
    key = server.client.get("/api/v1/admin/api-keys", headers=acme).json()["api_keys"][0]
    return {
        "document_id": added.json()["document_id"],
        "chunk_id": answered["citations"][0]["chunk_id"],
        "decision_id": answered["classification"]["decision_id"],
        "answer": answered["lineage_id"],
        "key_id": key["id"],
    }


def test_a_question_finds_the_documents_of_its_own_tenant_only(
    server: Server, keys: dict[str, dict[str, str]], held: dict[str, str]
) -> None:
    for path in ("/api/v1/query", "/api/v1/search"):
        theirs = server.client.post(path, json=QUESTION, headers=keys[GLOBEX])
        assert theirs.status_code == 200, theirs.text
        assert "1,913" not in theirs.text
        assert held["document_id"] not in theirs.text


def test_no_id_of_one_tenant_leads_anywhere_in_the_other(
    server: Server, keys: dict[str, dict[str, str]], held: dict[str, str]
) -> None:
    """Walks the OpenAPI document: every route with an id in its path, with every id of the other tenant."""
    paths = server.client.get("/openapi.json").json()["paths"]
    tried = 0
    for path, operations in paths.items():
        if "{" not in path:
            continue
        for method in operations:
            for ident in held.values():
                filled = re.sub(r"\{[^}]*\}", ident, path)
                answer = server.client.request(method, filled, json={}, headers=keys[GLOBEX])
                assert not 200 <= answer.status_code < 300, (method, filled, answer.text)
                assert "1,913" not in answer.text
                tried += 1
    assert tried > 40


def test_lists_and_the_ledger_show_the_own_tenant_only(
    server: Server, keys: dict[str, dict[str, str]], held: dict[str, str]
) -> None:
    paths = server.client.get("/openapi.json").json()["paths"]
    for path in (path for path, operations in paths.items() if "get" in operations and "{" not in path):
        answer = server.client.get(path, headers=keys[GLOBEX])
        for what, ident in held.items():
            assert ident not in answer.text, (path, what)
    signed = {name: server.client.get("/api/v1/audit/checkpoint", headers=keys[name]).text for name in keys}
    origins = {text.splitlines()[0] for text in signed.values()}
    assert len(origins) == 2, "two logs, two names"


def test_terms_are_the_tenants_own_and_no_cache_is_shared(server: Server, keys: dict[str, dict[str, str]]) -> None:
    for _ in range(2):
        tiers = {
            name: server.client.post("/api/v1/classify", json={"query": TERM}, headers=keys[name]).json()
            for name in (ACME, GLOBEX)
        }
        assert tiers[ACME]["tier"] == "PROPRIETARY"
        assert "ORG.PROJECT" not in {finding["kind"] for finding in tiers[GLOBEX]["findings"]}


def test_nobody_but_proxies_and_the_bootstrap_key_chooses_by_header(
    server: Server, keys: dict[str, dict[str, str]], held: dict[str, str]
) -> None:
    body = {"query": QUESTION["query"]}
    own = server.client.post("/api/v1/query", json=body, headers={**keys[GLOBEX], "x-tenant": ACME})
    assert own.status_code == 200
    assert "1,913" not in own.text
    person = {"x-user": "ann", "x-tenant": ACME}
    assert server.client.post("/api/v1/query", json=body, headers=person).status_code == 401
    with proxy(server) as behind:
        assert behind.post("/api/v1/query", json=body, headers=person).status_code == 200
        assert behind.post("/api/v1/query", json=body, headers={"x-user": "ann"}).status_code == 401
        mixed = {**keys[GLOBEX], "x-tenant": ACME}
        assert behind.post("/api/v1/query", json=body, headers=mixed).status_code == 401
        twice = [("x-user", "ann"), ("x-tenant", GLOBEX), ("x-tenant", ACME)]
        assert behind.post("/api/v1/query", json=body, headers=twice).status_code == 401


def proxy(server: Server) -> httpx.Client:
    transport = httpx.HTTPTransport(local_address="127.0.0.2")
    return httpx.Client(base_url=server.url, transport=transport, timeout=60)


@pytest.mark.parametrize("name", ["", "nobody", "../acme", "ACME", "acme/", "acme\u00e9"])
def test_a_tenant_that_is_none_is_refused_like_a_wrong_key(server: Server, name: str) -> None:
    key = f"Bearer {BOOTSTRAP}".encode()
    chosen = httpx.Headers([(b"authorization", key), (b"x-tenant", name.encode())])
    for headers in (chosen, httpx.Headers({"authorization": "Bearer lac_nothing"})):
        answer = server.client.post("/api/v1/classify", json=QUESTION, headers=headers)
        assert answer.status_code == 401
        assert answer.json()["code"] == "unauthenticated"
        assert answer.headers["x-request-id"]


def test_a_token_is_for_the_tenant_it_names(
    server: Server, provider: IdentityProvider, keys: dict[str, dict[str, str]], held: dict[str, str]
) -> None:
    def ask(**claims: Any) -> httpx.Response:
        token = provider.token(sub="ann", **claims)
        return server.client.post("/api/v1/query", json=QUESTION, headers={"authorization": f"Bearer {token}"})

    assert "1,913" in ask(tenant=ACME).text
    other = ask(tenant=GLOBEX)
    assert other.status_code == 200
    assert "1,913" not in other.text
    for wrong in ({}, {"tenant": "nobody"}, {"tenant": ["acme"]}, {"tenant": {"a": ACME}}):
        assert ask(**wrong).status_code == 401
    stranger = provider.token(tenant=ACME, iss="https://elsewhere.example")
    headers = {"authorization": f"Bearer {stranger}"}
    assert server.client.post("/api/v1/query", json=QUESTION, headers=headers).status_code == 401


def test_a_forged_token_does_not_tell_which_tenants_there_are(server: Server, provider: IdentityProvider) -> None:
    def told(tenant: str, **forged: Any) -> tuple[int, list[str], dict[str, Any]]:
        headers = {"authorization": f"Bearer {provider.token(tenant=tenant, **forged)}", "x-request-id": "req-12345678"}
        answer = server.client.post("/api/v1/query", json=QUESTION, headers=headers)
        return answer.status_code, [name for name in answer.headers if name != "date"], answer.json()

    for forged in ({"header": {"alg": "none"}}, {"key": b"guessed"}, {"header": {"kid": "invented"}}):
        assert told(ACME, **forged) == told("nobody", **forged)
        assert told(ACME, **forged)[0] == 401


def test_what_is_kept_is_kept_apart(server: Server, keys: dict[str, dict[str, str]], held: dict[str, str]) -> None:
    folders = {name: server.data_dir / "tenants" / name for name in (ACME, GLOBEX)}
    for name in ("hmac.key", "signing.key"):
        secrets = {(folder / "keys" / name).read_bytes() for folder in folders.values()}
        assert len(secrets) == 2
    for file in (path for path in folders[GLOBEX].rglob("*") if path.is_file()):
        raw = file.read_bytes()
        assert b"zephyrine" not in raw
        assert held["document_id"].encode() not in raw


def test_commands_are_for_the_tenant_they_name(server: Server, held: dict[str, str]) -> None:
    env = dict(server.env)

    def listed(*before: str) -> Any:
        return lacuna(*before, "lineage", "show", held["document_id"], "--json", *data(server), cwd=server.cwd, env=env)

    assert listed("--tenant", ACME).code == 0
    assert listed("--tenant", GLOBEX).code == 1
    none = listed()
    assert none.code == 1
    assert "--tenant" in json.loads(none.out)["error"]["cure"]
    unknown = listed("--tenant", "nobody")
    assert unknown.code == 1
    assert "tenancy.tenants" in unknown.out


def data(server: Server) -> tuple[str, str]:
    return "--data-dir", str(server.data_dir)


def test_a_tenants_file_does_not_set_what_belongs_to_all(tmp_path: Path) -> None:
    config = write_config(tmp_path / "config", CONFIG + "tenancy:\n  tenants: acme\n")
    (config / "tenants" / ACME).mkdir(parents=True)
    (config / "tenants" / ACME / "config.yaml").write_text("storage:\n  data_path: elsewhere\n")
    env = {"LACUNA_CONFIG_PATH": str(config), "LACUNA_API_KEY": BOOTSTRAP}
    done = lacuna("serve", "--port", "0", "--data-dir", tmp_path / "data", cwd=tmp_path, env=env)
    assert done.code == 1
    assert "tenants/acme/config.yaml" in done.err
    assert "storage.data_path belongs to the whole installation" in done.err
    assert lacuna("config", "validate", cwd=tmp_path, env=env).code == 1


def test_metrics_carry_the_tenant(server: Server, keys: dict[str, dict[str, str]]) -> None:
    address = re.search(r"http://[0-9.:]+/metrics", server.log)
    assert address is not None
    text = httpx.get(address[0], trust_env=False).text
    for name in keys:
        assert re.search(rf'lacuna_requests_total{{[^}}]*tenant="{name}"[^}}]*}} [1-9]', text)


def test_readiness_is_that_of_all_and_names_no_tenant(server: Server) -> None:
    ready = server.client.get("/ready")
    assert ready.status_code == 200
    assert ready.json()["parts"]["ledger"]["state"] == "ok"
    assert ACME not in ready.text
