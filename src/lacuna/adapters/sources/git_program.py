"""The `git` program, run so that nothing in a repository can make it do more than read.

Guarantees: no configuration but ours is read (save that of a repository which is read in place, of which hooks, file
system monitors and credential helpers are switched off), nothing asks for a password, no transport but the one that is
configured works, redirects are not followed, nothing is checked out, time, output and the size of files are bounded.
"""

import asyncio
import base64
import contextlib
import os
import re
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from lacuna.domain.errors import DependencyError, DependencyNonsense, DependencyTimeout, DependencyUnavailable

OLDEST: Final = (2, 31)
_BOUNDED: Final = 'ulimit -f "$0" && exec git "$@"'
_BLOCK: Final = 512
_SETTINGS: Final = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "credential.helper": "",
    "gc.auto": "0",
    "http.followRedirects": "false",
    "maintenance.auto": "false",
    "protocol.allow": "never",
    "submodule.recurse": "false",
}


class GitProgram:
    """Runs git in `folder`. `transport` is the one that fetching may use, "" for none; `password` is sent to https
    servers, `ssh_key` names the file of a key. No file that git writes grows beyond `max_mb`."""

    def __init__(
        self,
        folder: Path,
        *,
        transport: str,
        user: str,
        password: str,
        ssh_key: str,
        timeout_s: float,
        max_mb: int,
    ) -> None:
        self._folder = folder
        self._timeout_s = timeout_s
        self._blocks = str(max_mb * (1 << 20) // _BLOCK)
        settings = {**_SETTINGS, "safe.directory": str(folder)}
        if transport:
            settings[f"protocol.{transport}.allow"] = "always"
        if password:
            credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
            settings["http.extraHeader"] = f"Authorization: Basic {credentials}"
        self._environment = _environment(settings, ssh_key)

    async def check(self) -> None:
        """Raises DependencyUnavailable where git is too old to take settings from the environment: it would run
        without them."""
        said = re.search(rb"(\d+)\.(\d+)", await self.run("version"))
        if said is None or (int(said[1]), int(said[2])) < OLDEST:
            raise DependencyUnavailable("git is too old.", cure=f"Install git {'.'.join(map(str, OLDEST))} or later.")

    async def run(self, *arguments: str, max_output: int = 1 << 20) -> bytes:
        """What the command prints. Raises a DependencyError that says nothing of it."""
        process = await self.start(*arguments)
        try:
            async with asyncio.timeout(self._timeout_s):
                assert process.stdout is not None  # noqa: S101  it is a pipe
                printed = bytearray()
                while piece := await process.stdout.read(1 << 16):
                    printed += piece
                    if len(printed) > max_output:
                        raise DependencyNonsense("The repository lists too much.", cure="Narrow `folder`.")
                code = await process.wait()
        except TimeoutError:
            raise DependencyTimeout(
                f"git did not finish within {self._timeout_s:g} s.", cure="Try again, or raise timeout_s."
            ) from None
        finally:
            await end(process)
        if code != 0:
            raise _failed(arguments[0], code)
        return bytes(printed)

    async def start(self, *arguments: str) -> Process:
        """The command with pipes for input and output. Raises DependencyUnavailable where there is no git."""
        command = ("/bin/sh", "-c", _BOUNDED, self._blocks, "-C", str(self._folder), "--no-pager", *arguments)
        try:
            return await asyncio.create_subprocess_exec(
                *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=self._environment, start_new_session=True
            )
        except OSError as error:
            raise DependencyUnavailable(
                f"git could not be started: {error.strerror}.", cure="Install git, or free memory."
            ) from None


async def end(process: Process) -> None:
    """Ends the program if it still runs, with what it started, and waits."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, 9)
    if process.stdin is not None:
        process.stdin.close()
        with contextlib.suppress(OSError):
            await process.stdin.wait_closed()
    await process.wait()


def _environment(settings: Mapping[str, str], ssh_key: str) -> dict[str, str]:
    """Settings go by the environment: command lines can be read by every user of the machine."""
    ssh = "ssh -oBatchMode=yes -oStrictHostKeyChecking=yes -oConnectTimeout=15"
    if ssh_key:
        ssh += f" -oIdentitiesOnly=yes -i '{ssh_key}'"
    environment = {
        "PATH": os.defpath,
        "LC_ALL": "C",
        "HOME": "/nonexistent",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "/bin/false",
        "SSH_ASKPASS": "/bin/false",
        "GIT_SSH_COMMAND": ssh,
        "GIT_CONFIG_COUNT": str(len(settings)),
    }
    for number, (key, value) in enumerate(settings.items()):
        environment[f"GIT_CONFIG_KEY_{number}"] = key
        environment[f"GIT_CONFIG_VALUE_{number}"] = value
    return environment


def _failed(command: str, code: int) -> DependencyError:
    if code == 127:
        return DependencyUnavailable("There is no git here.", cure="Install the package git.")
    return DependencyUnavailable(
        f"git {command} failed with exit code {code}.",
        cure="Check address, ref and credentials of the source; `git ls-remote` with the same address shows more.",
    )
