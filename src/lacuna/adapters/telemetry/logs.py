"""Structured logs: one line an event on standard error, as JSON or for people.

Promise: a field that by its name holds content never reaches a log line, whoever logs it and however deep it is nested;
of exceptions, types and frames do, no messages and no local variables: of what nobody foresaw both may hold texts. The
standard library's logging goes the same way. What it cannot see is content inside a message or under an innocent
name: code that logs passes identifiers, never texts.
"""

import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any, Final, Literal, TextIO

import structlog
from structlog.typing import Processor, WrappedLogger

LogFormat = Literal["json", "console"]

CONTENT_KEYS: Final = frozenset(
    {"answer", "body", "content", "conversation", "prompt", "query", "question", "snippet", "text"}
)
"""Field names that hold what people wrote. Compared in lower case."""

MAX_DEPTH: Final = 6

_TALKATIVE: Final = ("alembic", "uvicorn", "asyncio", "aiohttp")
"""Libraries whose progress reports are nobody's news."""
_OWN_HANDLERS: Final = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi")
"""Loggers that uvicorn gives handlers, where it is not told otherwise."""


def drop_content(_logger: WrappedLogger, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: removes content fields at every depth and names them under `dropped`."""
    dropped: set[str] = set()
    kept = _without_content(event, dropped, MAX_DEPTH)
    if dropped:
        kept["dropped"] = sorted(dropped)
    return kept


def configure_logging(level: str, log_format: LogFormat, stream: TextIO | None = None) -> None:
    """Sets up structlog and the standard library's logging for this process; the last call wins. `level` is a name such
    as "INFO"."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        drop_content,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream if stream is not None else sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(log_format)],
        )
    )
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level.upper())))
    for name in _OWN_HANDLERS:  # a handler of their own would show what ours leaves out
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


def _rendering(log_format: LogFormat) -> list[Processor]:
    if log_format == "console":
        return [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=_plain)]
    tracebacks = structlog.processors.ExceptionRenderer(
        structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    )
    return [tracebacks, _without_messages, structlog.processors.JSONRenderer(ensure_ascii=False)]


def _without_messages(
    _logger: WrappedLogger, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A structlog processor behind the renderer of exceptions."""
    if isinstance(event.get("exception"), list):
        event["exception"] = [_shown(each) for each in event["exception"]]
    return event


def _shown(stack: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: stack[key] for key in ("exc_type", "is_cause", "frames") if key in stack}
    inside = [_shown(each) for group in stack.get("exceptions", ()) for each in group]
    return {**kept, "exceptions": inside} if inside else kept


def _plain(stream: TextIO, exc_info: Any) -> None:
    """A traceback for people: where, and of what type; causes last."""
    error: BaseException | None = exc_info[1]
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        stream.write("".join(traceback.format_tb(error.__traceback__)) + f"{type(error).__name__}\n")
        error = error.__cause__ or error.__context__


def _without_content(fields: Mapping[str, Any], dropped: set[str], depth: int) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in fields.items():
        if str(key).lower() in CONTENT_KEYS:
            dropped.add(key)
        else:
            kept[key] = _value_without_content(value, dropped, depth)
    return kept


def _value_without_content(value: Any, dropped: set[str], depth: int) -> Any:
    if isinstance(value, Mapping | list | tuple) and depth == 0:
        return "…"
    if isinstance(value, Mapping):
        return _without_content(value, dropped, depth - 1)
    if isinstance(value, list):
        return [_value_without_content(item, dropped, depth - 1) for item in value]
    if isinstance(value, tuple):  # stays a tuple: exc_info is one
        return tuple(_value_without_content(item, dropped, depth - 1) for item in value)
    return value
