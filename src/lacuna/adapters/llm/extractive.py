"""Answers without a model: the sentences of the passages that answer the question best, word for word, with citations.

Promise: deterministic, in process, and honest: every statement is a quotation with the number of its passage, weak
matches are called so, and where no passage is about the question it says that. It reasons about nothing and combines
nothing; that is what a model is for.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from typing import Final

from lacuna.adapters.llm.question_shape import parts_of, shape_of
from lacuna.adapters.llm.relevance import Statement, ranked_statements
from lacuna.adapters.llm.sentences import Kind
from lacuna.domain.classification import Turn
from lacuna.domain.lexis import words
from lacuna.ports.llm import Passage, Prompt

NO_ANSWER: Final = "The documents that you may read hold no answer to this question."
_NOT_DIRECTLY: Final = "No passage answers this directly."
CLOSEST: Final = f"{_NOT_DIRECTLY} The closest ones say: "

MAX_STATEMENTS: Final = 4
MAX_ANSWER_CHARS: Final = 1_200

RELEVANT: Final = 0.25
"""The share of the question, by weight, that a statement with its surroundings must cover to be shown at all."""
DIRECT: Final = 0.4
"""The share from which it counts as an answer; below it, CLOSEST goes before it."""
FURTHER: Final = 0.8
"""The share of the best statement's score that a further one needs."""

_REFERS_BACK_LIST: Final = """
    it its this that these those they he she such dies diese dieser dieses es sie er dabei dadurch il elle ils elles
    cela ce ces esto esta este estos ello
"""
_REFERS_BACK: Final = frozenset(_REFERS_BACK_LIST.split())
_TERMINAL: Final = re.compile(r"([.!?…。！？।۔؟:：]+[\"'”’»)」』]*)$")


class Extractive:
    """A `Generator` that needs no back end."""

    name = "extractive"
    plain = (NO_ANSWER, _NOT_DIRECTLY)
    """Its sentences that say nothing of a passage."""

    @property
    def model(self) -> str:
        return "extractive"

    @property
    def host(self) -> str:
        return ""

    async def generate(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        """One to four cited statements, one piece each, or NO_ANSWER."""
        statements = await asyncio.to_thread(best_statements, prompt.question, prompt.passages, prompt.conversation)
        if not statements:
            yield NO_ANSWER
            return
        if max(statement.coverage for statement in statements) < DIRECT:
            yield CLOSEST
        previous: Statement | None = None
        for statement in statements:
            yield _separator(previous, statement) + _cited(statement)
            previous = statement

    async def check(self) -> None:
        """Always ready."""

    async def close(self) -> None:
        """Holds nothing."""


def best_statements(question: str, passages: Sequence[Passage], conversation: Sequence[Turn] = ()) -> list[Statement]:
    """The statements of the answer in the order in which they are told; empty where no passage is about the
    question."""
    parts = parts_of(question)
    chosen: list[Statement] = []
    sentences: dict[tuple[int, int], Statement] = {}
    for part in parts:
        ranked = ranked_statements(part, passages, conversation if part is parts[0] else [Turn("user", parts[0])])
        if max((statement.coverage for statement in ranked[:5]), default=0.0) < RELEVANT:
            continue
        sentences = {(s.passage, m): s for s in ranked if s.unit.kind is Kind.SENTENCE for m in s.unit.members}
        first = len(chosen)
        _choose(ranked, chosen, MAX_STATEMENTS // len(parts))
        if shape_of(part).asks_way and len(chosen) > first:
            chosen += _rest_of_paragraph(chosen[first], chosen, sentences)
    return _told(chosen, sentences)


def _choose(ranked: Sequence[Statement], chosen: list[Statement], at_most: int) -> None:
    """Adds the best statement and those nearly as good that do not repeat what was taken."""
    end = len(chosen) + at_most
    length = sum(len(statement.unit.text) for statement in chosen)
    for statement in ranked:
        if len(chosen) == end or statement.score < ranked[0].score * FURTHER:
            break
        if chosen and length + len(statement.unit.text) > MAX_ANSWER_CHARS:
            continue
        if any(_repeats(statement, other) for other in chosen):
            continue
        chosen.append(statement)
        length += len(statement.unit.text)


def _rest_of_paragraph(
    best: Statement, chosen: Sequence[Statement], sentences: dict[tuple[int, int], Statement]
) -> list[Statement]:
    """What follows the best sentence in its paragraph: where a way is asked for, one step is not the answer."""
    taken = {(s.passage, m) for s in chosen for m in s.unit.members}
    following: list[Statement] = []
    place = (best.passage, max(best.unit.members) + 1)
    while len(chosen) + len(following) < MAX_STATEMENTS and place in sentences:
        step = sentences[place]
        if step.unit.block != best.unit.block:
            break
        if place not in taken:
            following.append(step)
        place = (place[0], place[1] + 1)
    return following if best.unit.kind is Kind.SENTENCE else []


def _repeats(one: Statement, other: Statement) -> bool:
    if one.passage == other.passage and one.unit.members & other.unit.members:
        return True
    mine, theirs = set(words(one.unit.text)), set(words(other.unit.text))
    return len(mine & theirs) >= 0.6 * min(len(mine), len(theirs))


def _told(chosen: Sequence[Statement], sentences: dict[tuple[int, int], Statement]) -> list[Statement]:
    """In order of reading, the best statement's passage first; a sentence that refers back gets the one before it."""
    taken = {(s.passage, m) for s in chosen for m in s.unit.members}
    told = list(chosen)
    for statement in chosen:
        position = min(statement.unit.members)
        before = sentences.get((statement.passage, position - 1))
        first = next(iter(words(statement.unit.text)), "")
        if (
            statement.unit.kind is Kind.SENTENCE
            and first in _REFERS_BACK
            and before is not None
            and before.unit.block == statement.unit.block
            and (statement.passage, position - 1) not in taken
            and len(told) < MAX_STATEMENTS
        ):
            taken.add((statement.passage, position - 1))
            told.append(before)
    order = {passage: rank for rank, passage in enumerate(dict.fromkeys(s.passage for s in chosen))}
    return sorted(told, key=lambda s: (order[s.passage], min(s.unit.members)))


def _cited(statement: Statement) -> str:
    """The statement with its passage's number before the closing mark."""
    text = statement.unit.text.rstrip()
    mark = f" [{statement.n}]"
    if statement.unit.kind is Kind.CODE or "\n" in text:
        return text + mark
    closing = _TERMINAL.search(text)
    return f"{text[: closing.start()]}{mark}{closing.group()}" if closing else f"{text}{mark}."


def _separator(previous: Statement | None, current: Statement) -> str:
    if previous is None:
        return ""
    flowing = previous.unit.kind is Kind.SENTENCE and current.unit.kind is Kind.SENTENCE
    return " " if flowing and "\n" not in previous.unit.text else "\n"
