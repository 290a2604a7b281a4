"""Every page: its examples run, the commands it names exist, its links lead somewhere."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.docs.blocks import MARKS, Page, shell_lines
from tests.docs.commands import faults, invocations, mentioned, unknown
from tests.docs.scripts import run, script

SHELLS = {"bash", "console", "sh", "shell"}


@pytest.mark.slow
def test_marked_examples_run(page: Page, tmp_path: Path, root: Path) -> None:
    text = script(page)
    if not text:
        return
    outcome = run(text, tmp_path, root)
    assert outcome.status == 0, outcome.output


def test_marks_are_known(page: Page) -> None:
    assert [block.place for block in page.blocks if block.mark and block.mark not in MARKS] == []


def test_command_lines_exist(page: Page, tree: Any) -> None:
    wrong = [
        f"{block.place}: {fault}"
        for block in page.blocks
        if block.language in SHELLS
        for line in shell_lines(block)
        for arguments in invocations(line)
        for fault in faults(tree, arguments)
    ]
    assert wrong == []


def test_commands_named_in_prose_exist(page: Page, tree: Any) -> None:
    wrong = [
        f"{place}: `lacuna {' '.join(path)}`: there is no {word}"
        for place, code in page.inline_code()
        for path in mentioned(code)
        if (word := unknown(tree, path))
    ]
    assert wrong == []


def test_json_examples_parse(page: Page) -> None:
    for block in page.blocks:
        if block.language == "json":
            try:
                json.loads(block.text)
            except ValueError as error:
                pytest.fail(f"{block.place}: {error}")


def test_relative_links_resolve(page: Page, every_page: list[Page], root: Path) -> None:
    anchors = {other.name: other.anchors() for other in every_page}
    wrong = []
    for place, target in page.links():
        if "://" in target or target.startswith("mailto:"):
            continue
        name, _, fragment = target.partition("#")
        path = (root / page.name).parent / name if name else root / page.name
        if not path.exists():
            wrong.append(f"{place}: {target}: there is no such file")
        elif fragment and path.suffix == ".md":
            other = path.resolve().relative_to(root).as_posix()
            if fragment not in anchors.get(other, set()):
                wrong.append(f"{place}: {target}: there is no such heading")
    assert wrong == []


def test_the_readme_begins_with_the_two_commands(every_page: list[Page]) -> None:
    [readme] = [page for page in every_page if page.name == "README.md"]
    lines = [line for block in readme.blocks if block.language in SHELLS for line in shell_lines(block)]
    commands = [line.partition("#")[0].strip() for line in lines]
    assert [command for command in commands if command.startswith("python3 make.py")][:2] == [
        "python3 make.py demo",
        "python3 make.py check",
    ]
