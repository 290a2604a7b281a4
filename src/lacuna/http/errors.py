"""The one table from domain errors to RFC 9457 problem documents.

Every problem has a stable `code`, says what was wrong and what to do, and carries the request id. It never carries a
stack trace or the text of a query or document.
"""

import traceback
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from lacuna.domain import errors

log = structlog.get_logger("lacuna.http")

STATUS: tuple[tuple[type[errors.LacunaError], int, str], ...] = (
    (errors.TooLarge, 413, "The request is too large"),
    (errors.UnsupportedFormat, 415, "The format is not supported"),
    (errors.UnreadableDocument, 422, "The document cannot be read"),
    (errors.InvalidInput, 422, "The request is not valid"),
    (errors.NotFound, 404, "Not found"),
    (errors.Unauthenticated, 401, "Authentication is required"),
    (errors.Forbidden, 403, "Not permitted"),
    (errors.TierConflict, 409, "A tier cannot be lowered"),
    (errors.Conflict, 409, "It has changed meanwhile"),
    (errors.PolicyDenied, 403, "Policy denies this"),
    (errors.OutboundRefused, 403, "The text may not leave the house"),
    (errors.Overloaded, 503, "Too much to do"),
    (errors.DependencyTimeout, 504, "A back end did not answer in time"),
    (errors.DependencyError, 503, "A back end failed"),
    (errors.StorageFull, 507, "No room left to store"),
    (errors.StorageError, 503, "The store cannot do its work"),
    (errors.LedgerBroken, 500, "The ledger does not verify"),
    (errors.ConfigError, 500, "The configuration cannot be used"),
    (errors.LacunaError, 500, "The request failed"),
)
"""First match wins: subclasses stand before their parents."""

Handler = Callable[[Request], Awaitable[Response]]

HTTP_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    415: "unsupported_media_type",
}


class BadRequest(errors.InvalidInput):
    """The bytes are no request at all: no JSON, no UTF-8, nothing where a body has to be."""

    code = "malformed_body"


class UnsupportedMediaType(errors.InvalidInput):
    """The content type is not one that the route takes."""

    code = "unsupported_media_type"


class RateLimited(errors.Overloaded):
    """The principal's allowance is used up; `retry_after` is in seconds."""

    code = "rate_limited"

    def __init__(self, message: str, *, retry_after: int, headers: dict[str, str]) -> None:
        super().__init__(message, cure=f"Try again in {retry_after} s.")
        self.retry_after = retry_after
        self.headers = {"Retry-After": str(retry_after), **headers}


class FieldProblem(msgspec.Struct, frozen=True):
    """Where in the body, and what is wrong there."""

    field: str
    message: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """RFC 9457 with `code`, `cure`, `request_id` and `errors` as extensions."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    cure: str = ""
    errors: tuple[FieldProblem, ...] = ()


def status_of(error: errors.LacunaError) -> tuple[int, str]:
    """The HTTP status and title for a domain error."""
    if isinstance(error, BadRequest):
        return 400, "The request is malformed"
    if isinstance(error, UnsupportedMediaType):
        return 415, "The content type is not supported"
    if isinstance(error, RateLimited):
        return 429, "Too many requests"
    return next((status, title) for family, status, title in STATUS if isinstance(error, family))


def problem(
    request_id: str,
    status: int,
    title: str,
    detail: str,
    code: str,
    cure: str = "",
    fields: Sequence[FieldProblem] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """A problem document as a response."""
    body = Problem(f"urn:lacuna:error:{code}", title, status, detail, code, request_id, cure, tuple(fields))
    return Response(msgspec.json.encode(body), status, headers, media_type="application/problem+json")


def request_id(request: Request) -> str:
    """The id that `http/headers.py` gave this request."""
    return str(request.scope.get("state", {}).get("request_id", ""))


def from_domain(request: Request, error: errors.LacunaError) -> Response:
    """The problem document for a domain error."""
    status, title = status_of(error)
    headers = dict(getattr(error, "headers", {}))
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="lacuna"'
    elif status in (503, 507):
        headers.setdefault("Retry-After", "5")
    if status >= 500:
        log.warning("request_failed", request_id=request_id(request), code=error.code, status=status)
    fields = getattr(error, "fields", ())
    return problem(request_id(request), status, title, error.message, error.code, error.cure, fields, headers)


async def answered(handler: Handler, request: Request) -> Response:
    """The handler's response, or the problem document for whatever it raised."""
    try:
        return await handler(request)
    except errors.LacunaError as error:
        return from_domain(request, error)
    except Exception as error:
        return await on_unexpected_error(request, error)


async def refused(check: Callable[[Request], Awaitable[None]], request: Request) -> Response | None:
    """The problem document for whatever the check raised; None where it raised nothing."""
    try:
        await check(request)
    except errors.LacunaError as error:
        return from_domain(request, error)
    except Exception as error:
        return await on_unexpected_error(request, error)
    return None


async def on_domain_error(request: Request, error: Exception) -> Response:
    """Exception handler for `LacunaError`."""
    assert isinstance(error, errors.LacunaError)  # noqa: S101  registered for this class only
    return from_domain(request, error)


async def on_http_error(request: Request, error: Exception) -> Response:
    """Exception handler for the framework's own errors (no such route, wrong method)."""
    assert isinstance(error, HTTPException)  # noqa: S101  registered for this class only
    code = HTTP_CODES.get(error.status_code, "http_error")
    headers = dict(error.headers) if error.headers else None
    return problem(request_id(request), error.status_code, str(error.detail), str(error.detail), code, headers=headers)


async def on_validation_error(request: Request, error: Exception) -> Response:
    """Exception handler for pydantic's complaints about a body or parameter. The rejected value is not repeated."""
    raw: Sequence[Any] = error.errors() if hasattr(error, "errors") else ()
    if any(e.get("type") == "json_invalid" for e in raw):
        return problem(request_id(request), 400, "The request is malformed", "The body is not JSON.", "malformed_body")
    fields = [FieldProblem(".".join(str(p) for p in e.get("loc", ())), str(e.get("msg", "not valid"))) for e in raw]
    detail = "; ".join(f"{f.field}: {f.message}" for f in fields[:5]) or "The request is not valid."
    return problem(request_id(request), 422, "The request is not valid", detail, "invalid_input", fields=fields)


async def on_unexpected_error(request: Request, error: Exception) -> Response:
    """Exception handler for what nobody foresaw: logged by type, never shown."""
    # Frames and type only: the message of an unforeseen error may hold content.
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    log.error("unexpected_error", request_id=request_id(request), error=type(error).__name__, frames=frames[-12:])
    return problem(
        request_id(request),
        500,
        "Something went wrong inside Lacuna",
        "The request could not be completed. Nothing was sent outside.",
        "internal_error",
        "Report the request id to whoever runs this server; its log names the cause.",
    )
