"""One streamed chat completion: the wire format that both adapters of `openai.py` share.

Promise: the pieces of an answer that ended properly, or a DependencyError; a stream that breaks off, is empty, reports
an error or exceeds its limits never passes for an answer. Holds no rule about what may be sent where.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

import msgspec

from lacuna.adapters.http_client import HttpClient
from lacuna.adapters.llm.sse import EventStream, EventTooLong
from lacuna.domain.errors import DependencyError, DependencyNonsense

CHARS_PER_TOKEN: Final = 64
"""No more characters than this times `max_tokens` are taken: a server that ignores the limit is stopped."""

CUT_MARK: Final = " […]"
"""Ends an answer that the token limit cut short, so that nobody takes it for whole."""

_CURES: Final = {
    400: "Check that the model exists there and that its context window holds the prompt.",
    404: "Check the endpoint's path and the model's name.",
    422: "Check the model's name and its context window.",
}


class _Message(msgspec.Struct):
    role: str
    content: str


class _Request(msgspec.Struct):
    model: str
    messages: list[_Message]
    max_tokens: int
    stream: bool = True


class _Delta(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    delta: _Delta | None = None
    finish_reason: str | None = None
    index: int = 0


class _Chunk(msgspec.Struct):
    choices: list[_Choice] = []
    error: msgspec.Raw | None = None
    object: str | None = None


_chunk = msgspec.json.Decoder(_Chunk)


class Completion:
    """Asks `model` through `client`."""

    def __init__(self, client: HttpClient, model: str, max_tokens: int) -> None:
        self._client = client
        self._model = model
        self._max_tokens = max_tokens

    async def pieces(self, system: str, user: str) -> AsyncGenerator[str, None]:
        """The answer to one system and one user message."""
        messages = [_Message("system", system), _Message("user", user)]
        body = msgspec.json.encode(_Request(self._model, messages, self._max_tokens))
        events = EventStream()
        ending: str | None = None
        taken = 0
        blank = True
        arriving = self._client.stream("/chat/completions", body, cures=_CURES)
        async with aclosing(arriving):
            async for payload in _payloads(arriving, events, self._client.where):
                if payload == "[DONE]":
                    ending = ending or "stop"
                    break
                choice = self._choice(payload)
                if choice is None:
                    continue
                text = choice.delta.content if choice.delta is not None else None
                if text:
                    taken += len(text)
                    if taken > self._max_tokens * CHARS_PER_TOKEN:
                        raise DependencyNonsense(f"{self._client.where} did not keep the limit on the answer's length.")
                    blank = blank and text.isspace()
                    yield text
                ending = choice.finish_reason or ending
        if ending is None:
            raise DependencyError(f"{self._client.where} broke off its answer.", cure="Look into its log; try again.")
        if ending == "content_filter":
            raise DependencyError(f"The content filter of {self._client.where} stopped the answer.")
        if blank:
            raise DependencyNonsense(f"{self._client.where} answered nothing.", cure="Check the model and its limits.")
        if ending == "length":
            yield CUT_MARK

    def _choice(self, payload: str) -> _Choice | None:
        """The first choice of a chunk; None for chunks that only count tokens. Raises DependencyError."""
        try:
            chunk = _chunk.decode(payload)
        except (msgspec.DecodeError, RecursionError):
            chunk = None
        if chunk is None:  # raised here, where no context holds a piece of the answer
            raise DependencyNonsense(f"{self._client.where} sent an event that is no completion chunk.")
        if chunk.error is not None or chunk.object == "error":
            raise DependencyError(f"{self._client.where} reported an error while answering.", cure="Look into its log.")
        return next((choice for choice in chunk.choices if choice.index == 0), None)


async def _payloads(
    arriving: AsyncGenerator[bytes, None], events: EventStream, where: str
) -> AsyncGenerator[str, None]:
    try:
        async for piece in arriving:
            for payload in events.feed(piece):
                yield payload
        for payload in events.finish():
            yield payload
    except EventTooLong:
        raise DependencyNonsense(f"{where} sent an event that is too long.") from None
