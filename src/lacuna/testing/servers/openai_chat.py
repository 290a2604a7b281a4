"""A scripted server of OpenAI's chat completions, streaming: the answers and the faults a test asks for."""

import json
from collections.abc import Iterable
from typing import Final

from lacuna.testing.servers.loopback import LoopbackServer, Received, Reply

STREAM_HEADERS = {"Content-Type": "text/event-stream"}
DONE = b"data: [DONE]\n\n"


def chunk(content: str | None, finish_reason: str | None = None) -> bytes:
    """One event of a streamed completion."""
    delta = {} if content is None else {"content": content}
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return event({"id": "c", "object": "chat.completion.chunk", "model": "double", "choices": [choice]})


def event(payload: object) -> bytes:
    """Any JSON value as an event."""
    return b"data: " + json.dumps(payload, ensure_ascii=False).encode() + b"\n\n"


def answer(pieces: Iterable[str]) -> tuple[bytes, ...]:
    """A whole streamed answer: role, pieces, reason, usage, end."""
    usage = {"object": "chat.completion.chunk", "choices": [], "usage": {"total_tokens": 3}}
    role = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"role": "assistant"}}]}
    return (event(role), *map(chunk, pieces), chunk(None, "stop"), event(usage), DONE)


class ChatDouble(LoopbackServer):
    """Streams `reply` to every completion, whatever is asked; lists one model."""

    def __init__(self, reply: Reply | None = None) -> None:
        super().__init__(self._route)
        self.reply = reply if reply is not None else Reply(answer(("Yes", " [1].")), headers=STREAM_HEADERS)

    @property
    def prompts(self) -> list[dict[str, object]]:
        """The bodies of the completion requests."""
        return [json.loads(request.body) for request in self.received if request.method == "POST"]

    def _route(self, request: Received) -> Reply:
        if (request.method, request.path) == ("GET", "/v1/models"):
            listed = {"object": "list", "data": [{"id": "double", "object": "model"}]}
            return Reply((json.dumps(listed).encode(),), headers={"Content-Type": "application/json"})
        if (request.method, request.path) == ("POST", "/v1/chat/completions"):
            return self.reply
        return Reply(status=404)


def verdict(tier: str, grounds: str = "unclear") -> str:
    """What a model asked by the LLM layer should say."""
    return json.dumps({"grounds": grounds, "tier": tier})


def completion(content: str | None, finish_reason: str = "stop") -> Reply:
    """A whole completion that was not streamed."""
    message = {"role": "assistant", "content": content}
    choice = {"index": 0, "message": message, "finish_reason": finish_reason}
    body = {"id": "c", "object": "chat.completion", "model": "double", "choices": [choice]}
    return Reply((json.dumps(body).encode(),), headers={"Content-Type": "application/json"})


NO_OBJECT: Final = (
    completion('{"question": "x"}', "length"),
    completion("no JSON"),
    completion('{"answer": "x"}'),
    completion(None),
    Reply((b"{}",)),
    Reply(status=500),
)
"""Replies that hold no object of a schema with a `question`."""


class JudgeDouble(ChatDouble):
    """Gives `reply` to every completion that is not streamed: the service of the LLM layer."""

    def __init__(self, reply: Reply | None = None) -> None:
        super().__init__(reply if reply is not None else completion(verdict("PUBLIC", "general_knowledge")))

    @property
    def texts(self) -> list[str]:
        """The user messages that arrived."""
        return [str(body["messages"][-1]["content"]) for body in self.prompts]  # type: ignore[index]
