"""The policy child: compiles a set of policies once and evaluates its rules, one at a time, until its input ends.

It starts with an empty environment, gives up memory, files and processor time it does not need, and whatever a policy
or the engine prints goes nowhere. Start it as `python -I -m lacuna.adapters.rego.worker MEMORY_MB`.
"""

import json
import re
import sys
from collections.abc import Iterator
from typing import Final

import msgspec
import regopy

from lacuna.adapters.confinement import MemoryWatch, allow_processor_time, confine, silenced
from lacuna.adapters.rego import module, unit_tests, wire
from lacuna.adapters.rego.checks import faults
from lacuna.adapters.rego.engine import Compiled, EvaluationFailed, Files, interpreter
from lacuna.adapters.rego.reads import fields_read, members_read
from lacuna.adapters.rego.tokens import place, statements, tokens
from lacuna.domain.errors import DependencyNonsense
from lacuna.domain.policy_documents import CLASSIFICATION
from lacuna.domain.policy_set import is_test
from lacuna.domain.policy_verdicts import document_for_routing, verdict

_ENGINE_ERROR: Final = re.compile(r"\(error (\d+):")
_MESSAGE: Final = re.compile(r"\(errormsg \d+:(?P<text>.*?)\)\s*\(errorast", re.DOTALL)


class Engine:
    """What the child has loaded."""

    def __init__(self) -> None:
        self._compiled: Compiled | None = None

    def load(self, load: wire.Load) -> wire.Loaded:
        """Checks and compiles; what was loaded before goes."""
        modules = [module.read(file, text) for file, text in load.files]
        broken = list(_parse_faults(load.files))
        if not broken and load.own:
            found = faults(modules, json.loads(load.data).keys(), interpreter().is_builtin)
            broken = [(fault.file, fault.line, fault.column, fault.message) for fault in found]
        if broken:
            return wire.Loaded(sorted(set(broken)))
        rules: dict[str, list[str]] = {}
        for each in modules:
            rules[each.dotted] = sorted({*rules.get(each.dotted, ()), *each.rules})
        try:
            # Tests are only read here: their `with` could end the engine.
            self._compiled = Compiled([each for each in load.files if not is_test(each[0])], load.data, load.entries)
        except regopy.RegoError as error:
            return wire.Loaded([_engine_fault(str(error), dict(load.files), load.files[0][0])])
        if not self._compiled.ok:
            return wire.Loaded([(load.files[0][0], 1, 1, "the set does not compile")])
        policies = [each for each in modules if not is_test(each.file)]
        reads = {
            entry: [".".join(field.path) for field in fields_read(policies, ".".join(entry.split("/")[:-1]))]
            for entry in load.entries
        }
        members = {entry: members_read(policies, ".".join(entry.split("/")[:-1])) for entry in load.entries}
        return wire.Loaded([], reads, members, rules)

    def ask(self, ask: wire.Ask) -> wire.Value | wire.Failed:
        """One evaluation, or two."""
        if self._compiled is None:
            return wire.Failed("nothing is loaded")
        try:
            first = self._compiled.ask(ask.entry, msgspec.json.decode(ask.document))
            second = None if ask.then is None else self._routed(ask.then, first)
        except EvaluationFailed as failed:
            return wire.Failed(f"the evaluation failed: {failed}")
        return wire.Value(*(msgspec.Raw(msgspec.json.encode(value)) for value in (first, second)))

    def _routed(self, then: wire.Then, first: object) -> object:
        assert self._compiled is not None  # noqa: S101  the caller asked it
        try:
            said = verdict(CLASSIFICATION, first)
        except DependencyNonsense:
            return None  # the server reads it too and says what is wrong
        document = document_for_routing(msgspec.json.decode(then.document), said)
        return self._compiled.ask(then.entry, document)

    def test(self, test: wire.Test) -> wire.Tested:
        """Runs every test under its own documents."""
        ready = {file: unit_tests.prepared(file, text) for file, text in test.files}
        outcomes = [
            (fault.file, fault.line, fault.column, "", fault.message)
            for each in ready.values()
            for fault in each.faults
        ]
        cases = [case for each in ready.values() for case in each.cases]
        if outcomes or not cases:
            return wire.Tested(outcomes)
        files = [(file, each.source) for file, each in ready.items()]
        hidden = {f"{case.package.replace('.', '/')}/{rule}" for case in cases for _, rule in case.documents}
        entries = sorted(hidden | {case.entry for case in cases})
        compiled = {test.data: Compiled(files, test.data, entries)}
        for case in cases:
            why = _outcome(case, files, entries, test.data, compiled)
            outcomes.append((case.file, case.at.line, case.at.column, case.name, why))
        return wire.Tested(outcomes)


def _outcome(case: unit_tests.Case, files: Files, entries: list[str], data: str, compiled: dict[str, Compiled]) -> str:
    """Why a test failed; empty where it passed. Tests that change the data share what was compiled for it."""
    documents: list[tuple[module.Path, object]] = []
    try:
        for path, rule in case.documents:
            found = compiled[data].ask(f"{case.package.replace('.', '/')}/{rule}", {})
            if found is None:
                return f"the document for {'.'.join(path)} has no value; it may not use the test's own variables"
            documents.append((path, found))
        document, changed = unit_tests.placed(documents, json.loads(data))
        key = data
        if any(path[0] == "data" for path, _ in case.documents):
            key = json.dumps(changed, sort_keys=True)
            if key not in compiled:
                compiled[key] = Compiled(files, key, entries)
        outcome = compiled[key].ask(case.entry, document)
    except EvaluationFailed as failed:
        return f"the evaluation failed: {failed}"
    return "" if outcome is True else "it is not true"


def _parse_faults(files: Files) -> Iterator[tuple[str, int, int, str]]:
    """The engine's own complaints, file by file, so that one does not hide another. Where it blames a whole file, each
    statement is tried alone."""
    for file, text in files:
        error = _refused(file, text)
        if error is None:
            continue
        file_fault = _engine_fault(error, {file: text}, file)
        alone = list(_statement_faults(file, text))
        yield from alone or [file_fault]


def _statement_faults(file: str, text: str) -> Iterator[tuple[str, int, int, str]]:
    found = list(statements(list(tokens(text))))
    for number, statement in enumerate(found):
        if statement[0].text in ("package", "import"):
            continue
        start = statement[0].start
        end = found[number + 1][0].start if number + 1 < len(found) else len(text)
        error = _refused(file, "package p\nimport rego.v1\n" + text[start:end])
        if error is not None:
            message = _engine_fault(error, {}, file)[3]
            yield file, statement[0].line, statement[0].column, f"{message} in the rule that begins here"


def _refused(file: str, text: str) -> str | None:
    try:
        interpreter().add_module(file, text)
    except regopy.RegoError as error:
        return str(error)
    return None


def _engine_fault(text: str, files: dict[str, str], otherwise: str) -> tuple[str, int, int, str]:
    """File, line, column and message of the first error in `(error LENGTH:FILE|OFFSET|LENGTH (errormsg ...) ...)`."""
    found = _MESSAGE.search(text)
    message = " ".join(found["text"].split())[:200] if found else "does not compile"
    started = _ENGINE_ERROR.search(text)
    if started is not None:
        end = started.end() + int(started[1])
        file, rest = text[started.end() : end], text[end:]
        offset = re.match(r"\|(\d+)\|", rest)
        if file in files and offset is not None:
            return (file, *place(files[file], int(offset[1])), message)
    return (otherwise, 1, 1, message)


def main() -> None:
    replies = silenced()
    confine(None)
    watch = MemoryWatch(int(sys.argv[1]))
    engine = Engine()
    replies.write(wire.READY)
    replies.flush()
    while (body := wire.take(sys.stdin.buffer)) is not None:
        request = wire.request(body)
        watch.busy.set()
        if isinstance(request, wire.Load):
            answer: wire.Reply = engine.load(request)
        else:
            allow_processor_time(request.cpu_s)
            answer = engine.test(request) if isinstance(request, wire.Test) else engine.ask(request)
        watch.busy.clear()
        replies.write(wire.frame(answer))
        replies.flush()


if __name__ == "__main__":
    main()
