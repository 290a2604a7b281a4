"""Reading and writing JSON on the hot routes, with msgspec.

A body that is no JSON is 400, a body of the wrong shape 422 with the field's path; the rejected value is not repeated.
"""

import re
from typing import Any, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from lacuna.domain.errors import InvalidInput
from lacuna.http.errors import BadRequest, FieldProblem, UnsupportedMediaType

B = TypeVar("B")

_JSON = re.compile(r"application/(?:[\w.+-]+\+)?json\s*(?:;|$)", re.IGNORECASE)
_AT = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>\$?[^`]*)`)?$", re.DOTALL)


class InvalidBody(InvalidInput):
    """The body is JSON of the wrong shape; `fields` says where."""

    def __init__(self, message: str, fields: tuple[FieldProblem, ...]) -> None:
        super().__init__(message, cure="See /docs for the shape of the body.")
        self.fields = fields


async def read(request: Request, decoder: "msgspec.json.Decoder[B]") -> B:
    """The request's body. Raises BadRequest, UnsupportedMediaType or InvalidBody."""
    content_type = request.headers.get("content-type")
    if content_type is not None and not _JSON.match(content_type):
        raise UnsupportedMediaType("The body has to be JSON.", cure="Send the header `Content-Type: application/json`.")
    raw = await _received(request)
    if not raw.strip():
        raise BadRequest("The body is empty.", cure="Send a JSON object.")
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadRequest("The body is not JSON in UTF-8.", cure="Send a JSON object.") from None
    except RecursionError:
        raise BadRequest("The body is nested too deeply.", cure="Send a flat JSON object.") from None


async def _received(request: Request) -> bytes:
    """The whole body, mostly one message, without the stream that the framework makes of it. `http/gate.py` bounds it.
    Raises ClientDisconnect."""
    message = await request.receive()
    chunks = []
    while message["type"] == "http.request":
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)
        message = await request.receive()
    raise ClientDisconnect


def write(value: Any, status: int = 200) -> Response:
    """A JSON response."""
    return _Json(msgspec.json.encode(value), status)


class _Json(Response):
    """What the framework's response does for this one type, without looking at each header."""

    def __init__(self, content: bytes, status: int) -> None:
        self.status_code = status
        self.background = None
        self.body = content
        self.raw_headers = [(b"content-length", b"%d" % len(content)), (b"content-type", b"application/json")]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})


def _invalid(message: str) -> InvalidBody:
    match = _AT.match(message)
    what = match["what"] if match else "not valid"
    if what.startswith("Invalid enum value"):
        what = "Invalid enum value"  # msgspec quotes it
    path = ((match["path"] if match else "") or "$").removeprefix("$").removeprefix(".") or "body"
    return InvalidBody(f"{path}: {what}.", (FieldProblem(path, what),))
