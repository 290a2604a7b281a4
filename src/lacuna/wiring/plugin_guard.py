"""What a classifier plug-in is wrapped in. Its code is a third party's: it may hang, crash, lie or be in bad faith.

Guarantees: an examination ends within the time limit and, where the plug-in did not answer or answered nonsense, in an
error that counts as PROPRIETARY; its code and its answer are only touched on a thread that may be given up; what comes
out are findings of layer `plugin` whose kinds and rules are short names, so that they carry no text; evidence for
PUBLIC does not count, so that no plug-in can lower a tier. Not guarded against: code that harms the process itself,
or that holds the interpreter's lock in one long call (a backtracking pattern of `re`).
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from lacuna.domain.classification import Finding, Layer, LayerResult, Question
from lacuna.domain.errors import DependencyTimeout, DependencyUnavailable, LacunaError
from lacuna.domain.tiers import Tier
from lacuna.ports.classifier import ClassifierLayer
from lacuna.wiring.guard import Guard, outcome
from lacuna.wiring.worker_threads import AllLost, WorkerThreads

MAX_FINDINGS: Final = 1_000
MAX_THREADS: Final = 4
"""Questions that one plug-in examines at once, and examinations that it may leave hanging before it counts as down."""

_KIND: Final = re.compile(r"[A-Z][A-Z0-9_]{0,39}(?:\.[A-Z][A-Z0-9_]{0,39})?")
_RULE: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.:-]{0,79}")
_CONTEXT: Final = frozenset({"CONTEXT.CONVERSATION", "CONTEXT.PROJECT", "CONTEXT.FILE"})
_OWN_FAMILIES: Final = frozenset({"CONTEXT", "SEMANTIC", "LLM", "POLICY", "FAILURE", "OVERRIDE"})


class Nonsense(Exception):
    """What is wrong with an answer, without anything of it."""


class GuardedPlugin:
    """Implements `lacuna.ports.classifier.ClassifierLayer` around a plug-in's layer. `short_circuit` says whether
    nobody needs to be asked after it has found PROPRIETARY."""

    takes_long = True

    def __init__(
        self, name: str, layer: ClassifierLayer, version: str, guard: Guard, *, short_circuit: bool = True
    ) -> None:
        self.name = name
        self.short_circuit = short_circuit
        self._layer = layer
        self._version = version
        self._guard = guard
        self._threads = WorkerThreads(f"plugin-{name}", MAX_THREADS)

    @property
    def local(self) -> bool:
        """Always: others are not built."""
        return True

    @property
    def version(self) -> str:
        return self._version

    def examine(self, question: Question) -> LayerResult:
        """Findings, checked. Raises a LacunaError where the plug-in failed."""
        try:
            answered = self._threads.run(lambda: outcome(lambda: self._asked(question)), self._guard.seconds)
        except TimeoutError:
            limit = f"{self._guard.seconds:g} s"
            raise self._guard.failed(DependencyTimeout(f"{self._guard.part} did not answer within {limit}.")) from None
        except AllLost:
            raise self._guard.failed(self._down()) from None
        match answered:
            case LayerResult():
                return answered
            case Nonsense():
                raise self._guard.nonsense(str(answered))
            case LacunaError():
                # Its message is the plug-in's and may hold text.
                raise self._guard.failed(
                    DependencyUnavailable(f"{self._guard.part} failed with {type(answered).__name__}.")
                )
            case _:
                raise self._guard.foreign(answered)

    async def check(self) -> None:
        """Raises DependencyUnavailable where the plug-in is not asked any more."""
        if self._threads.all_lost:
            raise self._down()

    def _down(self) -> LacunaError:
        fault = f"{self._guard.part} has left {MAX_THREADS} examinations hanging and is not asked any more."
        return DependencyUnavailable(fault, cure="Restart Lacuna, or switch the plug-in off in plugins.yaml.")

    def _asked(self, question: Question) -> LayerResult:
        result = self._layer.examine(question)
        if not isinstance(result, LayerResult):
            raise Nonsense("no layer result")
        return LayerResult(Layer.PLUGIN, tuple(self._checked(result, len(question.text))))

    def _checked(self, result: LayerResult, size: int) -> Iterator[Finding]:
        answered: Iterable[object] = result.findings
        for number, found in enumerate(islice(answered, MAX_FINDINGS + 1)):
            if number == MAX_FINDINGS:
                raise Nonsense(f"more than {MAX_FINDINGS:,} findings")
            if not isinstance(found, Finding):
                raise Nonsense("something among the findings that is none")
            yield self._renamed(found, size)

    def _renamed(self, found: Finding, size: int) -> Finding:
        kind, rule = _name(found.kind, _KIND), _name(found.rule, _RULE)
        if kind is None or (kind not in _CONTEXT and kind.partition(".")[0] in _OWN_FAMILIES):
            raise Nonsense("a finding whose kind is no name such as PII.EMAIL, or of a family not a plug-in's to give")
        if rule is None:
            raise Nonsense("a finding whose rule is no short name")
        confidence = _number(found.confidence)
        if confidence is None or not 0.0 <= confidence <= 1.0:
            raise Nonsense("a confidence outside 0 to 1")
        tier = _number(found.tier)
        if tier is None or tier not in tuple(Tier):
            raise Nonsense("a tier that does not exist")
        start, end = _span(found, size)
        own = f"{self.name}."
        full = rule if rule.startswith(own) else own + rule
        return Finding(kind, full, Layer.PLUGIN, Tier(int(tier)), float(confidence), start, end)


def _name(value: object, form: re.Pattern[str]) -> str | None:
    return str(value) if isinstance(value, str) and form.fullmatch(value) else None


def _number(value: object) -> int | float | None:
    return value if isinstance(value, int | float) else None


def _span(found: Finding, size: int) -> tuple[int | None, int | None]:
    start, end = found.start, found.end
    if start is None and end is None:
        return None, None
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= size:
        raise Nonsense("a finding outside the text")
    return start, end
