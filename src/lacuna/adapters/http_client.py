"""The one HTTP client of all adapters.

Promise: it talks to the configured endpoint and nobody else (no redirects, no proxy variables, no `.netrc`, addresses
checked at each connection), stores nothing (no cookies), sends a request once, and everything is bounded: time to
connect, time in all, bytes read, connections. Where connections are reused, and only there, a request is sent once
more, on a new one, if the old one turns out to be closed before an answer began. Foreign errors come out as the
DependencyError family and carry neither URL nor body. What the bytes mean is left to the adapters.
"""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Final, NamedTuple

import aiohttp
from aiohttp.abc import AbstractResolver

from lacuna.adapters.addresses import AddressRefused, AddressRule, CheckedResolver, Endpoint
from lacuna.domain.errors import (
    DependencyError,
    DependencyNonsense,
    DependencyTimeout,
    DependencyUnavailable,
    LacunaError,
    TooLarge,
)

USER_AGENT: Final = "Lacuna"
CONNECT_TIMEOUT_S: Final = 5.0
MAX_CONNECTIONS: Final = 64

_CURES: Final[Mapping[int, str]] = {
    401: "Check the API key.",
    403: "Check the API key and the permissions.",
    404: "Check the endpoint's path and the model's name.",
    413: "Send less text.",
    429: "It limits the rate: try again later.",
}


class Fetched(NamedTuple):
    """An answer; header names are in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class HttpClient:
    """Calls to one endpoint. `service` names it in errors. `reuse_connections` is for services inside the house: what
    goes outside is recorded once, so it is sent once. Opens nothing before the first call; belongs to the event loop of
    that call."""

    def __init__(
        self,
        service: str,
        endpoint: Endpoint,
        rule: AddressRule,
        *,
        timeout_s: float,
        max_body_bytes: int,
        headers: Mapping[str, str] | None = None,
        reuse_connections: bool = False,
        resolver: Callable[[], AbstractResolver] = aiohttp.ThreadedResolver,
    ) -> None:
        self._service = service
        self._endpoint = endpoint
        self._rule = rule
        self._timeout_s = timeout_s
        self._max_body_bytes = max_body_bytes
        self._headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **(headers or {})}
        self._reuse_connections = reuse_connections
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    @property
    def where(self) -> str:
        """The service and its host, for messages."""
        return f"{self._service} at {self._endpoint.authority}"

    async def get(
        self,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        cures: Mapping[int, str] | None = None,
        timeout_s: float | None = None,
    ) -> bytes:
        """The body of a 2xx answer. `cures` says, by status, what the operator can do. Raises a DependencyError."""
        pieces = self._exchange("GET", path, params=params, cures=cures, timeout_s=timeout_s, accept="application/json")
        async with aclosing(pieces):
            return b"".join([piece async for piece in pieces])

    async def post(
        self, path: str, body: bytes, *, params: Mapping[str, str] | None = None, cures: Mapping[int, str] | None = None
    ) -> bytes:
        """Posts JSON; the body of a 2xx answer. Raises a DependencyError."""
        pieces = self._exchange("POST", path, body=body, params=params, cures=cures, accept="application/json")
        async with aclosing(pieces):
            return b"".join([piece async for piece in pieces])

    def stream(self, path: str, body: bytes, *, cures: Mapping[int, str] | None = None) -> AsyncGenerator[bytes, None]:
        """Posts JSON and yields the event stream as it arrives, until its end. Raises a DependencyError, also where
        what comes is no event stream."""
        return self._exchange("POST", path, body=body, cures=cures, accept="text/event-stream")

    async def send(
        self,
        method: str,
        path: str,
        body: bytes | None,
        *,
        content_type: str = "application/octet-stream",
        headers: Mapping[str, str] | None = None,
        expected: Sequence[int] = (),
        cures: Mapping[int, str] | None = None,
    ) -> tuple[int, bytes]:
        """Status and body of a 2xx answer, or of one whose status is `expected`. Raises a DependencyError."""
        seen: list[int] = []
        more = {} if body is None else {"Content-Type": content_type}
        pieces = self._exchange(
            method, path, accept="*/*", body=body, cures=cures, more={**more, **(headers or {})}, seen=(seen, expected)
        )
        async with aclosing(pieces):
            answer = b"".join([piece async for piece in pieces])
        return seen[0], answer

    async def fetch(
        self,
        path: str,
        max_bytes: int,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        expected: Sequence[int] = (),
        cures: Mapping[int, str] | None = None,
    ) -> Fetched:
        """What a 2xx answer brings, or one whose status is `expected`. Raises TooLarge beyond `max_bytes`, and a
        DependencyError."""
        seen: list[int] = []
        heard: dict[str, str] = {}
        pieces = self._exchange(
            "GET",
            path,
            accept="*/*",
            params=params,
            cures=cures,
            more=headers,
            seen=(seen, expected),
            heard=heard,
            max_bytes=max_bytes,
        )
        async with aclosing(pieces):
            body = b"".join([piece async for piece in pieces])
        return Fetched(seen[0], body, heard)

    async def close(self) -> None:
        """Closes all connections; later calls raise DependencyUnavailable."""
        self._closed = True
        if self._session is not None:
            await self._session.close()

    async def _exchange(
        self,
        method: str,
        path: str,
        *,
        accept: str,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        cures: Mapping[int, str] | None = None,
        timeout_s: float | None = None,
        more: Mapping[str, str] | None = None,
        seen: tuple[list[int], Sequence[int]] | None = None,
        heard: dict[str, str] | None = None,
        max_bytes: int | None = None,
    ) -> AsyncGenerator[bytes, None]:
        headers = {"Accept": accept}
        if body is not None:
            headers["Content-Type"] = "application/json"
        headers |= more or {}
        statuses, expected = seen or ([], ())
        limit = self._timeout_s if timeout_s is None else min(timeout_s, self._timeout_s)
        fault: LacunaError
        again = self._reuse_connections
        while True:
            try:
                async with self._opened().request(
                    method,
                    self._endpoint.base + path,
                    params=params,
                    data=body,
                    headers=headers,
                    allow_redirects=False,
                    timeout=aiohttp.ClientTimeout(total=limit, connect=min(CONNECT_TIMEOUT_S, limit)),
                ) as response:
                    if response.status not in expected:
                        self._refuse(response, accept, cures or {})
                    statuses.append(response.status)
                    if heard is not None:
                        heard.update((name.lower(), value) for name, value in response.headers.items())
                    taken = 0
                    async for piece in response.content.iter_any():
                        taken += len(piece)
                        if max_bytes is not None and taken > max_bytes:
                            raise TooLarge(
                                f"It is larger than {max_bytes:,} bytes.", cure="Raise ingest.max_file_bytes."
                            )
                        if taken > self._max_body_bytes:
                            raise DependencyNonsense(f"{self.where} sent more than {self._max_body_bytes} bytes.")
                        yield piece
                    return
            except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
                fault = self._translated(error, limit)
                # Some servers close a connection after an answer without a word, and it is found out with the next one.
                stale = isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError)
                if not again or not stale or statuses or isinstance(error, aiohttp.ClientConnectorError):
                    break
                again = False
        # Raised outside the handler: aiohttp's errors can hold the URL, and with it the query, in their context.
        raise fault

    def _opened(self) -> aiohttp.ClientSession:
        if self._closed:
            raise DependencyUnavailable(f"The connection to {self.where} was closed.")
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=CheckedResolver(self._rule, self._resolver),
                    use_dns_cache=False,
                    limit=MAX_CONNECTIONS,
                    force_close=not self._reuse_connections,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=self._headers,
                trust_env=False,
                auto_decompress=False,
            )
            # aiohttp sends a GET again when the server hangs up, without a word and without a setting.
            self._session._retry_connection = False
        return self._session

    def _refuse(self, response: aiohttp.ClientResponse, accept: str, cures: Mapping[int, str]) -> None:
        """Raises unless the answer is one to read: 2xx, not compressed, of the type asked for."""
        status = response.status
        cure = cures.get(status, _CURES.get(status, ""))
        if 300 <= status < 400:
            raise DependencyNonsense(
                f"{self.where} answered with a redirect ({status}), which is not followed.",
                cure=cure or "Configure the address it redirects to, if that is the right host.",
            )
        if not 200 <= status < 300:
            family = DependencyUnavailable if status >= 500 or status in {401, 403, 404, 408, 429} else DependencyError
            raise family(f"{self.where} answered HTTP {status}.", cure=cure)
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            # Compressed bytes are not bounded by the size of what they become, so none were asked for.
            raise DependencyNonsense(f"{self.where} answered compressed although asked not to.")
        if accept == "text/event-stream" and response.content_type != accept:
            raise DependencyNonsense(
                f"{self.where} answered {response.content_type[:60]} instead of an event stream.",
                cure="Use an endpoint that supports streaming.",
            )

    def _translated(self, error: aiohttp.ClientError | OSError, limit: float) -> LacunaError:
        if isinstance(error, TimeoutError):
            return DependencyTimeout(
                f"{self.where} did not finish within {limit:g} s.", cure="Try again, or raise its time-out."
            )
        if isinstance(error, aiohttp.ClientSSLError):
            return DependencyUnavailable(
                f"The TLS connection to {self.where} failed: certificate or protocol not acceptable.",
                cure="Give the server a certificate for its name from an authority that this machine trusts.",
            )
        if isinstance(error, aiohttp.ClientConnectorError):
            if isinstance(error.os_error, AddressRefused):
                return DependencyUnavailable(
                    f"The name of {self.where} leads to an address that is not permitted ({self._rule}).",
                    cure=f"Check the name's DNS records. {self._rule.cure}",
                    code="address_refused",
                )
            kind = "name cannot be resolved" if isinstance(error, aiohttp.ClientConnectorDNSError) else "no connection"
            return DependencyUnavailable(
                f"{self.where}: {kind}.", cure="Check that it runs and that its endpoint is right."
            )
        if isinstance(error, aiohttp.ClientPayloadError | aiohttp.ClientConnectionError | ConnectionError):
            return DependencyUnavailable(
                f"{self.where} broke off the connection.", cure="Look into its log; try again."
            )
        return DependencyNonsense(f"{self.where} does not speak HTTP as expected ({type(error).__name__}).")
