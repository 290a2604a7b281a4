"""llama.cpp's own server (package `xllamacpp`) in a child process, with a model written on the spot.

Run as a module, it is that child: `python -m lacuna.testing.servers.llama MODEL PORT`.
"""

import http.client
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from lacuna.testing.servers.gguf_model import CONTEXT, write_model

START_SECONDS: Final = 30.0


class LlamaServer:
    """A context manager around the child; `kill` ends it without warning."""

    def __init__(self, folder: Path) -> None:
        self._model = folder / "random.gguf"
        self._process: subprocess.Popen[bytes] | None = None
        self._port = _free_port()
        self.url = f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        """Returns once the server answers. Raises RuntimeError where it ends, or does not, within START_SECONDS."""
        write_model(self._model)
        command = [sys.executable, "-m", "lacuna.testing.servers.llama", str(self._model), str(self._port)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError("the llama.cpp server did not start")
            time.sleep(0.02)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def kill(self) -> None:
        """Ends the child at once and waits until it is gone."""
        if self._process is not None:
            with self._process as process:  # closes the pipe and waits
                process.kill()
            self._process = None

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


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
