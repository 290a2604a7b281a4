"""Commands start without importing what they do not use."""

import subprocess
import sys

import pytest
import typer

from lacuna.cli.app import app, tree
from lacuna.cli.by_name import CommandsByName, NamedCommand

HEAVY = {"numpy", "fastapi", "uvicorn", "aiohttp", "cryptography", "pydantic", "ruamel", "asyncio", "structlog", "re2"}
"""What serving or answering takes, and none of the cheap commands."""


def imported(*arguments: str) -> set[str]:
    """The modules that a process has imported when the command ends."""
    script = (
        "import sys\n"
        "from lacuna.cli.app import main\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        "    print('imported:', *sorted(sys.modules), file=sys.stderr)\n"
    )
    command = [sys.executable, "-c", script, *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return set(ended.stderr.rpartition("imported:")[2].split())


@pytest.mark.parametrize("arguments", [("--version",), ("--help",)])
def test_a_command_that_needs_nothing_imports_nothing_heavy(arguments: tuple[str, ...]) -> None:
    modules = imported(*arguments)
    assert not modules & HEAVY
    assert {name for name in modules if name.startswith("lacuna.cli.")} == {"lacuna.cli.app", "lacuna.cli.by_name"}


def test_help_shows_each_command_with_its_own_first_line() -> None:
    named = typer.main.get_command(app)
    assert isinstance(named, CommandsByName)
    for name, command in tree().commands.items():
        stand_in = named.commands[name]
        assert isinstance(stand_in, NamedCommand)
        assert command.name == name
        first = (command.help or "").split("\n\n")[0].replace("\n", " ")
        assert stand_in.help == first
