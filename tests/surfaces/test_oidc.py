"""Signing in with a token of an identity provider, at a real server with a provider beside it on loopback."""

from collections.abc import Iterator

import httpx
import pytest

from lacuna.testing.servers.identity_provider import IdentityProvider
from tests.surfaces.conftest import CONFIG, write_config
from tests.surfaces.running import Server, beside, lacuna

ASK = {"query": "What is the capital of France?"}
BOOTSTRAP = "bootstrap.with.two-dots-" + "k" * 40


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    with beside(IdentityProvider()) as serving:
        yield serving


@pytest.fixture(scope="module")
def people(provider: IdentityProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("oidc")
    auth = (
        f"auth:\n  oidc:\n    issuer: {provider.url}\n    audience: lacuna\n"
        "    group_map: [/eng=engineering, /audit=lacuna-auditors]\nserver:\n"
    )
    env = {
        "LACUNA_CONFIG_PATH": str(write_config(folder / "config", CONFIG.replace("server:\n", auth))),
        "LACUNA_API_KEY": BOOTSTRAP,
    }
    with Server(folder / "data", folder, command=("serve",), env=env) as running:
        yield running.client


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_who_asks_and_what_they_may_do_come_from_the_token(provider: IdentityProvider, people: httpx.Client) -> None:
    ann = bearer(provider.token(sub="ann", groups=["/eng"]))
    decided = people.post("/api/v1/classify", json=ASK, headers=ann)
    assert decided.status_code == 200, decided.text
    decision = f"/api/v1/decisions/{decided.json()['decision_id']}"
    assert (people.get(decision, headers=ann)).json()["actor"] == "ann"
    bob = bearer(provider.token(sub="bob", groups=["lacuna-auditors", "lacuna-admins"]))
    assert (people.get(decision, headers=bob)).status_code in {403, 404}
    assert (people.get("/api/v1/audit/records", headers=bob)).status_code == 403
    eve = bearer(provider.token(sub="eve", groups=["/audit"]))
    assert (people.get("/api/v1/audit/records", headers=eve)).status_code == 200
    assert (people.get("/api/v1/admin/api-keys", headers=eve)).status_code == 403


def test_a_token_that_does_not_count_gets_a_plain_refusal(provider: IdentityProvider, people: httpx.Client) -> None:
    for token in (
        provider.token(aud="another"),
        provider.token(exp=1),
        provider.token(header={"alg": "none"}),
        "a.b.c",
    ):
        refused = people.post("/api/v1/classify", json=ASK, headers=bearer(token))
        assert refused.status_code == 401, refused.text
        assert refused.json()["code"] == "unauthenticated"
        assert token not in refused.text


def test_other_credentials_keep_counting(people: httpx.Client) -> None:
    assert (people.get("/api/v1/admin/api-keys", headers=bearer(BOOTSTRAP))).status_code == 200


def test_a_provider_that_is_down_is_no_wrong_credential(provider: IdentityProvider, people: httpx.Client) -> None:
    assert (people.post("/api/v1/classify", json=ASK, headers=bearer(provider.token()))).status_code == 200
    provider.failing = True
    try:
        kept = people.post("/api/v1/classify", json=ASK, headers=bearer(provider.token()))
        assert kept.status_code == 200, "keys that are known still count"
        ready = (people.get("/ready")).json()
        assert "oidc" in ready["parts"]
    finally:
        provider.failing = False


def test_an_issuer_without_audience_stops_the_start(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("no-audience")
    env = {"LACUNA_AUTH__OIDC__ISSUER": "https://login.corp.example", "LACUNA_API_KEY": BOOTSTRAP}
    done = lacuna("serve", "--port", "0", "--data-dir", folder / "data", cwd=folder, env=env)
    assert done.code != 0
    assert "auth.oidc.audience" in done.err
