"""Tokens of an identity provider: which count, and which do not, whatever they are made of."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from lacuna.adapters.identity.oidc import OidcTokens
from lacuna.adapters.identity.provider_keys import MAX_STALE_S, REFRESH_S, RETRY_AFTER_S
from lacuna.domain.errors import ConfigError, DependencyError
from lacuna.domain.sign_in import Refused
from lacuna.testing.servers.identity_provider import AUDIENCE, IdentityProvider

STRANGER = rsa.generate_private_key(65_537, 2_048)
SHORT = rsa.generate_private_key(65_537, 1_024)  # noqa: S505  that is the point


@pytest.fixture
async def provider() -> AsyncIterator[IdentityProvider]:
    async with IdentityProvider() as serving:
        yield serving


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def tokens(provider: IdentityProvider, clock: Clock) -> AsyncIterator[OidcTokens]:
    verifier = OidcTokens(provider.url, [AUDIENCE], now=clock)
    yield verifier
    await verifier.close()


async def reason_of(tokens: OidcTokens, token: str) -> str:
    with pytest.raises(Refused) as refused:
        await tokens.identity(token)
    return refused.value.reason


async def test_a_token_names_user_groups_and_mail(provider: IdentityProvider, tokens: OidcTokens) -> None:
    given = provider.token(sub="ann", groups=["eng", "ops"], email="ann@corp.example", name="Ann")
    found = await tokens.identity(given)
    assert (found.user_id, set(found.groups), found.via) == ("ann", {"eng", "ops"}, "oidc")
    assert (found.email, found.name) == ("ann@corp.example", "Ann")


async def test_every_kind_of_key_that_the_provider_has_counts(provider: IdentityProvider, tokens: OidcTokens) -> None:
    provider.keys["ec-1"] = ec.generate_private_key(ec.SECP256R1())
    provider.keys["ed-1"] = ed25519.Ed25519PrivateKey.generate()
    for key_id in provider.keys:
        assert (await tokens.identity(provider.token(key_id))).user_id == "ann"


async def test_a_token_without_key_id_is_tried_with_every_key(provider: IdentityProvider, tokens: OidcTokens) -> None:
    provider.keys = {"other": STRANGER, **provider.keys}
    assert (await tokens.identity(provider.token(header={"kid": None}))).user_id == "ann"


NOW = int(time.time())


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": NOW - 120}, "expired"),
        ({"exp": None}, "token"),
        ({"exp": "soon"}, "token"),
        ({"nbf": NOW + 3_600}, "expired"),
        ({"iat": NOW + 3_600}, "expired"),
        ({"aud": "another-service"}, "audience"),
        ({"aud": ["a", "b"]}, "audience"),
        ({"aud": None}, "token"),
        ({"iss": "https://elsewhere.example"}, "issuer"),
        ({"iss": None}, "token"),
        ({"sub": None}, "token"),
        ({"sub": ""}, "token"),
        ({"sub": 7}, "token"),
        ({"sub": "bootstrap-admin"}, "token"),
        ({"sub": " system "}, "token"),
        ({"sub": "cli:root"}, "token"),
        ({"sub": "a" * 300}, "token"),
        ({"sub": "ann\nadmin"}, "token"),
        ({"groups": ["eng", 7]}, "token"),
        ({"groups": [f"g{n}" for n in range(5_000)]}, "token"),
    ],
)
async def test_claims_that_do_not_count(
    provider: IdentityProvider, tokens: OidcTokens, claims: dict[str, Any], reason: str
) -> None:
    assert await reason_of(tokens, provider.token(**claims)) == reason


async def test_a_clock_may_be_a_minute_off(provider: IdentityProvider, tokens: OidcTokens) -> None:
    now = int(time.time())
    assert (await tokens.identity(provider.token(exp=now - 30, nbf=now + 30))).user_id == "ann"


@pytest.mark.parametrize(
    "header",
    [
        *({"alg": name} for name in ("none", "HS256", None, "ES256", "XX", ["RS256"])),
        *({"typ": name} for name in ("logout+jwt", 3)),
        {"crit": ["b64"]},
        {"kid": 7},
    ],
)
async def test_headers_that_ask_for_something_else(
    provider: IdentityProvider, tokens: OidcTokens, header: dict[str, Any]
) -> None:
    assert await reason_of(tokens, provider.token(header=header)) in {"token", "signature"}


async def test_a_key_that_the_token_brings_along_does_not_count(provider: IdentityProvider, tokens: OidcTokens) -> None:
    header = {"jku": "http://127.0.0.1:9/keys", "x5u": "http://127.0.0.1:9/", "jwk": {"kty": "RSA"}}
    assert await reason_of(tokens, provider.token(key=STRANGER, header=header)) == "signature"


async def test_the_public_key_is_no_shared_secret(provider: IdentityProvider, tokens: OidcTokens) -> None:
    assert await reason_of(tokens, provider.token(key=provider.public_pem())) == "token"
    forged = provider.token(key=provider.public_pem(), header={"alg": "RS256"})
    assert await reason_of(tokens, forged) == "signature"


async def test_a_key_too_short_to_trust_does_not_count(provider: IdentityProvider, tokens: OidcTokens) -> None:
    provider.keys["short"] = SHORT
    assert await reason_of(tokens, provider.token("short")) == "signature"


@pytest.mark.parametrize("position", [0, 1, 2])
async def test_a_changed_token_does_not_count(provider: IdentityProvider, tokens: OidcTokens, position: int) -> None:
    parts = provider.token().split(".")
    middle = len(parts[position]) // 2
    changed = "A" if parts[position][middle] != "A" else "B"
    parts[position] = parts[position][:middle] + changed + parts[position][middle + 1 :]
    assert await reason_of(tokens, ".".join(parts)) in {"token", "signature"}


@pytest.mark.parametrize("text", ["..", "a.b.c", "é.é.é", "e30.e30.", "x" * 20_000 + "..", "e30.e30.e30"])
async def test_what_is_no_token_is_refused(tokens: OidcTokens, text: str) -> None:
    assert await reason_of(tokens, text) == "token"


async def test_a_new_key_of_the_provider_counts_without_a_restart(
    provider: IdentityProvider, tokens: OidcTokens, clock: Clock
) -> None:
    await tokens.identity(provider.token())
    old = provider.token()
    provider.keys = {"rsa-2": STRANGER}
    clock.at += RETRY_AFTER_S
    assert (await tokens.identity(provider.token("rsa-2"))).user_id == "ann"
    assert await reason_of(tokens, old) == "signature"


async def test_invented_key_ids_do_not_reach_the_provider_each_time(
    provider: IdentityProvider, tokens: OidcTokens
) -> None:
    for n in range(20):
        forged = provider.token(header={"kid": f"invented-{n}"}, key=STRANGER)
        assert await reason_of(tokens, forged) == "signature"
    assert len(provider.received) <= 2


async def test_keys_outlive_a_provider_that_is_down_and_say_so(
    provider: IdentityProvider, tokens: OidcTokens, clock: Clock
) -> None:
    await tokens.identity(provider.token())
    provider.failing = True
    clock.at += REFRESH_S + 1
    assert (await tokens.identity(provider.token())).user_id == "ann"
    with pytest.raises(DependencyError):
        await tokens.check()
    clock.at += MAX_STALE_S
    with pytest.raises(DependencyError):
        await tokens.identity(provider.token())
    provider.failing = False
    clock.at += RETRY_AFTER_S
    assert (await tokens.identity(provider.token())).user_id == "ann"
    await tokens.check()


async def test_who_goes_away_does_not_keep_others_from_new_keys(
    provider: IdentityProvider, tokens: OidcTokens, clock: Clock
) -> None:
    await tokens.identity(provider.token())
    provider.keys = {"rsa-2": STRANGER}
    clock.at += RETRY_AFTER_S
    gone = asyncio.create_task(tokens.identity(provider.token("rsa-2")))
    await asyncio.sleep(0)
    gone.cancel()
    assert (await tokens.identity(provider.token("rsa-2"))).user_id == "ann"


async def test_nobody_waits_for_a_provider_that_is_known_to_be_down(
    provider: IdentityProvider, tokens: OidcTokens, clock: Clock
) -> None:
    await tokens.identity(provider.token())
    provider.failing = True
    clock.at += REFRESH_S + 1
    with pytest.raises(DependencyError):
        await tokens.check()
    asked = len(provider.received)
    clock.at += RETRY_AFTER_S
    assert (await tokens.identity(provider.token())).user_id == "ann"
    assert len(provider.received) == asked, "the answer came before the provider was asked"
    provider.failing = False
    clock.at += RETRY_AFTER_S
    await tokens.check()


async def test_a_provider_that_names_another_issuer_is_not_believed(
    provider: IdentityProvider, tokens: OidcTokens
) -> None:
    provider.issuer_said = "https://elsewhere.example"
    with pytest.raises(DependencyError):
        await tokens.identity(provider.token())


async def test_groups_come_from_where_the_provider_keeps_them_under_our_names(provider: IdentityProvider) -> None:
    mapped = OidcTokens(
        provider.url, [AUDIENCE], groups_claim="realm_access.roles", group_map={"/eng": "engineering"}, user_claim="upn"
    )
    claims: dict[str, Any] = {
        "realm_access": {"roles": ["/eng", "/lacuna-admins", "lacuna-admins"]},
        "upn": "ann@corp.example",
    }
    found = await mapped.identity(provider.token(**claims))
    await mapped.close()
    assert (found.user_id, set(found.groups)) == ("ann@corp.example", {"engineering"})


@pytest.mark.parametrize("said", [False, "false", 0, "", [], {"a": True}])
async def test_a_mail_address_that_is_not_verified_is_not_taken(
    provider: IdentityProvider, tokens: OidcTokens, said: object
) -> None:
    token = provider.token(email="root@corp.example", email_verified=said)
    assert (await tokens.identity(token)).email == ""
    by_mail = OidcTokens(provider.url, [AUDIENCE], user_claim="email")
    assert await reason_of(by_mail, token) == "token"
    for good in (True, "true", None):
        true = provider.token(email="ann@corp.example", email_verified=good)
        assert (await by_mail.identity(true)).user_id == "ann@corp.example"
    await by_mail.close()


@pytest.mark.parametrize("issuer", ["http://8.8.8.8", "ftp://provider.example", "https://169.254.169.254"])
def test_an_issuer_that_cannot_be_trusted_stops_the_start(issuer: str) -> None:
    with pytest.raises(ConfigError):
        OidcTokens(issuer, [AUDIENCE])
