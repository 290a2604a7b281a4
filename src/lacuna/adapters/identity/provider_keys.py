"""The public keys of an OpenID provider: where its discovery document says they are, kept for a while, asked for again
when a token names an unknown one (OpenID Connect Discovery 1.0; RFC 7517).

Promise: keys are never older than `MAX_STALE_S`, a client that invents key ids makes at most one request in
`RETRY_AFTER_S`, and whoever waits for keys waits for one request together. Nobody who goes away stops that request.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver

from lacuna.adapters.addresses import AddressRule, Endpoint
from lacuna.adapters.http_client import HttpClient
from lacuna.domain.errors import ConfigError, DependencyNonsense, DependencyUnavailable, LacunaError

DISCOVERY: Final = "/.well-known/openid-configuration"
TIMEOUT_S: Final = 5.0
MAX_BODY_BYTES: Final = 512 * 1024
MAX_KEYS: Final = 100
REFRESH_S: Final = 3_600.0
RETRY_AFTER_S: Final = 10.0
MAX_STALE_S: Final = 24 * 3_600.0

Jwk = dict[str, Any]
_T = TypeVar("_T", bound=msgspec.Struct)


class _Discovery(msgspec.Struct):
    issuer: str
    jwks_uri: str


class _Keys(msgspec.Struct):
    keys: list[Jwk]


class ProviderKeys:
    """Keys of `issuer`. `jwks_url` spares the discovery document. Addresses that are http lead to this machine or a
    private network only."""

    def __init__(
        self,
        issuer: str,
        jwks_url: str = "",
        *,
        resolver: Callable[[], AbstractResolver] = aiohttp.ThreadedResolver,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises ConfigError for an address that is none."""
        self._issuer = issuer
        self._jwks_url = jwks_url
        self._resolver = resolver
        self._now = now
        self._discovery = _client(issuer.rstrip("/") + DISCOVERY, resolver)
        self._keys_client = _client(jwks_url, resolver) if jwks_url else None
        self._keys: tuple[Jwk, ...] = ()
        self._fetched = self._tried = float("-inf")
        self._version = 0
        self._fault: LacunaError | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def version(self) -> int:
        """Grows whenever the keys were read anew."""
        return self._version

    async def named(self, key_id: str | None) -> tuple[Jwk, ...]:
        """The keys of that id, all of them without one; asks the provider where that is due, and waits for it unless it
        is known to be down. Raises a DependencyError where no fresh enough keys are had."""
        age = self._now() - self._fetched
        found = self._of(key_id)
        if age > REFRESH_S or not found:
            asking = self._asking()
            if asking is not None and (self._fault is None or age > MAX_STALE_S):
                await asyncio.shield(asking)
            found = self._of(key_id)
        if self._now() - self._fetched > MAX_STALE_S:
            raise self._fault.with_traceback(None) if self._fault is not None else self._unknown()
        return found

    async def check(self) -> None:
        """Raises the DependencyError that keeps the keys from being read, also while older ones still count."""
        if self._now() - self._fetched > REFRESH_S and (asking := self._asking()) is not None:
            await asyncio.shield(asking)
        if self._fault is not None:
            raise self._fault.with_traceback(None)

    async def close(self) -> None:
        """Closes the connections."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._discovery.close()
        if self._keys_client is not None:
            await self._keys_client.close()

    def _of(self, key_id: str | None) -> tuple[Jwk, ...]:
        return tuple(key for key in self._keys if key_id is None or key.get("kid") == key_id)

    def _asking(self) -> "asyncio.Task[None] | None":
        """The task that asks the provider, which goes on whoever stops waiting for it; None where it is not due."""
        if self._task is not None and not self._task.done():
            return self._task
        if self._now() - self._tried < RETRY_AFTER_S:
            return None
        self._tried = self._now()
        self._task = asyncio.create_task(self._refresh(), name="provider keys")
        return self._task

    async def _refresh(self) -> None:
        try:
            self._keys = await self._asked()
        except LacunaError as fault:
            self._fault = fault
            return
        self._fault, self._fetched = None, self._now()
        self._version += 1

    def _unknown(self) -> LacunaError:
        return DependencyUnavailable(
            f"The keys of {self._discovery.where} are not known.",
            cure="Check that the identity provider runs; it is asked again in a few seconds.",
        )

    async def _asked(self) -> tuple[Jwk, ...]:
        if self._keys_client is None:
            self._keys_client = _client(await self._discovered(), self._resolver)
        answer = _decoded(await self._keys_client.get(""), _Keys)
        if answer is None or len(answer.keys) > MAX_KEYS:
            raise DependencyNonsense(
                f"{self._keys_client.where} answered something that is no set of keys.",
                cure="Check auth.oidc.issuer and auth.oidc.jwks_url.",
            )
        return tuple(answer.keys)

    async def _discovered(self) -> str:
        answer = _decoded(await self._discovery.get(""), _Discovery)
        if answer is None or answer.issuer.rstrip("/") != self._issuer.rstrip("/"):
            raise DependencyNonsense(
                f"{self._discovery.where} says that it is another issuer, or nothing that can be read.",
                cure="Write auth.oidc.issuer as the provider's discovery document does.",
            )
        if self._issuer.startswith("https:") and not answer.jwks_uri.startswith("https:"):
            raise DependencyNonsense(f"{self._discovery.where} keeps its keys at an address that is not https.")
        return answer.jwks_uri


def _client(url: str, resolver: Callable[[], AbstractResolver]) -> HttpClient:
    rule = AddressRule.ANY_CONFIGURED if url.startswith("https:") else AddressRule.PRIVATE_ONLY
    try:
        endpoint = Endpoint.parse(url, rule)
    except ConfigError as error:
        raise ConfigError(
            f"auth.oidc: {error.message}", cure="Use https; http is for this machine and private networks only."
        ) from None
    return HttpClient(
        "The identity provider", endpoint, rule, timeout_s=TIMEOUT_S, max_body_bytes=MAX_BODY_BYTES, resolver=resolver
    )


def _decoded(body: bytes, kind: type[_T]) -> _T | None:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
