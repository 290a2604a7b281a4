"""Any server with OpenAI's chat completions: vLLM, TGI, Ollama, llama.cpp, or a provider outside.

Two classes, one for each side of the door. `OpenAICompatible` takes prompts of any tier and therefore connects to
private addresses only; `ExternalOpenAICompatible` takes nothing but an `Outbound`. The wire is `chat.py`; the wording
of a prompt is `lacuna.domain.prompting`.
"""

import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver

from lacuna.adapters import openai_endpoint
from lacuna.adapters.addresses import NETWORKS, AddressRule
from lacuna.adapters.http_client import HttpClient
from lacuna.adapters.llm.chat import CHARS_PER_TOKEN, Completion
from lacuna.domain.errors import ConfigError, TooLarge
from lacuna.domain.policy import Source
from lacuna.domain.prompting import INSTRUCTIONS, render
from lacuna.domain.released import released_text
from lacuna.domain.routing import Outbound
from lacuna.ports.llm import Prompt

MAX_PROMPT_CHARS: Final = 1_000_000
CHECK_TIMEOUT_S: Final = 5.0

_BYTES_PER_EVENT: Final = 4096
"""Generous for the JSON around one token."""
_BYTES_PER_ANSWER: Final = 65_536
"""For what comes besides: keep-alive comments, usage."""


class _ChatServer:
    """What both sides do alike: one model behind one endpoint."""

    def __init__(
        self,
        name: str,
        endpoint: str,
        model: str,
        rule: AddressRule,
        api_key: str,
        timeout_s: float,
        max_tokens: int,
        resolver: Callable[[], AbstractResolver],
        *,
        reuse_connections: bool,
    ) -> None:
        if not model.strip():
            raise ConfigError(f"The language model {name} has no model name.", cure="Set llm.model.")
        if not (api_key.isascii() and api_key.isprintable()):
            raise ConfigError(f"The API key of {name} has characters that no HTTP header can hold.", cure="Check it.")
        parsed = openai_endpoint.parse(endpoint, rule)
        self.name = name
        self._model = model
        self._host = parsed.authority
        self._client = HttpClient(
            f"The language model {name}",
            parsed,
            rule,
            timeout_s=timeout_s,
            max_body_bytes=_BYTES_PER_ANSWER + max_tokens * (_BYTES_PER_EVENT + CHARS_PER_TOKEN),
            headers={"Authorization": f"Bearer {api_key}"} if api_key else None,
            reuse_connections=reuse_connections,
            resolver=resolver,
        )
        self._completion = Completion(self._client, model, max_tokens)

    @property
    def model(self) -> str:
        return self._model

    @property
    def host(self) -> str:
        return self._host

    async def check(self) -> None:
        """Lists the models. Raises a DependencyError."""
        await self._client.get("/models", timeout_s=CHECK_TIMEOUT_S)

    async def close(self) -> None:
        await self._client.close()

    async def _answer(self, text: str) -> AsyncGenerator[str, None]:
        if len(text) > MAX_PROMPT_CHARS:
            raise TooLarge(
                f"The prompt has {len(text)} characters; the limit is {MAX_PROMPT_CHARS}.",
                cure="Ask for fewer passages or shorten the conversation.",
            )
        async with aclosing(self._completion.pieces(INSTRUCTIONS, text)) as pieces:
            async for piece in pieces:
                yield piece


class OpenAICompatible(_ChatServer):
    """A `Generator` on a server inside the house."""

    def __init__(
        self,
        name: str,
        endpoint: str,
        model: str,
        *,
        api_key: str = "",
        timeout_s: float = 60.0,
        max_tokens: int = 1024,
        resolver: Callable[[], AbstractResolver] = aiohttp.ThreadedResolver,
    ) -> None:
        """`endpoint` with or without `/v1`. Raises ConfigError for one that is no URL or is an address outside private
        networks; a name that leads outside is refused at each connection."""
        rule = AddressRule.PRIVATE_ONLY
        super().__init__(name, endpoint, model, rule, api_key, timeout_s, max_tokens, resolver, reuse_connections=True)

    async def generate(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        """The model's answer as it arrives. Raises TooLarge or a DependencyError."""
        passages = [passage.numbered for passage in prompt.passages]
        text = render(prompt.question, passages, prompt.conversation, secrets.token_hex(8))
        async with aclosing(self._answer(text)) as pieces:
            async for piece in pieces:
                yield piece


class ExternalOpenAICompatible(_ChatServer):
    """An `ExternalGenerator`: the same protocol with a server outside the house. Each request has a connection of its
    own, so that none is sent a second time for meeting a closed one."""

    def __init__(
        self,
        name: str,
        endpoint: str,
        model: str,
        *,
        api_key: str = "",
        timeout_s: float = 60.0,
        max_tokens: int = 1024,
        network: str = "public",
        resolver: Callable[[], AbstractResolver] = aiohttp.ThreadedResolver,
    ) -> None:
        """`endpoint` with or without `/v1`. `network` is "public", or "private" for a proxy inside the house that
        stands in front of the model. Raises ConfigError for an endpoint that is no URL, or an address of the other
        network; a name that leads to one is refused at each connection."""
        rule = NETWORKS[network]
        super().__init__(name, endpoint, model, rule, api_key, timeout_s, max_tokens, resolver, reuse_connections=False)

    async def generate(self, outbound: Outbound) -> AsyncGenerator[str, None]:
        """Sends exactly `outbound.text` beside the constant instructions. Raises OutboundRefused, TooLarge or a
        DependencyError."""
        async with aclosing(self._answer(released_text(outbound, Source.EXTERNAL_LLM))) as pieces:
            async for piece in pieces:
                yield piece
