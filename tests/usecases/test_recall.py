"""What a model wrote is given again only where it would be asked exactly the same, for the same people, and nothing but
the writing is saved."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.domain.classification import Classification, Layer, Question, Strategy, Turn
from lacuna.domain.errors import DependencyError, EvidenceWithdrawn
from lacuna.domain.identity import Principal, Reach, Role
from lacuna.domain.lineage import Direction
from lacuna.domain.policy import Obligation, ObligationKind, PolicyDecision, Source
from lacuna.domain.retrieval import Citation, WebResult
from lacuna.domain.routing import Plan
from lacuna.domain.tiers import Tier
from lacuna.ports.cache import Key
from lacuna.ports.llm import Passage, Prompt
from lacuna.testing.fakes.cache import DictAnswers
from lacuna.testing.fakes.llm import ScriptedGenerator
from lacuna.testing.fakes.policy import TablePolicy
from lacuna.usecases.ask import Answer, Ask, Event
from lacuna.usecases.asked import Run, Wanted
from lacuna.usecases.classify import Decided
from lacuna.usecases.generate import LocalModel
from lacuna.usecases.recall import Recall, Writer, answer_key, normalised
from tests.usecases.asking import EVERYWHERE, READER, House, a_house_of, asked, inside, outside, web_of

TEXT = "The Kestrel sensor is reset with the side button."
QUESTION = "How is the Kestrel sensor reset?"


async def remembering(*texts: str, by_user: bool = False, **parts: Any) -> tuple[House, Ask, DictAnswers]:
    """A house that keeps what its models write."""
    kept = DictAnswers()
    recall = Recall(kept, {}, by_user=by_user)
    house, ask = await a_house_of(*(texts or (TEXT,)), recall=recall, **parts)
    return house, ask, kept


def prompts(model: LocalModel) -> int:
    assert isinstance(model.generator, ScriptedGenerator)
    return len(model.generator.prompts)


def spoken(answer: Answer) -> object:
    return answer.text, answer.tier, answer.citations, answer.model, answer.claims, answer.removed, answer.degraded


async def test_the_second_asking_saves_the_model_and_nothing_else() -> None:
    model = inside("Press the side button [1]. ", "See https://made-up.example [7].")
    house, ask, _ = await remembering(local=[model])
    first, second = await asked(ask, f" {QUESTION}\n"), await asked(ask, QUESTION)
    assert isinstance(model.generator, ScriptedGenerator)
    assert [prompt.question for prompt in model.generator.prompts] == [QUESTION]
    assert (first.cached, second.cached, prompts(model)) == (False, True, 1)
    assert spoken(second) == spoken(first)
    assert second.removed == {"citations": 1, "links": 1}
    decisions, outcomes = await house.records("decision.query"), await house.records("answer.released")
    assert len(decisions) == 2
    assert [outcome.get("cached_from", "") for outcome in outcomes] == [first.answer_id, ""]
    assert second.receipt.index > first.receipt.index
    graph = await house.ledger.lineage(second.answer_id, Direction.UPSTREAM, 1, 99)
    assert {edge.relation for edge in graph.edges} >= {"asked", "retrieved", "generated", "reused"}


async def test_another_document_another_answer_and_an_irrelevant_one_the_same() -> None:
    model = inside()
    house, ask, _ = await remembering(local=[model])
    await asked(ask, QUESTION)
    await house.put(f"{TEXT} Hold it for ten seconds.", name="better")
    assert not (await asked(ask, QUESTION)).cached
    await house.put("Hidden Kestrel sensor reset rules.", name="hidden", tier=Tier.PROPRIETARY)
    stranger = Principal("ann", "", frozenset(), Tier.PUBLIC, frozenset({Role.USER}), "test")
    assert not (await asked(ask, QUESTION, stranger)).cached
    await house.put("Hidden Kestrel sensor reset rules, the second.", name="hidden2", tier=Tier.PROPRIETARY)
    assert (await asked(ask, QUESTION, stranger)).cached


async def test_who_may_not_read_the_same_is_given_nothing_and_by_user_nobody_else() -> None:
    def person(name: str, clearance: Tier, *groups: str) -> Principal:
        return Principal(name, "", frozenset(groups), clearance, frozenset({Role.USER}), "test")

    people = [person("a", Tier.PUBLIC), person("b", Tier.INTERNAL), person("c", Tier.PUBLIC, "sales")]
    colleague = person("d", Tier.PUBLIC)
    for by_user in (False, True):
        _, ask, _ = await remembering(by_user=by_user, local=[inside()])
        assert [(await asked(ask, QUESTION, who)).cached for who in people] == [False, False, False]
        assert (await asked(ask, QUESTION, colleague)).cached is not by_user
        assert all([(await asked(ask, QUESTION, who)).cached for who in (*people, colleague)])


async def test_a_rule_or_a_version_of_policy_has_answers_of_its_own() -> None:
    house, ask, _ = await remembering(local=[inside()])
    assert [(await asked(ask, QUESTION)).cached for _ in range(2)] == [False, True]
    house.policy = TablePolicy(EVERYWHERE, version="next")
    ask = house.put_together()
    assert [(await asked(ask, QUESTION)).cached for _ in range(2)] == [False, True]


async def test_history_belongs_to_the_question() -> None:
    model = inside()
    _, ask, _ = await remembering(local=[model])
    one = Question(QUESTION, (Turn("user", "We speak of model seven."),))
    other = Question(QUESTION, (Turn("user", "We speak of model nine."),))
    answers = [await asked(ask, each) for each in (QUESTION, one, other, one, other)]
    assert [answer.cached for answer in answers] == [False, False, False, True, True]


async def test_nothing_leaves_the_house_for_an_answer_that_is_given_again() -> None:
    external, model = outside()
    house, ask, _ = await remembering(external=model)
    first, second = await asked(ask, QUESTION), await asked(ask, QUESTION)
    assert (second.cached, len(external.sent)) == (True, 1)
    assert (len(first.left), second.left) == (1, ())
    assert len(await house.records("outbound.sent")) == 1
    assert second.model == first.model


async def test_what_a_model_outside_wrote_is_not_given_where_none_may_be_asked() -> None:
    _, model = outside(pieces=("From outside [1].",))
    house, ask, _ = await remembering(external=model, local=[inside("From inside [1].")])
    assert (await asked(ask, QUESTION)).text == "From outside [1]."
    house.policy = TablePolicy(dict.fromkeys(Tier, frozenset({Source.LOCAL_RAG})))
    refused = await asked(house.put_together(), QUESTION)
    assert (refused.text, refused.cached) == ("From inside [1].", False)


async def test_the_web_is_searched_anew_and_other_results_are_another_answer() -> None:
    engine = web_of("Plants take in carbon dioxide.")
    model = inside()
    _, ask, _ = await remembering(web=engine, local=[model])
    first, second = await asked(ask, QUESTION), await asked(ask, QUESTION)
    assert (second.cached, prompts(model)) == (True, 1)
    assert [len(answer.left) for answer in (first, second)] == [1, 1]
    engine.results = (WebResult("A page", "https://page.example/0", "Plants take in nitrogen."),)
    assert not (await asked(ask, QUESTION)).cached


class BrokenEmbedder:
    fingerprint = "broken"
    dimension = 8

    def embed(self, texts: Any) -> Any:
        raise DependencyError("It is gone.")


async def test_what_is_degraded_quoted_or_broken_off_is_not_kept() -> None:
    gone = DependencyError("It is gone.")
    ladders: list[list[LocalModel]] = [
        [],
        [inside(failure=gone)],
        [LocalModel(ScriptedGenerator((), gone)), inside(part="llm_fallback")],
    ]
    for local in ladders:
        _, ask, kept = await remembering(local=local)
        with suppress(DependencyError):
            await asked(ask, QUESTION)
        assert not kept.entries
    house, ask, kept = await remembering(local=[inside()])
    house.embedder = BrokenEmbedder()
    assert (await asked(house.put_together(), QUESTION)).degraded == ("embedder",)
    assert not kept.entries


async def test_whoever_does_not_want_it_gets_a_new_answer_that_is_not_kept() -> None:
    model = inside()
    _, ask, kept = await remembering(local=[model])
    assert not (await asked(ask, QUESTION, cache=False)).cached
    assert not kept.entries
    await asked(ask, QUESTION)
    assert not (await asked(ask, QUESTION, cache=False)).cached
    assert prompts(model) == 3


async def test_a_model_that_is_gone_is_not_missed_where_it_wrote_before() -> None:
    model = inside()
    _, ask, _ = await remembering(local=[model])
    await asked(ask, QUESTION)
    assert isinstance(model.generator, ScriptedGenerator)
    model.generator.failure = DependencyError("It is gone.")
    again = await asked(ask, QUESTION)
    assert (again.cached, again.degraded) == (True, ())


async def rest_of(events: AsyncIterator[Event], into: list[Event]) -> None:
    async for event in events:
        into.append(event)


async def test_evidence_that_is_withdrawn_while_it_is_looked_up_is_not_shown() -> None:
    house, ask, kept = await remembering(local=[inside()])
    await asked(ask, QUESTION)

    class Slow(DictAnswers):
        async def get(self, key: Key) -> Any:
            await house.catalogue.remove("doc0")
            return await kept.get(key)

    house.recall = Recall(Slow(), {}, by_user=False)
    events = house.put_together().stream(Wanted(Question(QUESTION)), READER)
    shown: list[Event] = []
    with pytest.raises(EvidenceWithdrawn):
        await rest_of(events, shown)
    assert not any(isinstance(event, Answer) for event in shown)


async def test_a_long_answer_comes_in_pieces_as_it_was_written() -> None:
    text = " ".join(f"The side button number {n} resets the Kestrel sensor [1]." for n in range(300))
    _, ask, _ = await remembering(local=[inside(text)])
    assert (await asked(ask, QUESTION)).text == text
    answers = await asyncio.gather(*(asked(ask, QUESTION) for _ in range(3)))
    assert [(answer.cached, answer.text) for answer in answers] == [(True, text)] * 3


# The key ----------------------------------------------------------------------------------------------------------

words = st.sampled_from(["", "a", "b", "a b", "a\0b", "1"])
names = st.lists(words, max_size=3).map(tuple)
tiers = st.sampled_from(Tier)
reaches = st.builds(Reach, tiers, st.frozensets(words, max_size=2), st.booleans())
passages = st.tuples(st.sampled_from([1, 2]), words, words, words, words, words, words, tiers, words, names)
obligations = st.builds(Obligation, st.sampled_from(ObligationKind), words, words, names, st.just(0))


@dataclass(frozen=True)
class Inputs:
    """Everything an answer depends on."""

    user: str
    rights: Reach
    narrowed: Reach
    tier: Tier
    plan_tier: Tier
    sources: frozenset[Source]
    strategy: Strategy
    ruleset: str
    policy: str
    duties: frozenset[tuple[ObligationKind, tuple[str, ...]]]
    part: str
    model: str
    settings: str
    question: str
    turns: tuple[tuple[str, str], ...]
    passages: tuple[Any, ...]


inputs = st.builds(
    Inputs,
    words,
    reaches,
    reaches,
    tiers,
    tiers,
    st.frozensets(st.sampled_from(Source)),
    st.sampled_from(Strategy),
    words,
    words,
    st.frozensets(st.tuples(st.sampled_from(ObligationKind), names), max_size=2),
    words,
    words,
    words,
    words,
    st.lists(st.tuples(words, words), max_size=2).map(tuple),
    st.lists(passages, max_size=2).map(tuple),
)


def key_of(given: Inputs, by_user: bool = True, decision: str = "dec", score: float = 0.5) -> Key:
    found = Classification(given.tier, 1.0, (), (), Layer.HEURISTIC, decision, given.strategy, given.ruleset, b"")
    duties = tuple(Obligation(kind, decision, decision, values) for kind, values in sorted(given.duties))
    policy = PolicyDecision(True, given.tier, frozenset(), (), "p", given.policy, obligations=duties)
    decided = Decided(decision, found, policy, Plan(given.plan_tier, given.sources, False, ()), False, score)
    who = Principal(
        given.user,
        "",
        given.rights.groups - {"everyone"},
        given.rights.clearance,
        frozenset(),
        decision,
        given.rights.all_groups,
    )
    evidence = [
        Passage(Citation(n, source, title, url, tier, score, decision, doc, chunk, None, heading, signs), text)
        for n, source, title, url, doc, chunk, heading, tier, text, signs in given.passages
    ]
    turns = tuple(Turn(*each) for each in given.turns)
    run = Run(Wanted(Question(given.question, turns), reach=given.narrowed), decided, who, given.tier)
    return answer_key(
        run,
        Prompt(given.question, evidence, turns),
        Writer(given.part, given.model),
        given.settings,
        by_user=by_user,
    )


def meant(given: Inputs) -> Inputs:
    return replace(given, question=normalised(given.question))


@given(inputs, inputs)
def test_keys_are_equal_for_equal_inputs_only(one: Inputs, other: Inputs) -> None:
    assert (key_of(one) == key_of(other)) == (meant(one) == meant(other))


@given(inputs, inputs, st.sampled_from([name for name in Inputs.__dataclass_fields__ if name != "user"]))
def test_any_one_input_makes_another_key(one: Inputs, other: Inputs, name: str) -> None:
    changed = replace(one, **{name: getattr(other, name)})
    for by_user in (True, False):
        assert (key_of(one, by_user) == key_of(changed, by_user)) == (meant(one) == meant(changed))


@given(inputs, words)
def test_what_is_no_input_makes_no_other_key(one: Inputs, user: str) -> None:
    assert key_of(one, decision="another", score=0.25) == key_of(one)
    assert key_of(replace(one, user=user), by_user=False) == key_of(one, by_user=False)


@given(st.text(max_size=60))
def test_a_question_is_normalised_once_and_for_all(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)
    assert normalised(f" {text}\n") == normalised(text)


def test_lines_of_code_keep_their_indentation() -> None:
    code = "What does this do?\nif a:\n    b()"
    assert normalised(code + "  ") == code
    assert normalised("What  is\tthis?") == "What is this?"
    assert normalised(code) != normalised(code.replace("    ", ""))
    assert normalised("Zu\u0308rich?") == normalised("Zürich?")
