"""A real nginx on a free port of the loopback interface, for tests: a reverse proxy in front of a server."""

import os
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

_START_SECONDS = 20.0
_MAIN = """\
daemon off;
master_process off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
{server}
  }}
}}
"""


class NginxServer:
    """`program` is nginx, `server` what stands inside its `server` block."""

    def __init__(self, program: Path, folder: Path, server: str) -> None:
        self._program = program
        self._folder = folder
        self._server = server
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        file = self._folder / "nginx.conf"
        file.write_text(_MAIN.format(folder=self._folder, port=self.port, server=self._server), encoding="utf-8")
        command = [str(self._program), "-p", str(self._folder), "-c", str(file)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    return self
            except OSError:
                time.sleep(0.02)
        self._process.kill()
        log = self._folder / "error.log"
        raise RuntimeError("nginx did not start: " + (log.read_text(encoding="utf-8") if log.exists() else os.devnull))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait(timeout=10)
