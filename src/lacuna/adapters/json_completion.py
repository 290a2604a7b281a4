"""One chat completion whose answer is a JSON object, constrained by a schema: what is sent, and what comes back.

Promise: the text that is asked about is data to the model, and its chat template's control tokens are broken up by the
caller; an answer that did not come to its end is none. What the object means is left to the adapters.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver

from lacuna.adapters import openai_endpoint
from lacuna.adapters.addresses import AddressRule
from lacuna.adapters.http_client import HttpClient
from lacuna.domain.errors import ConfigError

_MAX_BODY: Final = 262_144
"""Bytes of an answer, more than any of these objects has."""

_CURES: Final = {
    400: "Check that the model exists there and that the server supports response_format json_schema.",
    404: "Check the endpoint's path and the model's name.",
    422: "Check that the server supports response_format json_schema.",
}


class _Reply(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    message: _Reply
    finish_reason: str | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice]


_completion: Final = msgspec.json.Decoder(_Completion)


class JsonCompletions:
    """Asks models behind one endpoint of the house; `service` names it in errors. Only private addresses are connected
    to."""

    def __init__(
        self,
        service: str,
        endpoint: str,
        *,
        api_key: str = "",
        timeout_s: float,
        resolver: Callable[[], AbstractResolver] = aiohttp.ThreadedResolver,
    ) -> None:
        """`endpoint` with or without `/v1`. Raises ConfigError for one that is no URL or is an address outside private
        networks, and for a key that no header can hold."""
        if not (api_key.isascii() and api_key.isprintable()):
            raise ConfigError(f"The API key of {service} has characters that no HTTP header can hold.")
        parsed = openai_endpoint.parse(endpoint, AddressRule.PRIVATE_ONLY)
        self.authority = parsed.authority
        self.client = HttpClient(
            service,
            parsed,
            AddressRule.PRIVATE_ONLY,
            timeout_s=timeout_s,
            max_body_bytes=_MAX_BODY,
            headers={"Authorization": f"Bearer {api_key}"} if api_key else None,
            reuse_connections=True,
            resolver=resolver,
        )

    async def ask(
        self, model: str, instructions: str, text: str, schema: Mapping[str, Any], *, name: str, max_tokens: int
    ) -> str | None:
        """The object, as text; "" for an answer that did not come to its end, None where what came is no completion.
        `name` is the schema's. Raises a DependencyError."""
        body = {
            "model": model,
            "messages": [{"role": "system", "content": instructions}, {"role": "user", "content": text}],
            "temperature": 0,
            "max_tokens": max_tokens,
            "stream": False,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": name, "strict": True, "schema": schema},
            },
        }
        answered = await self.client.post("/chat/completions", msgspec.json.encode(body), cures=_CURES)
        try:
            choice = _completion.decode(answered).choices[0]
        except (msgspec.DecodeError, IndexError, RecursionError):
            return None
        return (choice.message.content or "") if choice.finish_reason == "stop" else ""
