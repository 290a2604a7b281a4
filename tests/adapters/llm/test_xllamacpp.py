"""llama.cpp in a child process, with random weights: the process and the protocol are real, the words are noise."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from lacuna.domain.errors import DependencyError, DependencyTimeout, DependencyUnavailable
from lacuna.ports.llm import Generator
from lacuna.testing.contracts.llm import PROMPT, GeneratorContract

pytest.importorskip("xllamacpp", reason="no wheel of xllamacpp for this platform")

from lacuna.adapters.llm.xllamacpp import LlamaCppChild
from lacuna.testing.servers.gguf_model import write_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gguf") / "random.gguf"
    write_model(path)
    return path


def child(model: Path, max_tokens: int = 12, timeout_s: float = 60.0) -> LlamaCppChild:
    return LlamaCppChild(model, "random", threads=1, context_tokens=4_096, max_tokens=max_tokens, timeout_s=timeout_s)


class TestTheChildKeepsTheContract(GeneratorContract):
    @pytest.fixture
    async def generator(self, model: Path) -> AsyncIterator[Generator]:
        generator = child(model)
        yield generator
        await generator.close()


async def test_answers_follow_each_other_on_one_child_and_it_is_killed_with_the_generator(model: Path) -> None:
    generator = child(model)
    for _ in range(4):
        assert [piece async for piece in generator.generate(PROMPT)]
    pid = process_of(generator)
    async with aclosing(generator.generate(PROMPT)) as left:
        assert await anext(left)
    assert [piece async for piece in generator.generate(PROMPT)]
    assert process_of(generator) == pid
    await generator.close()
    assert not alive(pid)


async def test_a_child_that_dies_or_hangs_is_an_error_and_the_next_answer_has_another(model: Path) -> None:
    generator = child(model, max_tokens=3_000, timeout_s=1.0)
    async with aclosing(generator.generate(PROMPT)) as pieces:
        assert await anext(pieces)
        os.kill(process_of(generator), signal.SIGKILL)
        with pytest.raises(DependencyError):
            [piece async for piece in pieces]
    assert await first(generator)
    hanging = process_of(generator)
    os.kill(hanging, signal.SIGSTOP)
    with pytest.raises(DependencyTimeout):
        await first(generator)
    assert not alive(hanging)
    assert await first(generator)
    await generator.close()


async def test_a_file_that_is_no_model_is_an_error_with_a_cure(tmp_path: Path) -> None:
    wrong = tmp_path / "model.gguf"
    wrong.write_bytes(b"GGUF but not really")
    generator = child(wrong)
    with pytest.raises(DependencyUnavailable) as caught:
        await first(generator)
    assert "GGUF" in caught.value.cure
    wrong.unlink()
    with pytest.raises(DependencyUnavailable):
        await generator.check()
    await generator.close()


async def test_nobody_without_the_key_is_answered(model: Path) -> None:
    from lacuna.adapters.llm.openai import OpenAICompatible

    generator = child(model)
    assert await first(generator)
    assert generator._child is not None
    stranger = OpenAICompatible("stranger", f"http://{generator._child.client.host}", "random")
    with pytest.raises(DependencyUnavailable):
        [piece async for piece in stranger.generate(PROMPT)]
    await stranger.close()
    await generator.close()


async def first(generator: LlamaCppChild) -> str:
    async with aclosing(generator.generate(PROMPT)) as pieces:
        return await anext(pieces)


def process_of(generator: LlamaCppChild) -> int:
    assert generator._child is not None
    return generator._child._process.pid


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_start_that_is_given_up_leaves_no_process(model: Path) -> None:
    generator = child(model)
    starting = asyncio.ensure_future(first(generator))
    await asyncio.sleep(0.01)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert await first(generator)
    await generator.close()
