"""Makes and keeps the virtual environment in `.venv`.

Promise: after `Environment.ensure(level)` the environment holds every package of that level at its pinned, hash-checked
version, and Lacuna itself in editable form. It costs nothing when nothing changed (a stamp tells), needs no network
then, repairs an interrupted set-up, and works where Debian's python3 comes without ensurepip. Where packages come from
is left to pip's own configuration.
"""

import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

LEVELS: Final = {
    "run": ("build", "run", "model"),
    "dev": ("build", "dev", "model"),
}
"""The requirement files of each level. `dev` contains everything that `run` does."""

_LEAKS: Final = (
    "PYTHONPATH",
    "PYTHONHOME",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_ROOT",
    "VIRTUAL_ENV",
    "PYTHONDONTWRITEBYTECODE",  # every one of the hundreds of processes of a check would compile all sources anew
)
_PIP_OPTIONS: Final = ("--disable-pip-version-check", "--no-input", "--quiet", "--quiet")


class SetupError(Exception):
    """Set-up cannot go on; the text says why and what to do."""


def child_environment(binaries: Path) -> dict[str, str]:
    """The caller's environment without what would make a child use other packages than those of `.venv`, or compile
    its sources at each start."""
    environment = {name: value for name, value in os.environ.items() if name not in _LEAKS}
    environment["PATH"] = str(binaries) + os.pathsep + environment.get("PATH", os.defpath)
    environment |= {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PYTHONNOUSERSITE": "1"}
    return environment


class Environment:
    """The virtual environment of the checkout at `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.binaries = self.folder / ("Scripts" if os.name == "nt" else "bin")
        self.python = self.binaries / ("python.exe" if os.name == "nt" else "python")
        self._stamp = self.folder / "lacuna-setup.json"
        self._unfinished = self.folder / "lacuna-setup-unfinished"
        self._locks: tuple[int, ...] = ()

    def ensure(self, level: str) -> None:
        """Brings the environment to `level`. Raises SetupError."""
        if self._is_current(level):
            return
        with self._lock():
            if self._is_current(level):  # another process was faster
                return
            print(f"Setting up {self.folder} ({level}); the first time takes a minute or two.", flush=True)
            if self._needs_rebuild():
                self._remove()
            if not self.python.exists():
                self._create()
            self._unfinished.touch()
            self._stamp.unlink(missing_ok=True)
            self._install(level)
            self._write_stamp(level)
            self._unfinished.unlink()

    def run(self, command: Sequence[str]) -> int:
        """Runs `python COMMAND` of the environment at the root of the checkout; its exit status."""
        environment = child_environment(self.binaries)
        return subprocess.call([str(self.python), *command], cwd=self.root, env=environment)

    def fingerprint(self, level: str) -> str:
        """Changes whenever an environment of this level would come out different: other requirements, project metadata,
        Python or place (an editable install knows its path)."""
        with (self.root / "pyproject.toml").open("rb") as file:
            project = tomllib.load(file)
        metadata = [project["build-system"], project["project"], project.get("tool", {}).get("hatch", {})]
        digest = hashlib.sha256(json.dumps([metadata, sys.version_info[:3], str(self.root)], default=str).encode())
        for path in self._requirement_files(level):
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def _is_current(self, level: str) -> bool:
        if self._unfinished.exists() or not self.python.exists():
            return False
        try:
            done = json.loads(self._stamp.read_text())
        except (OSError, ValueError):
            return False
        return isinstance(done, dict) and done.get(level) == self.fingerprint(level)

    def _write_stamp(self, level: str) -> None:
        levels = LEVELS if level == "dev" else (level,)
        partial = self._stamp.with_suffix(".part")
        partial.write_text(json.dumps({name: self.fingerprint(name) for name in levels}))
        partial.replace(self._stamp)

    def _needs_rebuild(self) -> bool:
        """An interrupted installation may have left half a package, and an environment of another Python cannot be
        turned into one of this; anything else pip brings up to date in place."""
        if not self.folder.exists():
            return False
        if self._unfinished.exists() or not self.python.exists():
            return True
        question = "import sys, pip; print(sys.version_info[:2])"
        try:
            answer = subprocess.run(
                [str(self.python), "-c", question], capture_output=True, text=True, timeout=60, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return True
        return answer.returncode != 0 or answer.stdout.strip() != str(sys.version_info[:2])

    def _remove(self) -> None:
        if Path(sys.prefix).resolve() == self.folder.resolve():
            raise SetupError(
                "The environment has to be built anew, but make.py is running from it. "
                "Leave it (`deactivate`) and run `python3 make.py` with the system's Python."
            )
        shutil.rmtree(self.folder)

    def _create(self) -> None:
        base = str(getattr(sys, "_base_executable", None) or sys.executable)
        with_pip = importlib.util.find_spec("ensurepip") is not None
        make = [base, "-m", "venv", *([] if with_pip else ["--without-pip"]), str(self.folder)]
        self._step(make, "Creating the virtual environment failed.", "Check free space and rights there.")
        self._unfinished.touch()
        if not with_pip:
            self._borrow_pip(base)

    def _borrow_pip(self, base: str) -> None:
        """Debian's python3 may lack ensurepip but have pip: that one puts the pinned pip into the environment."""
        if importlib.util.find_spec("pip") is None:
            raise SetupError(
                f"{base} has neither ensurepip nor pip. Install one of them "
                "(Debian and Ubuntu: apt install python3-venv; Fedora: dnf install python3-pip) and run this again."
            )
        version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        target = self.folder / "lib" / version / "site-packages"
        requirements = str(self.root / "requirements" / "build.txt")
        command = [base, "-m", "pip", "install", *_PIP_OPTIONS, "--target", str(target)]
        command += ["--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", requirements]
        self._step(command, "Installing pip into the environment failed.", _NETWORK_CURE)

    def _install(self, level: str) -> None:
        pip = [str(self.python), "-m", "pip", "install", *_PIP_OPTIONS]
        for path in self._requirement_files(level):
            locked = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(path)]
            self._step([*pip, *locked], f"Installing {path.name} failed.", _NETWORK_CURE)
        editable = ["--no-deps", "--no-build-isolation", "--editable", str(self.root)]
        self._step([*pip, *editable], "Installing Lacuna itself failed.", "Check pyproject.toml.")

    def _step(self, command: Sequence[str], failure: str, cure: str) -> None:
        environment = child_environment(self.binaries)
        try:
            status = subprocess.call(list(command), cwd=self.root, env=environment, pass_fds=self._locks)
        except OSError as error:
            raise SetupError(f"{failure} {error}. {cure}") from error
        if status != 0:
            raise SetupError(f"{failure} {cure}")

    def _requirement_files(self, level: str) -> list[Path]:
        return [self.root / "requirements" / f"{name}.txt" for name in LEVELS[level]]

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        """One set-up at a time. Held by this process and the pip that it started, so nothing stale stays behind and a
        pip whose make.py was killed is waited for. No lock where there is no fcntl."""
        if os.name == "nt":
            yield
            return
        import fcntl

        with (self.root / ".setup.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self._locks = (file.fileno(),)
            try:
                yield
            finally:
                self._locks = ()


_NETWORK_CURE: Final = (
    "The lines above say why. The first set-up needs a package index: check the network and pip's configuration "
    "(`python3 -m pip config list`), then run the same command again; it repairs what is unfinished."
)
