"""llama.cpp in a child process (package `xllamacpp`, extra `local-llm`), with a model from a GGUF file.

Promise: a `Generator` that needs no service. The child is llama.cpp's own server on a loopback port that the system
picks, behind a key that only this process knows; it is started with the first answer, has an empty environment and no
network of its own accord, computes with a bounded number of threads, and ends with this process, however that ends. An
answer that is left is stopped there; a child that does not answer in time, or has died, is killed, and the next answer
starts another. The wire is that of `openai.py`.
"""

import asyncio
import contextlib
import json
import secrets
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import aclosing
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from lacuna.adapters.llm.openai import OpenAICompatible
from lacuna.domain.errors import ConfigError, DependencyTimeout, DependencyUnavailable
from lacuna.ports.llm import Prompt

START_TIMEOUT_S: Final = 120.0
"""For reading the model."""

_ENVIRONMENT: Final = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


class LlamaCppChild:
    """See the module."""

    name = "xllamacpp"
    host = ""

    def __init__(
        self,
        model_path: Path,
        model: str,
        *,
        threads: int = 2,
        context_tokens: int = 8_192,
        timeout_s: float = 60.0,
        max_tokens: int = 1024,
    ) -> None:
        """Raises ConfigError where the package is not installed."""
        if find_spec("xllamacpp") is None:
            raise ConfigError(
                "llm.backend is xllamacpp, but the package is not installed.", cure="pip install 'lacuna[local-llm]'"
            )
        self._path = model_path.absolute()
        self._model = model
        self._wanted = {"model": str(self._path), "threads": threads, "context": context_tokens}
        self._timeout_s = timeout_s
        self._max_tokens = max_tokens
        self._starting = asyncio.Lock()
        self._child: _Child | None = None

    @property
    def model(self) -> str:
        return self._model

    async def generate(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        """The model's answer as it arrives. Raises TooLarge or a DependencyError."""
        child = await self._running()
        try:
            async with aclosing(child.client.generate(prompt)) as pieces:
                async for piece in pieces:
                    yield piece
        except (DependencyTimeout, DependencyUnavailable):
            await self._end(child)
            raise

    async def check(self) -> None:
        """Raises a DependencyError where the file is gone or the child does not answer; one that was not needed yet is
        not started."""
        if not self._path.is_file():
            raise DependencyUnavailable("The model file is gone.", cure="Put it back, or name another model_path.")
        if self._child is not None:
            await self._child.client.check()

    async def close(self) -> None:
        if self._child is not None:
            await self._end(self._child)

    async def _running(self) -> "_Child":
        async with self._starting:
            if self._child is None or not self._child.alive:
                if self._child is not None:
                    await self._end(self._child)
                self._child = await _Child.start(self._wanted, self._model, self._timeout_s, self._max_tokens)
            return self._child

    async def _end(self, child: "_Child") -> None:
        if self._child is child:
            self._child = None
        await child.end()


class _Child:
    """One child and the client for it."""

    def __init__(self, process: Process, client: OpenAICompatible) -> None:
        self._process = process
        self.client = client

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    @classmethod
    async def start(cls, wanted: dict[str, object], model: str, timeout_s: float, max_tokens: int) -> "_Child":
        """A child that has read its model. Raises DependencyUnavailable or DependencyTimeout."""
        key = secrets.token_hex(16)
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-X", "utf8", "-m", "lacuna.adapters.llm.xllamacpp_child"),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                env=_ENVIRONMENT,
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            raise DependencyUnavailable(
                f"llama.cpp could not be started (error {error.errno}).", cure="Free memory or processes."
            ) from None
        try:
            address = await _address(process, {**wanted, "key": key})
        except BaseException:
            await _killed(process)
            raise
        client = OpenAICompatible("xllamacpp", address, model, api_key=key, timeout_s=timeout_s, max_tokens=max_tokens)
        return cls(process, client)

    async def end(self) -> None:
        """Kills the child and waits until it is gone. May be called twice."""
        await self.client.close()
        await _killed(self._process)


async def _address(process: Process, wanted: dict[str, object]) -> str:
    """Where the child listens, once it does."""
    assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018  both are pipes
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            process.stdin.write(json.dumps(wanted).encode() + b"\n")
            await process.stdin.drain()
            line = await process.stdout.readline()
    except TimeoutError:
        raise DependencyTimeout("llama.cpp did not start in time.", cure="Use a smaller model.") from None
    except OSError:
        line = b""
    if not line.startswith(b"http://127.0.0.1:"):
        raise DependencyUnavailable(
            "llama.cpp ended while it started.", cure="Check that the file is a GGUF model that fits into memory."
        )
    return line.decode("ascii").strip()


async def _killed(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    if process.stdin is not None:
        process.stdin.close()
        with contextlib.suppress(OSError):
            await process.stdin.wait_closed()
    await process.wait()
