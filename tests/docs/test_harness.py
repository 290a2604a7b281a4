"""The harness itself: what it finds in a page and what it refuses."""

import subprocess
import time
from pathlib import Path

import pytest
import typer

from tests.docs.blocks import Page, read_page, shell_lines
from tests.docs.commands import faults, invocations, mentioned, unknown
from tests.docs.scripts import run, script


def page_of(folder: Path, text: str) -> Page:
    path = folder / "page.md"
    path.write_text(text)
    return read_page(path, folder)


def is_running(process: int) -> bool:
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False
    ).stdout
    return bool(state.strip()) and not state.startswith("Z")


@pytest.fixture
def sample_tree() -> object:
    app = typer.Typer()
    audit = typer.Typer()
    app.add_typer(audit, name="audit")

    @app.command()
    def ask(question: str, top_k: int = 5, json: bool = False) -> None: ...

    @audit.command()
    def verify() -> None: ...

    @audit.command()
    def show(record: str) -> None: ...

    return typer.main.get_command(app)


def test_blocks_carry_language_mark_and_line(tmp_path: Path) -> None:
    page = page_of(tmp_path, "# T\n\n<!-- runs -->\n```bash\nls\n```\n\n1. item\n   ```json\n   {}\n   ```\n")
    first, second = page.blocks
    assert (first.language, first.mark, first.line, first.text) == ("bash", "runs", 4, "ls\n")
    assert (second.language, second.mark, second.text) == ("json", "", "{}\n")


def test_a_fence_inside_a_longer_fence_is_text(tmp_path: Path) -> None:
    [block] = page_of(tmp_path, "````text\n```bash\nlacuna nonsense\n```\n````\n").blocks
    assert block.language == "text"


def test_links_and_inline_code_are_read_outside_blocks_only(tmp_path: Path) -> None:
    page = page_of(tmp_path, "see [a](b.md#c) and `[no](link)`\n```text\n[d](e.md) `f`\n```\n")
    assert [target for _, target in page.links()] == ["b.md#c"]
    assert [code for _, code in page.inline_code()] == ["[no](link)"]


def test_console_blocks_run_their_prompted_lines_only(tmp_path: Path) -> None:
    [block] = page_of(tmp_path, "```console\n$ lacuna ask \\\n    hello\nsome output\n$ ls\n```\n").blocks
    assert [line.split() for line in shell_lines(block)] == [["lacuna", "ask", "hello"], ["ls"]]


@pytest.mark.parametrize(
    ("line", "calls"),
    [
        ("LACUNA_LOG_LEVEL=debug lacuna ask 'a; b' | jq .answer", [["ask", "a; b"]]),
        (".venv/bin/lacuna audit verify && python3 -m lacuna ask x > out.txt", [["audit", "verify"], ["ask", "x"]]),
        ("lacuna ask x 2>/dev/null &", [["ask", "x"]]),
        ("echo lacuna ask", []),
        ('curl -d \'{"query": "x"}\' http://127.0.0.1:8000/api/v1/query  # lacuna nonsense', []),
    ],
)
def test_calls_are_found_in_shell_lines(line: str, calls: list[list[str]]) -> None:
    assert list(invocations(line)) == calls


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask", "x", "--top-k", "3", "--json"],
        ["ask", "--top-k=3", "x"],
        ["audit", "verify"],
        ["--help"],
        ["audit", "--help"],
    ],
)
def test_right_command_lines_pass(sample_tree: object, arguments: list[str]) -> None:
    assert faults(sample_tree, arguments) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["asks"], "no command asks"),
        (["ask", "--top"], "no option --top"),
        (["ask", "--top-k"], "needs a value"),
        (["audit"], "needs a command"),
        (["audit", "ask"], "no command ask"),
    ],
)
def test_wrong_command_lines_are_named(sample_tree: object, arguments: list[str], said: str) -> None:
    [fault] = faults(sample_tree, arguments)
    assert said in fault


def test_commands_in_prose_are_checked_with_their_alternatives(sample_tree: object) -> None:
    paths = mentioned("lacuna audit verify|shows [TEXT]")
    assert [unknown(sample_tree, path) for path in paths] == ["", "shows"]
    assert mentioned("lacuna.domain") == []
    assert mentioned("lacuna --version") == []


def test_marked_blocks_of_a_page_share_a_folder(tmp_path: Path) -> None:
    page = page_of(
        tmp_path,
        "<!-- runs -->\n```bash\necho one > file\n```\n```bash\nfalse\n```\n"
        "<!-- runs -->\n```python\nprint(open('file').read())\n```\n",
    )
    folder = tmp_path / "run"
    folder.mkdir()
    outcome = run(script(page), folder, tmp_path)
    assert (outcome.status, outcome.output.strip()) == (0, "one")


def test_a_failing_block_is_named(tmp_path: Path) -> None:
    page = page_of(tmp_path, "<!-- runs -->\n```bash\ntrue\n```\n\n<!-- runs -->\n```bash\nfalse\n```\n")
    folder = tmp_path / "run"
    folder.mkdir()
    outcome = run(script(page), folder, tmp_path)
    assert outcome.status != 0
    assert "page.md:7" in outcome.output


def test_what_a_page_leaves_running_is_ended(tmp_path: Path) -> None:
    page = page_of(tmp_path, "<!-- runs -->\n```bash\nsleep 60 & echo $! > pid\n```\n")
    folder = tmp_path / "run"
    folder.mkdir()
    assert run(script(page), folder, tmp_path).status == 0
    left = int((folder / "pid").read_text())
    while is_running(left):  # the signal is sent, its arrival is up to the system
        time.sleep(0.01)


def test_a_block_that_cannot_run_may_not_be_marked(tmp_path: Path) -> None:
    page = page_of(tmp_path, "<!-- runs -->\n```text\nls\n```\n")
    with pytest.raises(ValueError, match="cannot be marked"):
        script(page)
