"""The adapter against llama.cpp's own server, with random weights: the protocol is real, the words are noise."""

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from lacuna.adapters.llm.chat import CUT_MARK
from lacuna.adapters.llm.openai import OpenAICompatible
from lacuna.domain.errors import DependencyError, DependencyTimeout, DependencyUnavailable
from lacuna.ports.llm import Generator, Prompt
from lacuna.testing.contracts.llm import PROMPT, GeneratorContract
from lacuna.testing.servers.llama import LlamaServer

pytest.importorskip("xllamacpp", reason="no wheel of xllamacpp for this platform")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaServer]:
    with LlamaServer(tmp_path_factory.mktemp("llama")) as running:
        yield running


class TestTheAdapterKeepsTheContract(GeneratorContract):
    @pytest.fixture
    async def generator(self, server: LlamaServer) -> AsyncIterator[Generator]:
        generator = OpenAICompatible("llamacpp", server.url, "random", max_tokens=12)
        yield generator
        await generator.close()


async def test_an_answer_comes_in_many_pieces_and_says_that_it_was_cut(server: LlamaServer) -> None:
    generator = OpenAICompatible("llamacpp", server.url, "random", max_tokens=20)
    pieces = [piece async for piece in generator.generate(PROMPT)]
    await generator.close()
    assert len(pieces) > 5
    assert pieces[-1] == CUT_MARK


async def test_a_server_killed_in_the_middle_is_a_dependency_error(tmp_path: Path) -> None:
    with LlamaServer(tmp_path) as server:
        generator = OpenAICompatible("llamacpp", server.url, "random", max_tokens=3_000)
        pieces = generator.generate(PROMPT)
        assert [await anext(pieces) for _ in range(3)]
        server.kill()
        with pytest.raises(DependencyError):
            [piece async for piece in pieces]
        with pytest.raises(DependencyUnavailable):
            await generator.check()
        await generator.close()


async def test_the_whole_answer_has_a_time_limit(server: LlamaServer) -> None:
    generator = OpenAICompatible("llamacpp", server.url, "random", max_tokens=3_000, timeout_s=0.1)
    with pytest.raises(DependencyTimeout):
        [piece async for piece in generator.generate(PROMPT)]
    await generator.close()


async def test_a_prompt_over_the_context_window_is_refused_with_a_cure(server: LlamaServer) -> None:
    generator = OpenAICompatible("llamacpp", server.url, "random", max_tokens=10)
    with pytest.raises(DependencyError) as caught:
        [piece async for piece in generator.generate(Prompt("word " * 5_000, ()))]
    assert "context window" in caught.value.cure
    await generator.close()


async def test_an_abandoned_answer_leaves_room_for_the_next(server: LlamaServer) -> None:
    generator = OpenAICompatible("llamacpp", server.url, "random", max_tokens=3_000)
    for _ in range(4):
        async with aclosing(generator.generate(PROMPT)) as pieces:
            assert await anext(pieces)
    await generator.close()
