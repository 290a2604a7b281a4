"""Every command says what it takes to run it."""

from collections.abc import Iterator

from typer.core import TyperGroup

from lacuna.cli.app import tree
from lacuna.cli.permissions import COMMANDS, OPEN


def commands(group: TyperGroup, path: tuple[str, ...] = ()) -> Iterator[str]:
    for name, each in group.commands.items():
        if isinstance(each, TyperGroup):
            yield from commands(each, (*path, name))
        else:
            yield " ".join((*path, name))


def test_every_command_declares_one_permission_or_that_it_needs_none() -> None:
    assert sorted(commands(tree())) == sorted([*COMMANDS, *OPEN])
    assert not OPEN & COMMANDS.keys()
