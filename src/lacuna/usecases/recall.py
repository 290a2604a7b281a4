"""Have a model's answer again where exactly the same would be asked of it.

Promise: what is recalled was written by this model, under these settings, from exactly this question, conversation and
evidence, for somebody of the same reach. The evidence is gathered anew for every question, under the rights and rules
of the moment, so a change of documents, terms or policy that would change what the model is given leads to another
entry, and one that would not, does not: no entry has to be found and emptied. Whatever else belongs to an answer is
done anew: decision, records, screening of what was written, the look whether its passages may still be shown.

Never kept: what is degraded, quoted or broken off, and what its asker did not want kept.
"""

import unicodedata
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final, cast

from lacuna.domain.identity import Reach
from lacuna.domain.prompting import INSTRUCTIONS
from lacuna.ports.cache import AnswerCache, Key, KeyPart, Written
from lacuna.ports.llm import Passage, Prompt
from lacuna.usecases.asked import Draft, Run

_PIECE: Final = 1_000
"""Characters of an answer that is recalled in pieces."""


@dataclass(frozen=True, slots=True)
class Writer:
    """A back end of the ladder: `part` is what the configuration calls it."""

    part: str
    model: str


class Recall:
    """`settings` names by part everything that decides how a model writes. With `by_user` nobody is given what was
    written for somebody else; without, whoever has the same reach is."""

    def __init__(self, cache: AnswerCache, settings: Mapping[str, str], *, by_user: bool) -> None:
        self._cache = cache
        self._settings = settings
        self._by_user = by_user

    async def pieces(
        self, run: Run, prompt: Prompt, writer: Writer, write: Callable[[], AsyncIterator[str]]
    ) -> AsyncGenerator[str, None]:
        """What `writer` wrote to the same, or else what it writes now; `run.recalled` names the answer that it was
        written for. Raises what `write` raises."""
        run.recalled, run.draft = "", None
        key = answer_key(run, prompt, writer, self._settings.get(writer.part, ""), by_user=self._by_user)
        if (known := await self._cache.get(key)) is not None:
            run.recalled = known.answer_id
            for start in range(0, len(known.text), _PIECE):
                yield known.text[start : start + _PIECE]
            return
        pieces: list[str] = []
        async with aclosing(cast("AsyncGenerator[str, None]", write())) as written:
            async for piece in written:
                pieces.append(piece)
                yield piece
        run.draft = Draft(key, "".join(pieces))

    async def keep(self, run: Run, answer_id: str) -> None:
        """Keeps what was written for an answer that was released, if it may be."""
        if run.draft is not None and not run.degraded:
            await self._cache.put(run.draft.key, Written(run.draft.text, answer_id), run.principal.user_id)


def answer_key(run: Run, prompt: Prompt, writer: Writer, settings: str, *, by_user: bool) -> Key:
    """Every input of what a model writes, whom it is written for, and the rules it was decided under. Of evidence it is
    all but the scores, which no model sees."""
    decided = run.decided
    return (
        ("reach", _reach(run.principal.reach), _reach(run.reach), run.principal.user_id if by_user else None),
        (
            "decided",
            int(run.tier),
            int(decided.plan.tier),
            tuple(sorted(map(str, decided.plan.sources))),
            str(decided.classification.strategy),
            decided.classification.ruleset,
            decided.policy.policy_version,
            tuple((str(each.kind), each.values) for each in sorted(decided.policy.obligations)),
        ),
        ("writer", writer.part, writer.model, settings, INSTRUCTIONS),
        ("question", normalised(prompt.question)),
        ("conversation", tuple((turn.role, turn.content) for turn in prompt.conversation)),
        ("passages", tuple(map(_passage, prompt.passages))),
    )


def normalised(question: str) -> str:
    """The question in Unicode's composed form, without white space that says nothing. Lines stay lines: in code they
    mean something, and so do the spaces before them."""
    lines = unicodedata.normalize("NFC", question).strip().splitlines()
    return " ".join(lines[0].split()) if len(lines) == 1 else "\n".join(line.rstrip() for line in lines)


def _reach(reach: Reach) -> KeyPart:
    return int(reach.clearance), tuple(sorted(reach.groups)), reach.all_groups


def _passage(passage: Passage) -> KeyPart:
    c = passage.citation
    where = (c.document_id, c.chunk_id, c.source, c.url)
    return c.n, where, c.title, c.heading, int(c.tier), passage.text, c.suspicious
