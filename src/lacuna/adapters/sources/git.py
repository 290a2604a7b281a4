"""The files of a git repository at one commit: `lacuna.ports.sources.Source`.

A repository with an address is fetched into a temporary folder, one commit deep, and removed afterwards; one with a
path is read in place. Files are read as they are stored: nothing is checked out, no filter runs. Links, submodules and
hidden files are left out. A file's version is the name of its content (its blob).
"""

import asyncio
import re
import shutil
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from lacuna.adapters.sources.git_program import GitProgram, end
from lacuna.adapters.sources.patterns import wanted
from lacuna.domain.errors import (
    DependencyNonsense,
    DependencyTimeout,
    DependencyUnavailable,
    TooLarge,
    UnreadableDocument,
)
from lacuna.ports.plugins import OptionFault, read_options
from lacuna.ports.sources import Content, Item

MAX_LISTING: Final = 256 << 20
_TRANSPORTS: Final = ("https", "ssh", "file")
_REF: Final = re.compile(r"(?!.*(\.\.|@\{|//))[A-Za-z0-9][A-Za-z0-9._/@+-]{0,200}")
_ENTRY: Final = re.compile(r"(\d{6}) (\w+) ([0-9a-f]{40,64}) +(-|\d+)\t(.*)", re.DOTALL)
_FILES: Final = ("100644", "100755")
_ELSEWHERE: Final = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True, slots=True)
class GitOptions:
    """Either `url` (https, ssh or file) or `path` of a repository; `ref` is a branch, tag or commit; `folder` is where
    to begin. `user` goes with the secret `password`; `ssh_key` names the file of a key without pass phrase."""

    url: str = ""
    path: str = ""
    ref: str = "HEAD"
    folder: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    user: str = "git"
    ssh_key: str = ""
    timeout_s: float = 300.0
    max_mb: int = 2_048

    def __post_init__(self) -> None:
        if bool(self.url) == bool(self.path):
            raise OptionFault("url", "or path must be given, not both")
        if self.path and not Path(self.path).is_absolute():
            raise OptionFault("path", "must be an absolute path")
        if self.url:
            self._check_url()
        if not _REF.fullmatch(self.ref):
            raise OptionFault("ref", "must be the name of a branch or tag, or a commit")
        if not 0 < self.timeout_s <= 3_600:
            raise OptionFault("timeout_s", "must be above 0 and at most 3,600")
        if not 1 <= self.max_mb <= 65_536:
            raise OptionFault("max_mb", "must be 1 to 65,536")
        if self.ssh_key and (not Path(self.ssh_key).is_absolute() or "'" in self.ssh_key):
            raise OptionFault("ssh_key", "must be an absolute path without quotation marks")

    def _check_url(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in _TRANSPORTS or not (parts.path.strip("/") and self.url.isprintable()):
            raise OptionFault("url", f"must be an address that begins with {', '.join(_TRANSPORTS)}://")
        if parts.password is not None or (parts.username is not None and parts.scheme != "ssh"):
            raise OptionFault("url", "must hold no credentials; they stand under secrets")
        if (parts.hostname or "").startswith("-") or " " in self.url:
            raise OptionFault("url", "names no host")


class GitSource:
    """A `Source` of one repository."""

    kind = "git"

    def __init__(self, options: Mapping[str, object], secrets: Mapping[str, str]) -> None:
        """Raises OptionFault."""
        self._options = read_options(options, GitOptions)
        if not set(secrets) <= {"password"}:
            raise OptionFault("secrets", "may hold password and nothing else")
        self._password = secrets.get("password", "")
        self._place = self._options.url or Path(self._options.path).as_uri()
        self._name = self._place.rstrip("/").rpartition("/")[2].removesuffix(".git")
        self._below = self._options.folder.strip("/")
        self._wanted = wanted(self._options.include, self._options.exclude)
        self._temporary: Path | None = None
        self._program: GitProgram | None = None
        self._reader: Process | None = None
        self._one_at_a_time = asyncio.Lock()

    @property
    def identity(self) -> str:
        return "\0".join(["git", self._place, self._options.ref, self._below])

    async def items(self) -> AsyncIterator[Item]:
        """In the order of their paths."""
        program = await self._opened()
        ref = "FETCH_HEAD" if self._options.url else self._options.ref
        named = await program.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        commit = named.decode().strip()
        below = ("--", f"{self._below}/") if self._below else ()
        listing = await program.run(
            "ls-tree", "-r", "-z", "--long", "--full-tree", commit, *below, max_output=MAX_LISTING
        )
        for entry in filter(None, listing.split(b"\0")):
            mode, kind, blob, _, raw = self._parsed(entry)
            path = raw.encode("utf-8", "surrogateescape")
            if kind != "blob" or mode not in _FILES or not self._taken(raw):
                continue
            label = f"{self._name}/{raw}@{commit[:12]}"
            shown = label if label.isprintable() else ascii(label)[1:-1]
            uri = f"git+{self._place}@{self._options.ref}#{quote(path)}"
            yield Item(uri, shown, raw.rpartition("/")[2], blob)

    async def fetch(self, item: Item, max_bytes: int) -> Content:
        """The file as it is in the commit that was listed."""
        async with self._one_at_a_time:
            try:
                async with asyncio.timeout(self._options.timeout_s):
                    data = await self._blob(item.version, max_bytes)
            except TimeoutError:
                await self._end_reader()
                raise DependencyTimeout("git did not answer in time.", cure="Try again.") from None
            except BaseException:
                await self._end_reader()  # it may stand in the middle of a file
                raise
        if data.startswith(_ELSEWHERE):
            raise UnreadableDocument("The file is kept outside the repository (Git LFS).", cure="Ingest it from there.")
        return Content(data, item.version)

    async def close(self) -> None:
        """Removes what was fetched."""
        await self._end_reader()
        temporary, self._temporary, self._program = self._temporary, None, None
        if temporary is not None:
            await asyncio.to_thread(shutil.rmtree, temporary, ignore_errors=True)

    def _parsed(self, entry: bytes) -> tuple[str, ...]:
        match = _ENTRY.fullmatch(entry.decode("utf-8", "surrogateescape"))
        if match is None:
            raise DependencyNonsense("git listed something unknown.", cure="Use git 2.31 or later.")
        return match.groups()

    def _taken(self, path: str) -> bool:
        within = path.removeprefix(f"{self._below}/") if self._below else path
        return not any(part.startswith(".") for part in within.split("/")) and self._wanted(within)

    async def _opened(self) -> GitProgram:
        """Git in the repository; where it has an address, newly fetched."""
        await self.close()
        options = self._options
        folder = Path(options.path)
        if options.url:
            folder = self._temporary = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="lacuna-git-"))
        self._program = GitProgram(
            folder,
            transport=urlsplit(options.url).scheme,
            user=options.user,
            password=self._password,
            ssh_key=options.ssh_key,
            timeout_s=options.timeout_s,
            max_mb=options.max_mb,
        )
        await self._program.check()
        if options.url:
            await self._program.run("init", "--quiet", "--bare")
            await self._program.run(
                "fetch",
                "--quiet",
                "--depth=1",
                "--no-tags",
                "--no-recurse-submodules",
                "--end-of-options",
                options.url,
                options.ref,
            )
        return self._program

    async def _blob(self, name: str, max_bytes: int) -> bytes:
        if self._program is None:
            raise DependencyUnavailable("The repository was not listed before.", cure="Run it again.")
        if self._reader is None:
            self._reader = await self._program.start("cat-file", "--batch")
        requests, replies = self._reader.stdin, self._reader.stdout
        assert requests is not None and replies is not None  # noqa: S101, PT018  both are pipes
        try:
            requests.write(f"{name}\n".encode())
            await requests.drain()
            head = (await replies.readline()).split()
            if len(head) != 3 or head[1] != b"blob":
                raise DependencyUnavailable("git does not find a file it listed.", cure="Run it again.")
            size = int(head[2])
            if size > max_bytes:
                raise TooLarge(
                    f"The file is larger than {max_bytes:,} bytes.", cure="Split it or raise ingest.max_file_bytes."
                )
            return (await replies.readexactly(size + 1))[:-1]
        except (OSError, asyncio.IncompleteReadError, ValueError):
            raise DependencyUnavailable("git broke off.", cure="Check the repository with `git fsck`.") from None

    async def _end_reader(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            await end(reader)
