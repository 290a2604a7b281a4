"""The engine's C interface, called directly: the classes of its package, which do the same, cost as much as an
evaluation. Tests hold the two to the same values.

Promise: an input is what JSON can hold; nothing of the engine's is kept between two evaluations but what was compiled.
No text of the input can become anything but a text of the value: the engine (rego-cpp 1.5.2) keeps texts as JSON has
them between quotation marks, and takes them from its caller and puts them into its answer as they are. So they are
escaped here, and an answer in which a key stands twice is refused.
"""

import json
import re
from collections.abc import Iterable
from typing import Any, Final

import regopy
from regopy import rego_shared

_C: Final = rego_shared.rego

MAX_REPLY: Final = 1 << 20
"""The most bytes of one rule's value."""

_SPECIAL: Final = re.compile(r'["\\\x00-\x1f]')
_ENCODED: Final = json.JSONEncoder(ensure_ascii=False).encode
_LEAST: Final = -(2**63)
_MOST: Final = 2**63 - 1

Files = Iterable[tuple[str, str]]


class EvaluationFailed(Exception):
    """The engine gave no single value. Its text holds no value of the input."""


def interpreter() -> Any:
    """The engine as Lacuna uses it."""
    fresh = regopy.Interpreter()
    fresh.strict_built_in_errors = True  # by default an erring deny rule would silently not fire
    fresh.well_formed_checks_enabled = False
    return fresh


class Compiled:
    """Files, data and entries as one bundle. Raises regopy.RegoError."""

    def __init__(self, files: Files, data: str, entries: Iterable[str]) -> None:
        self._interpreter = interpreter()
        for file, text in files:
            self._interpreter.add_module(file, text)
        self._interpreter.add_data_json(data)
        self._bundle = self._interpreter.build(None, list(entries))
        self.ok: bool = self._bundle.ok()

    def ask(self, entry: str, document: object) -> Any:
        """The value of an entry for an input, None where it is undefined. Raises EvaluationFailed."""
        _set_input(self._interpreter._impl, document)
        try:
            output = rego_shared.rego_bundle_query_entrypoint(self._interpreter._impl, self._bundle._impl, entry)
        except regopy.RegoError:
            raise EvaluationFailed("recursion, or a limit of the engine") from None
        if not output:
            raise EvaluationFailed("recursion, or a limit of the engine")
        try:
            if not _C.regoOutputOk(output):
                raise EvaluationFailed("a built-in refused its arguments, or two rules conflict")
            text = rego_shared.rego_output_string(output)
        except regopy.RegoError:
            raise EvaluationFailed("a limit of the engine") from None
        finally:
            _C.regoFreeOutput(output)
        return _value(text)


def _value(text: str) -> Any:
    if text == "undefined":
        return None
    if len(text) > MAX_REPLY:
        raise EvaluationFailed(f"the value has more than {MAX_REPLY} bytes")
    try:
        found = json.loads(text, object_pairs_hook=_once)
    except ValueError:  # what the engine does with recursion
        raise EvaluationFailed("recursion, or a limit of the engine") from None
    values = found.get("expressions") if isinstance(found, dict) else None
    if not isinstance(values, list) or len(values) != 1:
        raise EvaluationFailed("the engine gave no single value")
    return values[0]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise EvaluationFailed("a key stands twice in the value")
    return found


def _escaped(text: str) -> bytes:
    return _ENCODED(text)[1:-1].encode() if _SPECIAL.search(text) else text.encode()


def _set_input(implementation: object, document: object) -> None:
    given = _C.regoNewInput()
    try:
        _add(given, document)
        rego_shared.rego_set_input(implementation, given)
    finally:
        _C.regoFreeInput(given)


def _add(given: object, value: object) -> None:
    """Pushes a value; those of objects and lists come first, then their number."""
    if isinstance(value, str):
        failed = _C.regoInputString(given, _escaped(value))
    elif value is None:
        failed = _C.regoInputNull(given)
    elif isinstance(value, bool):
        failed = _C.regoInputBoolean(given, value)
    elif isinstance(value, int):
        if not _LEAST <= value <= _MOST:
            raise EvaluationFailed("a number of the input is larger than the engine's")
        failed = _C.regoInputInt(given, value)
    elif isinstance(value, float):
        failed = _C.regoInputFloat(given, value)
    elif isinstance(value, dict):
        for key, each in value.items():
            _add(given, key)
            _add(given, each)
            if _C.regoInputObjectItem(given):
                raise EvaluationFailed("the input was refused")
        failed = _C.regoInputObject(given, len(value))
    elif isinstance(value, (list, tuple)):
        for each in value:
            _add(given, each)
        failed = _C.regoInputArray(given, len(value))
    else:
        raise EvaluationFailed("the input is no JSON")
    if failed:
        raise EvaluationFailed("the input was refused")
