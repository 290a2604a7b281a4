"""llama.cpp's own server (package `xllamacpp`) in a child process, with a model written on the spot.

Run as a module, it is that child: `python -m lacuna.testing.servers.llama MODEL PORT`.
"""

import asyncio
import socket
import sys
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import aiohttp

from lacuna.testing.servers.gguf_model import CONTEXT, write_model

START_SECONDS: Final = 30.0


class LlamaServer:
    """An async context manager around the child; `kill` ends it without warning."""

    def __init__(self, folder: Path) -> None:
        self._model = folder / "random.gguf"
        self._process: asyncio.subprocess.Process | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        write_model(self._model)
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "lacuna.testing.servers.llama",
            str(self._model),
            str(port),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._ready(self._process)
        except BaseException:
            await self.kill()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.kill()

    async def kill(self) -> None:
        """Ends the child at once and waits until it is gone."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def _ready(self, process: asyncio.subprocess.Process) -> None:
        async with aiohttp.ClientSession() as session:
            while True:
                if process.returncode is not None:
                    raise RuntimeError(f"the llama.cpp server ended at its start with {process.returncode}")
                try:
                    async with session.get(f"{self.url}/health") as response:
                        if response.status == 200:
                            return
                except aiohttp.ClientConnectionError:
                    pass
                await asyncio.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main(model: str, port: int) -> None:
    """Serves until standard input ends, which it also does when the parent dies."""
    from xllamacpp import CommonParams, Server

    parameters = CommonParams()
    parameters.model.path = model
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = port
    parameters.n_ctx = CONTEXT
    parameters.n_parallel = 2
    parameters.cpuparams.n_threads = 1
    parameters.warmup = False
    serving = Server(parameters)
    sys.stdin.buffer.read()
    del serving


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
