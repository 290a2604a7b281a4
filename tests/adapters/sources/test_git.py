"""A repository is read at one commit, and nothing in it runs, asks or leads elsewhere."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lacuna.adapters.sources.git import GitSource
from lacuna.domain.errors import DependencyError, DependencyUnavailable, UnreadableDocument
from lacuna.ports.plugins import OptionFault
from lacuna.ports.sources import Item
from tests.adapters.sources.repository import commit, git, write


@pytest.fixture
def repository(tmp_path: Path, program: Callable[[str], str]) -> Path:
    program("git")
    folder = tmp_path / "app"
    folder.mkdir()
    git(folder, "init", "-q")
    commit(write(folder))
    return folder


async def listed(options: dict[str, Any], **secrets: str) -> list[Item]:
    source = GitSource(options, secrets)
    try:
        return [item async for item in source.items()]
    finally:
        await source.close()


async def test_only_files_of_the_commit_are_listed_under_their_commit(repository: Path) -> None:
    (repository / ".env").write_text("hidden")
    (repository / "link.md").symlink_to("/etc/passwd")
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{git(repository, 'rev-parse', 'HEAD')},module")
    git(repository, "add", ".env", "link.md")
    git(repository, "commit", "-q", "-m", "odd entries")
    head = git(repository, "rev-parse", "HEAD")
    (repository / "not yet.md").write_text("not committed")
    items = await listed({"path": str(repository)})
    assert [item.label for item in items] == [
        f"app/guide.md@{head[:12]}",
        f"app/sub/plan b.txt@{head[:12]}",
        f"app/sub/z.txt@{head[:12]}",
    ]
    assert items[1].uri == f"git+{repository.as_uri()}@HEAD#sub/plan%20b.txt"


async def test_a_folder_and_patterns_narrow_it(repository: Path) -> None:
    assert [i.filename for i in await listed({"path": str(repository), "folder": "sub"})] == ["plan b.txt", "z.txt"]
    narrow = {"path": str(repository), "include": ["**/*.txt"], "exclude": ["sub/z*"]}
    assert [i.filename for i in await listed(narrow)] == ["plan b.txt"]


async def test_versions_follow_contents_and_uris_stay(repository: Path) -> None:
    before = await listed({"url": repository.as_uri(), "ref": "main"})
    (repository / "guide.md").write_text("another text")
    first = git(repository, "rev-parse", "HEAD")
    commit(repository)
    after = await listed({"url": repository.as_uri(), "ref": "main"})
    assert [i.uri for i in before] == [i.uri for i in after]
    assert [a.version == b.version for a, b in zip(before, after, strict=True)] == [False, True, True]
    assert [i.version for i in await listed({"path": str(repository), "ref": first})] == [i.version for i in before]


async def test_nothing_of_a_repository_runs(repository: Path, tmp_path: Path) -> None:
    mark = tmp_path / "it ran"
    script = repository / ".git" / "hooks" / "post-checkout"
    script.write_text(f"#!/bin/sh\ntouch '{mark}'\n")
    script.chmod(0o755)
    for hook in ("reference-transaction", "pre-auto-gc", "fsmonitor-watchman"):
        os.link(script, script.with_name(hook))
    for key in ("core.fsmonitor", "core.sshCommand", "core.askPass", "core.pager", "credential.helper"):
        git(repository, "config", key, str(script))
    git(repository, "config", "filter.evil.smudge", str(script))
    (repository / ".gitattributes").write_text("*.md filter=evil diff=evil\n")
    git(repository, "add", ".gitattributes")
    git(repository, "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "evil")
    mark.unlink(missing_ok=True)
    for options in ({"path": str(repository)}, {"url": repository.as_uri()}):
        source = GitSource(options, {})
        for item in [item async for item in source.items()]:
            await source.fetch(item, 1_000)
        await source.close()
    assert not mark.exists()


async def test_what_was_fetched_is_removed(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = sorted(os.listdir(tmp_path))
    await listed({"url": repository.as_uri()})
    assert sorted(os.listdir(tmp_path)) == before


async def test_files_kept_elsewhere_are_not_taken_for_their_pointers(repository: Path) -> None:
    (repository / "guide.md").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    commit(repository)
    source = GitSource({"path": str(repository)}, {})
    first = await anext(source.items())
    with pytest.raises(UnreadableDocument):
        await source.fetch(first, 1_000)
    await source.close()


@pytest.mark.parametrize("options", [{"ref": "nowhere"}, {"folder": "nowhere"}])
async def test_what_is_not_there(repository: Path, options: dict[str, Any]) -> None:
    if "ref" in options:
        with pytest.raises(DependencyUnavailable):
            await listed({"path": str(repository)} | options)
    else:
        assert await listed({"path": str(repository)} | options) == []


async def test_a_failing_fetch_says_nothing_of_address_and_credentials(tmp_path: Path) -> None:
    for url in ("https://127.0.0.1:1/team/app.git", "ssh://git@127.0.0.1:1/app.git", "file:///nowhere/app.git"):
        with pytest.raises(DependencyError) as failed:
            await listed({"url": url, "timeout_s": 20.0}, password="tell-nobody")
        assert not {"tell-nobody", "127.0.0.1", "nowhere"} & set(str(failed.value).replace("/", " ").split())


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"url": "https://a/b", "path": "/b"},
        {"path": "relative"},
        {"url": "ext::sh -c touch% /tmp/x"},
        {"url": "http://host/app"},
        {"url": "git://host/app"},
        {"url": "https://user:secret@host/app"},
        {"url": "https://host"},
        {"url": "ssh://-oProxyCommand=touch/app"},
        {"path": "/r", "ref": "--upload-pack=touch"},
        {"path": "/r", "ref": "a..b"},
        {"path": "/r", "ref": "a:b"},
        {"path": "/r", "ssh_key": "/a'b"},
        {"path": "/r", "unknown": 1},
    ],
)
def test_options_that_could_do_harm_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(OptionFault):
        GitSource(options, {})
