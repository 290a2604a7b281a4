"""Logs carry events, never what people wrote."""

import io
import json
import logging
import logging.config
import re
from collections.abc import Iterator

import pytest
import structlog
import uvicorn.config
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.telemetry.logs import CONTENT_KEYS, LogFormat, configure_logging, drop_content

SECRET = "what somebody asked"


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def logged(log_format: LogFormat, level: str = "info") -> io.StringIO:
    """A stream that all logging goes to from here on."""
    stream = io.StringIO()
    configure_logging(level, log_format, stream)
    return stream


def fail_with_a_local() -> None:
    question = SECRET
    raise ValueError(len(question))


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_content_reaches_no_line(log_format: LogFormat) -> None:
    stream = logged(log_format)
    log = structlog.get_logger("lacuna.test")
    log.info("asked", query=SECRET, Text=SECRET, nested={"deep": [{"prompt": SECRET}, ("x", {"answer": SECRET})]}, n=3)
    log.bind(content=SECRET).warning("bound")
    try:
        fail_with_a_local()
    except ValueError:
        log.exception("failed")
        logging.getLogger("other").exception("failed too")
    written = stream.getvalue()
    assert SECRET not in written
    assert written.count("raise ValueError") == (2 if log_format == "console" else 0)
    assert written.count("ValueError") >= 2
    assert "asked" in written


def fail_with_a_message() -> None:
    try:
        raise KeyError(SECRET)
    except KeyError as cause:
        raise ExceptionGroup(SECRET, [ValueError(SECRET)]) from cause


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_messages_of_exceptions_reach_no_line(log_format: LogFormat) -> None:
    stream = logged(log_format)
    try:
        fail_with_a_message()
    except ExceptionGroup:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    written = stream.getvalue()
    assert SECRET not in written
    assert {"ExceptionGroup", "KeyError"} <= set(re.findall(r"\w+", written))
    assert "fail_with_a_message" in written


def test_json_lines_say_what_was_dropped() -> None:
    stream = logged("json")
    structlog.get_logger("lacuna.test").info("asked", query=SECRET, tier="PUBLIC")
    line = json.loads(stream.getvalue())
    assert line["event"] == "asked"
    assert line["level"] == "info"
    assert line["logger"] == "lacuna.test"
    assert line["tier"] == "PUBLIC"
    assert line["dropped"] == ["query"]
    assert line["timestamp"].endswith("Z")


def test_the_standard_library_goes_the_same_way() -> None:
    logging.config.dictConfig(uvicorn.config.LOGGING_CONFIG)
    stream = logged("json", "warning")
    logging.getLogger("uvicorn").info("too quiet")
    logging.getLogger("uvicorn").warning("up on %s", "port 1")
    [line] = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert line["event"] == "up on port 1"


def test_setting_up_again_replaces_the_first() -> None:
    first = logged("json")
    second = logged("json")
    structlog.get_logger("x").info("once")
    assert first.getvalue() == ""
    assert len(second.getvalue().splitlines()) == 1


nested = st.recursive(
    st.just(SECRET) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "Query", "text"]), inner),
    max_leaves=20,
)


def secrets_under(value: object) -> bool:
    """Whether a content key anywhere in `value` is still there."""
    if isinstance(value, dict):
        return any(str(key).lower() in CONTENT_KEYS or secrets_under(item) for key, item in value.items())
    return isinstance(value, list | tuple) and any(secrets_under(item) for item in value)


@given(st.dictionaries(st.sampled_from(["event", "n", "query", "ANSWER", "detail"]), nested))
def test_no_content_key_is_left_at_any_depth(fields: dict[str, object]) -> None:
    assert not secrets_under(drop_content(None, "info", dict(fields)))


def test_endless_nesting_is_cut() -> None:
    deep: dict[str, object] = {"query": SECRET}
    for _ in range(5_000):
        deep = {"inner": deep}
    assert SECRET not in repr(drop_content(None, "info", {"event": "x", **deep}))
