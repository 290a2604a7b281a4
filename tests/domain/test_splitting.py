"""What a derived question must not say, and when there may be one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.domain.classification import Classification, Finding, Layer, LayerResult, Strategy, classify, failure
from lacuna.domain.policy import Source
from lacuna.domain.routing import Plan
from lacuna.domain.splitting import MAX_WORDS, Original, Vocabulary, may_split, shared, words
from lacuna.domain.tiers import Tier

GENERAL = Vocabulary(
    frozenset(
        "battery last long sensor torque bolt flange heron blue retention period delivery kafka gdpr rate".split()
    ),
    frozenset({"kafka", "gdpr"}),
)
TEXT = "How long does the battery of the Blue Heron sensor last for Wexford?"


def found(text: str, *parts: str) -> tuple[Finding, ...]:
    places = [(text.index(part), text.index(part) + len(part)) for part in parts]
    return tuple(Finding("ORG.PROJECT", "r", Layer.HEURISTIC, Tier.PROPRIETARY, 1.0, *place) for place in places)


ORIGINAL = Original(TEXT, found(TEXT, "Blue Heron", "Wexford"), ("the flange of the kiln", "torque.docx"))


@pytest.mark.parametrize(
    ("derived", "faults"),
    [
        ("How long does the battery of the sensor last?", ()),
        ("battery last?", ()),
        ("", ("nothing",)),
        ("how of the?", ("nothing",)),
        ("How long does the blue sensor last?", ("a name", "a word of what was found")),
        ("How long does a heron battery last?", ("a name", "a word of what was found")),
        ("How long do herons last?", ("a name", "a word of what was found")),
        (
            "How long does a battery last at Wexford?",
            ("a word that is not general", "a name", "a word of what was found"),
        ),
        ("battery xylograph?", ("a word that is not general",)),
        ("battery 41?", ("a number", "a word that is not general")),
        ("battery ４１?", ("a number", "a word that is not general")),
        ("battery flange?", ("a word of the conversation",)),
        ("battery torque?", ("a word of the conversation",)),
        ("battery " * (MAX_WORDS + 1), ("too long",)),
        ("Battery last?", ("a word that is not general",)),
        ("Kafka delivery?", ()),
    ],
)
def test_a_derived_question_says_general_things_only(derived: str, faults: tuple[str, ...]) -> None:
    assert shared(ORIGINAL, derived, GENERAL) == faults


def test_a_general_word_that_the_question_writes_as_a_name_does_not_go() -> None:
    assert shared(Original("What does Heron cost at a rate?"), "heron rate?", GENERAL) == ("a name",)
    assert shared(Original("What does a heron cost at a rate?"), "heron rate?", GENERAL) == ()


def test_quoted_words_do_not_go() -> None:
    original = Original("What is the delivery period of the “blue heron” battery?")
    assert shared(original, "blue battery?", GENERAL) == ("a word of what was found",)


def test_words_of_the_conversation_that_the_question_has_too_may_go() -> None:
    assert shared(Original("battery rate?", (), ("the battery is down",)), "battery rate?", GENERAL) == ()


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_derived_passes_only_in_general_words(text: str, derived: str) -> None:
    if not shared(Original(text), derived, GENERAL):
        assert all(word.folded in GENERAL.words or word.folded.isascii() for word in words(derived))
        assert not any(character.isdigit() for character in derived)


@given(st.sampled_from(sorted(GENERAL.words - GENERAL.names)), st.sampled_from(sorted(GENERAL.words)))
def test_a_word_in_a_finding_never_goes(inside: str, beside: str) -> None:
    text = f"what of {inside} and {beside}?"
    original = Original(text, found(text, inside))
    assert "a word of what was found" in shared(original, f"{inside} {beside}?", GENERAL)


def question(*findings: Finding) -> Classification:
    return classify("a question", [LayerResult(Layer.HEURISTIC, findings)], Strategy.BALANCED, "test")


PLAN = Plan(Tier.INTERNAL, frozenset({Source.LOCAL_RAG}), False, ())


def test_a_question_above_public_may_be_split_where_everybody_says_so() -> None:
    assert may_split(True, question(), PLAN, True)
    assert may_split(True, question(*found(TEXT, "Wexford")), PLAN, True)
    assert not may_split(False, question(), PLAN, True)
    assert not may_split(True, question(), PLAN, False)
    assert not may_split(True, question(), replace(PLAN, denied=True), True)
    assert not may_split(True, question(failure("heuristic", "timeout")), PLAN, True)


def test_a_public_question_is_not_split() -> None:
    public = classify("x", [LayerResult(Layer.HEURISTIC, (), 1.0)], Strategy.BALANCED, "test")
    assert not may_split(True, public, replace(PLAN, tier=Tier.PUBLIC), True)


@pytest.mark.parametrize(("kind", "may"), [("SEMANTIC.CORPUS", False), ("LLM", False), ("CONTEXT.CONVERSATION", True)])
def test_a_question_that_is_proprietary_as_a_whole_is_not_split(kind: str, may: bool) -> None:
    whole = Finding(kind, "r", Layer.EMBEDDING, Tier.PROPRIETARY, 1.0)
    assert may_split(True, question(whole), PLAN, True) is may
