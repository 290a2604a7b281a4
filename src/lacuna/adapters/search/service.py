"""The connection to a search service: where it may stand, and what is sent along with a query: nothing about the asker.

`network` is "public" (no private address is connected to, whatever the service's name leads to) or "private" (nothing
else is).
"""

from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver

from lacuna.adapters.addresses import NETWORKS, Endpoint
from lacuna.adapters.http_client import HttpClient
from lacuna.adapters.search.results import MAX_BODY_BYTES
from lacuna.domain.errors import ConfigError, DependencyNonsense

Resolver = Callable[[], AbstractResolver]


def connection(
    service: str,
    endpoint: str,
    network: str,
    *,
    timeout_s: float,
    headers: Mapping[str, str] | None = None,
    resolver: Resolver = aiohttp.ThreadedResolver,
) -> tuple[str, HttpClient]:
    """The host, for the ledger, and the client. Raises ConfigError where `endpoint` is no plain http(s) URL, or an
    address of the other network."""
    rule = NETWORKS[network]
    parsed = Endpoint.parse(endpoint, rule)
    client = HttpClient(
        service,
        parsed,
        rule,
        timeout_s=timeout_s,
        max_body_bytes=MAX_BODY_BYTES,
        headers=headers,
        resolver=resolver,
    )
    return parsed.authority, client


def key_header(service: str, name: str, value: str, api_key: str) -> dict[str, str]:
    """The header that carries the key. Raises ConfigError without one, or with one that no header can carry."""
    if not api_key or not api_key.isascii() or not api_key.isprintable() or " " in api_key:
        raise ConfigError(f"{service} needs an API key.", cure="Set web_search.api_key to the key of your account.")
    return {name: value.format(api_key)}


def read_answer(decoder: "msgspec.json.Decoder[Any]", body: bytes, where: str) -> Any:
    """The answer in `body`. Raises DependencyNonsense, without a piece of the body."""
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        fault = DependencyNonsense(
            f"{where} answered something that is no list of results.",
            cure="Check that web_search.endpoint is the service that web_search.backend names.",
        )
    raise fault  # outside the handler, where no context holds a piece of the body
