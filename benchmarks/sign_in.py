"""What a credential costs, and whether the time of a refusal tells how close a guess was.

Tokens that share almost all of a real key and tokens that share nothing are refused in turns, many times; what counts
is the difference of their means beside the spread of either (the t statistic of Reparaz, Balasch and Verbauwhede,
"Dude, is my code constant time?", 2017: from 4.5 on they can be told apart).
"""

import asyncio
import contextlib
import hmac
import random
import secrets
import statistics
import time
from collections.abc import Callable

from benchmarks.report import Row
from lacuna.adapters.identity.oidc import OidcTokens
from lacuna.adapters.storage.clock import SystemClock
from lacuna.domain.api_keys import ENTROPY_BYTES, ApiKey, token_of
from lacuna.domain.errors import Unauthenticated
from lacuna.domain.sign_in import Directory
from lacuna.domain.tiers import Tier
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.testing.servers.identity_provider import AUDIENCE, IdentityProvider
from lacuna.usecases.sign_in import SignIn

SECRET = b"k" * 32


class _NoStore:
    """Nothing is asked of it: keys in force are given."""


def run(scale: float) -> list[Row]:
    """Microseconds and the statistic."""
    count = max(2_000, int(200_000 * scale))
    entropy = secrets.token_bytes(ENTROPY_BYTES)
    token = token_of(entropy)
    sign_in = _with(token)
    accepted = _each(lambda: sign_in.by_token(token, "127.0.0.1"), count // 4)
    bare = _each(lambda: hmac.digest(SECRET, token.encode(), "sha256"), count // 4)
    rows = [Row("an API key accepted", accepted * 1e6, "us", "its HMAC-SHA-256 alone", accepted / bare)]
    near = token_of((int.from_bytes(entropy) ^ 1).to_bytes(ENTROPY_BYTES))
    rows.append(_told_apart(sign_in, near, count))
    verified = asyncio.run(_oidc(max(200, count // 100)))
    rows.append(Row("a token of the identity provider verified (RS256)", verified * 1e6, "us", "", None))
    return rows


def _with(token: str) -> SignIn:
    def hash_of(token: str) -> str:
        return hmac.digest(SECRET, token.encode(), "sha256").hex()

    key = ApiKey("key", "name", "svc", frozenset(), Tier.INTERNAL, None, (), "admin", 0)
    sign_in = SignIn(_NoStore(), InMemoryLedger(FixedKeys()), Directory(), hash_of, SystemClock())  # type: ignore[arg-type]
    sign_in.use({hash_of(token): key})
    return sign_in


def _told_apart(sign_in: SignIn, near: str, count: int) -> Row:
    """`near` differs from the real token in its last random character; both guesses have a right checksum, so that they
    get as far as the look-up."""
    far = token_of(secrets.token_bytes(ENTROPY_BYTES))
    samples: dict[str, list[float]] = {near: [], far: []}
    for _ in range(count):
        guess = random.choice((near, far))
        started = time.perf_counter_ns()
        with contextlib.suppress(Unauthenticated):
            sign_in.by_token(guess, "127.0.0.1")
        samples[guess].append(float(time.perf_counter_ns() - started))
    close, away = (sorted(samples[each])[: int(0.9 * len(samples[each]))] for each in (near, far))
    spread = statistics.variance(close) / len(close) + statistics.variance(away) / len(away)
    t = abs(statistics.fmean(close) - statistics.fmean(away)) / spread**0.5
    ratio = statistics.median(close) / statistics.median(away)
    note = f"of {count:,} refusals; below 4.5 nothing tells them apart; medians' ratio {ratio:.3f}"
    return Row("t of a near and a far guess", t, "", "4.5", t / 4.5, note)


def _each(work: Callable[[], object], count: int) -> float:
    """Seconds of one call: the median of five rounds."""
    rounds = []
    for _ in range(5):
        started = time.perf_counter()
        for _ in range(count // 5):
            work()
        rounds.append((time.perf_counter() - started) / (count // 5))
    return statistics.median(rounds)


async def _oidc(count: int) -> float:
    async with IdentityProvider() as provider:
        tokens = OidcTokens(provider.url, [AUDIENCE])
        token = provider.token()
        await tokens.identity(token)
        rounds = []
        for _ in range(5):
            started = time.perf_counter()
            for _ in range(count // 5):
                await tokens.identity(token)
            rounds.append((time.perf_counter() - started) / (count // 5))
        await tokens.close()
    return statistics.median(rounds)
