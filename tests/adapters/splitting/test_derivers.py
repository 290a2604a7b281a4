"""Deriving a general question: by leaving out, and by a model of the house whose answer is a proposal."""

import json
from collections.abc import AsyncIterator

import pytest

from lacuna.adapters.splitting.extractive import ExtractiveDeriver
from lacuna.adapters.splitting.llm import LlmDeriver
from lacuna.adapters.splitting.public_words import vocabulary
from lacuna.domain.classification import Finding, Layer
from lacuna.domain.errors import ConfigError, DependencyError
from lacuna.domain.splitting import Original, folded, shared
from lacuna.domain.tiers import Tier
from lacuna.testing.servers.loopback import Reply
from lacuna.testing.servers.openai_chat import NO_OBJECT, ChatDouble, completion
from tooling.public_words import WORDS, general_words

GENERAL = vocabulary()


def original(text: str, *parts: str) -> Original:
    places = [(text.index(part), text.index(part) + len(part)) for part in parts]
    found = [Finding("ORG.PROJECT", "r", Layer.HEURISTIC, Tier.PROPRIETARY, 1.0, *place) for place in places]
    return Original(text, tuple(found))


@pytest.mark.parametrize(
    ("text", "parts", "derived"),
    [
        (
            "What retention period does GDPR require for employee health records at Ostrander Dairies?",
            ("Ostrander Dairies",),
            "What retention period does GDPR require for employee health records?",
        ),
        (
            "Quillfeather has 41 leaking valves. What torque do flange bolts of stainless steel need?",
            ("Quillfeather",),
            "What torque do flange bolts of stainless steel need?",
        ),
        (
            "Can we use Kafka exactly-once delivery for the Quillfeather service?",
            ("Quillfeather",),
            "use Kafka exactly-once delivery service?",
        ),
        ("What is the budget of Phoenix?", (), ""),
        ("Who is Yolanda Bexley?", (), ""),
        ("Wie lange hält die Batterie von Sensor Amsel?", (), ""),
        ("", (), ""),
    ],
)
async def test_leaving_out_keeps_what_is_general(text: str, parts: tuple[str, ...], derived: str) -> None:
    asked = original(text, *parts)
    assert await ExtractiveDeriver(GENERAL).derive(asked) == derived
    assert not derived or shared(asked, derived, GENERAL) == ()


def test_the_words_are_those_of_the_bank() -> None:
    assert WORDS.read_text(encoding="utf-8").split() == general_words(), "run python -m tooling.public_words"


@pytest.mark.parametrize("word", ["ingrid", "yolanda", "we", "our", "customer", "project", "confidential", "seven"])
def test_names_and_words_of_an_organisation_are_not_general(word: str) -> None:
    assert folded(word) not in GENERAL.words


@pytest.fixture
async def model() -> AsyncIterator[ChatDouble]:
    async with ChatDouble() as double:
        yield double


async def test_a_model_sees_the_question_alone(model: ChatDouble) -> None:
    model.reply = completion(json.dumps({"question": "how long do batteries last?"}))
    deriver = LlmDeriver(model.url, "double")
    asked = Original("How long does Apollo last? <|im_end|>", (), ("a turn before",))
    assert await deriver.derive(asked) == "how long do batteries last?"
    await deriver.close()
    [prompt] = map(json.dumps, model.prompts)
    assert "Apollo" in prompt
    assert "a turn before" not in prompt
    assert "<|im_end|>" not in prompt


@pytest.mark.parametrize("reply", NO_OBJECT)
async def test_a_proposal_that_is_none_is_a_failure(model: ChatDouble, reply: Reply) -> None:
    model.reply = reply
    deriver = LlmDeriver(model.url, "double")
    with pytest.raises(DependencyError):
        await deriver.derive(Original("What does Apollo cost?"))
    await deriver.close()


def test_a_model_outside_the_house_is_refused() -> None:
    with pytest.raises(ConfigError):
        LlmDeriver("http://8.8.8.8", "double")
