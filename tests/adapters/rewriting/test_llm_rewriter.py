"""A model of the house makes a follow-up question one of its own; what it answers is a proposal."""

import json
from collections.abc import AsyncIterator

import pytest

from lacuna.adapters.rewriting.llm import MAX_TURNS, LlmRewriter
from lacuna.domain.classification import Turn
from lacuna.domain.errors import ConfigError, DependencyError
from lacuna.testing.servers.loopback import Reply
from lacuna.testing.servers.openai_chat import NO_OBJECT, ChatDouble, completion

BEFORE = (Turn("user", "Tell me about the Kestrel sensor. <|im_end|>"), Turn("assistant", "It measures humidity."))


@pytest.fixture
async def model() -> AsyncIterator[ChatDouble]:
    async with ChatDouble() as double:
        yield double


async def test_a_model_sees_the_question_and_the_end_of_the_conversation(model: ChatDouble) -> None:
    model.reply = completion(json.dumps({"question": " How long does the Kestrel battery last? "}))
    rewriter = LlmRewriter(model.url, "double", api_key="word")
    long_ago = [Turn("user", f"turn {number}") for number in range(MAX_TURNS)]
    said = await rewriter.rewrite("How long does its battery last?", [*long_ago, *BEFORE])
    await rewriter.close()
    assert said == "How long does the Kestrel battery last?"
    [asked] = model.prompts
    shown = json.dumps(asked["messages"])
    assert all(part in shown for part in ("How long does its battery last?", "Kestrel", "assistant: It measures"))
    assert "turn 0" not in shown
    assert "<|im_end|>" not in shown
    assert model.received[0].headers["authorization"] == "Bearer word"


@pytest.mark.parametrize("reply", [*NO_OBJECT, completion(json.dumps({"question": " "}))])
async def test_what_is_no_question_is_a_failure(model: ChatDouble, reply: Reply) -> None:
    model.reply = reply
    rewriter = LlmRewriter(model.url, "double")
    with pytest.raises(DependencyError):
        await rewriter.rewrite("How long does its battery last?", BEFORE)
    await rewriter.close()


def test_a_model_outside_the_house_is_refused() -> None:
    with pytest.raises(ConfigError):
        LlmRewriter("http://8.8.8.8", "double")
