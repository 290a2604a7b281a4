"""One chat completion whose answer is a JSON object, constrained by a schema: what is sent, and what comes back.

Promise: the text that is asked about is data to the model, and its chat template's control tokens are broken up by the
caller; an answer that did not come to its end is none. What the object means is left to the adapters.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

MAX_BODY: Final = 262_144
"""Bytes of an answer, more than any of these objects has."""

CURES: Final = {
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


def request(
    model: str, instructions: str, text: str, schema: Mapping[str, Any], *, name: str, max_tokens: int
) -> bytes:
    """The body of the request; `name` is the schema's."""
    return msgspec.json.encode(
        {
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
    )


def content(answered: bytes) -> str | None:
    """The object, as text; "" for an answer that did not come to its end, None where `answered` is no completion."""
    try:
        choice = _completion.decode(answered).choices[0]
    except (msgspec.DecodeError, IndexError, RecursionError):
        return None
    return (choice.message.content or "") if choice.finish_reason == "stop" else ""
