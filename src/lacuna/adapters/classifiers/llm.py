"""The LLM layer: a language model behind any OpenAI-compatible endpoint of the house judges what stayed open.

Promise: `lacuna.ports.judge.Judge`. The answer is constrained by a JSON schema and checked again here: one that is cut
short, empty, not JSON or outside the listed words is a failure, never a tier. Calls are bounded in number, time and
bytes. Only private addresses are connected to.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Callable
from typing import Final, Literal

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver

from lacuna.adapters.json_completion import JsonCompletions
from lacuna.domain.classification import LayerResult, Question
from lacuna.domain.errors import DependencyNonsense, DependencyUnavailable
from lacuna.domain.judging import GROUNDS, INSTRUCTIONS, MAX_WINDOWS, SCHEMA, render, verdict, whole, windows
from lacuna.domain.tiers import Tier

MAX_TOKENS: Final = 96
AT_ONCE: Final = 4
"""Calls to the service at the same time."""
MAX_WAITING: Final = 64
"""Questions that wait for a call; one more fails at once."""

_CHECK_TIMEOUT_S: Final = 5.0


class _Listed(msgspec.Struct):
    id: str


class _Models(msgspec.Struct):
    data: list[_Listed]


class _Verdict(msgspec.Struct, forbid_unknown_fields=True):
    grounds: str
    tier: Literal["PUBLIC", "INTERNAL", "PROPRIETARY"]


_models = msgspec.json.Decoder(_Models)
_verdict = msgspec.json.Decoder(_Verdict)


class LlmJudge:
    """Implements `lacuna.ports.judge.Judge`."""

    name = "llm"

    def __init__(
        self,
        service: str,
        endpoint: str,
        model: str,
        *,
        api_key: str = "",
        timeout_s: float = 10.0,
        resolver: Callable[[], AbstractResolver] = aiohttp.ThreadedResolver,
    ) -> None:
        """`endpoint` with or without `/v1`. Without a `model` the first one is taken that the service lists. Raises
        ConfigError for an endpoint that is no URL or is an address outside private networks."""
        service = f"The LLM layer's service {service}"
        self._models = JsonCompletions(service, endpoint, api_key=api_key, timeout_s=timeout_s, resolver=resolver)
        self._client = self._models.client
        self._model = model.strip()
        self._free = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        asked = msgspec.json.encode([INSTRUCTIONS, SCHEMA, model, self._models.authority])
        self._version = f"llm/1+{hashlib.sha256(asked).hexdigest()[:16]}"

    @property
    def version(self) -> str:
        return self._version

    async def judge(self, question: Question) -> LayerResult:
        """The highest verdict on any window of the question. Raises a DependencyError."""
        pieces = list(windows(whole(question)))
        if len(pieces) > MAX_WINDOWS:
            raise DependencyUnavailable("The question is too long for the LLM layer.", cure="Ask for less at once.")
        if self._waiting >= MAX_WAITING:
            raise DependencyUnavailable("Too many questions wait for the LLM layer.", cure="Try again later.")
        highest = verdict("", Tier.PUBLIC)
        self._waiting += 1
        try:
            async with self._free:
                for piece in pieces:
                    answered = await self._asked(piece)
                    if _tier(answered) > _tier(highest):
                        highest = answered
                    if _tier(highest) is Tier.PROPRIETARY:
                        break
        finally:
            self._waiting -= 1
        return highest

    async def check(self) -> None:
        """Lists the models. Raises a DependencyError."""
        await self._client.get("/models", timeout_s=_CHECK_TIMEOUT_S)

    async def close(self) -> None:
        await self._client.close()

    async def _served(self) -> str:
        """The model to ask for."""
        if not self._model:
            listed = await self._client.get("/models", timeout_s=_CHECK_TIMEOUT_S)
            try:
                self._model = _models.decode(listed).data[0].id
            except (msgspec.DecodeError, IndexError):
                self._model = ""
        if not self._model:
            raise DependencyNonsense(
                f"{self._client.where} lists no model.", cure="Set classification.layers.llm.model."
            )
        return self._model

    async def _asked(self, piece: str) -> LayerResult:
        shown = render(piece, secrets.token_hex(8))
        said = await self._models.ask(
            await self._served(), INSTRUCTIONS, shown, SCHEMA, name="verdict", max_tokens=MAX_TOKENS
        )
        fault = {None: "sent no completion", "": "did not finish its answer"}.get(
            said, "answered something else than a tier"
        )
        try:
            given = _verdict.decode(said or "")
            if given.grounds in GROUNDS:
                return verdict(given.grounds, Tier[given.tier])
        except (msgspec.DecodeError, RecursionError):
            pass
        # Raised here, where no context holds a piece of the answer.
        raise DependencyNonsense(f"{self._client.where} {fault}.", cure="Check that the model follows JSON schemas.")


def _tier(result: LayerResult) -> Tier:
    return max((finding.tier for finding in result.findings), default=Tier.PUBLIC)
