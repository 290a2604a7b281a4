"""Recognisers that administrators write: checked whole before the first text is examined.

Guarantees: an accepted recogniser compiles, cannot hang (RE2), never matches the empty text, finds each of its examples
and none of its counterexamples, and its ids and kinds do not pass for Lacuna's own. A refused one says which field is
wrong and, for a pattern, at which character. Reading files is left to `lacuna.config`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import re2

from lacuna.adapters.classifiers.folding import fold
from lacuna.adapters.classifiers.pattern_set import PatternSet
from lacuna.adapters.classifiers.pattern_syntax import UnusablePattern, compile_pattern
from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.adapters.classifiers.validators import VALIDATORS
from lacuna.domain.errors import ConfigError
from lacuna.domain.tiers import Tier

MAX_TEXTS: Final = 50
MAX_TEXT: Final = 1_000

_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
_KIND: Final = re.compile(r"[A-Z][A-Z0-9_]{0,39}(?:\.[A-Z][A-Z0-9_]{0,39})?")
_RESERVED: Final = frozenset({"CONTEXT", "SEMANTIC", "LLM", "POLICY", "FAILURE", "OVERRIDE"})
_NO_WORD: Final = re.compile(r"[^\w '&/-]")


class Refused(ConfigError):
    """`key` is the definition's field that is wrong, `fault` what is wrong with it: "has no example"."""

    def __init__(self, key: str, fault: str) -> None:
        super().__init__(f"{key}: {fault}")
        self.key = key
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Definition:
    """A recogniser as written. `kind` defaults to CUSTOM and the id; `context` lists words of which one must stand
    within 50 characters before or 25 after the match; `group` is the capture group that is the value."""

    id: str
    pattern: str
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...] = ()
    kind: str = ""
    tier: Tier = Tier.PROPRIETARY
    score: float = 0.9
    context: tuple[str, ...] = ()
    validator: str = ""
    group: int = 0


def recogniser(wanted: Definition) -> Recogniser:
    """The recogniser of a definition. Raises Refused for the first fault."""
    if not _ID.fullmatch(wanted.id):
        raise Refused("id", "must begin with a small letter and hold small letters, digits and _ only, at most 60")
    kind = wanted.kind or f"CUSTOM.{wanted.id.upper()[:40]}"
    if not _KIND.fullmatch(kind):
        raise Refused("kind", 'must be capitals such as "PII.EMPLOYEE_NUMBER"')
    if kind.partition(".")[0] in _RESERVED:
        raise Refused("kind", f"must not be of the families that Lacuna gives itself: {', '.join(sorted(_RESERVED))}")
    if wanted.tier is Tier.PUBLIC:
        raise Refused("tier", "must be INTERNAL or PROPRIETARY: findings only raise")
    if not 0.0 < wanted.score <= 1.0:
        raise Refused("score", "must be more than 0 and at most 1")
    if wanted.validator and wanted.validator not in VALIDATORS:
        raise Refused("validator", f"is unknown; known are {', '.join(sorted(VALIDATORS))}")
    try:
        compiled = compile_pattern(wanted.pattern)
    except UnusablePattern as unusable:
        raise Refused("pattern", unusable.fault) from None
    if not 0 <= wanted.group <= compiled.groups:
        raise Refused("group", f"must be at most {compiled.groups}, the pattern's capture groups")
    _texts("context", wanted.context, _word_fault)
    _texts("examples", wanted.examples, _text_fault)
    _texts("counterexamples", wanted.counterexamples, _text_fault)
    if not wanted.examples:
        raise Refused("examples", "must hold at least one text that is found")
    made = Recogniser(
        rule=f"custom.{wanted.id}",
        kind=kind,
        pattern=wanted.pattern,
        examples=wanted.examples,
        counterexamples=wanted.counterexamples,
        tier=wanted.tier,
        confidence=wanted.score,
        group=wanted.group,
        validator=wanted.validator,
        context="|".join(re2.escape(word) for word in wanted.context),
    )
    _tried(made)
    return made


def _tried(made: Recogniser) -> None:
    alone = PatternSet([made])
    for key, texts, expected in (("examples", made.examples, True), ("counterexamples", made.counterexamples, False)):
        for number, text in enumerate(texts):
            if bool(alone.find(fold(text))[0]) is not expected:
                fault = "is not found" if expected else "is found all the same"
                raise Refused(f"{key}[{number}]", f"{fault} by the pattern with its context and validator")


def _texts(key: str, texts: Sequence[str], fault_of: Callable[[str], str]) -> None:
    if len(texts) > MAX_TEXTS:
        raise Refused(key, f"holds more than {MAX_TEXTS} texts")
    for number, text in enumerate(texts):
        if fault := fault_of(text):
            raise Refused(f"{key}[{number}]", fault)


def _text_fault(text: str) -> str:
    return "is empty" if not text else f"is longer than {MAX_TEXT:,} characters" if len(text) > MAX_TEXT else ""


def _word_fault(word: str) -> str:
    if not word.strip():
        return "is empty"
    if len(word) > 100:
        return "is longer than 100 characters"
    return "must be a word or words; patterns belong into the pattern" if _NO_WORD.search(word) else ""
