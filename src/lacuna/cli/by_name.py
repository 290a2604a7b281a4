"""Commands that are known by name and imported when they are called.

Promise: the tree of commands costs the import of none of them. Its help and shell completion know each command's name
and line of help from the table in `lacuna.cli.app`, which tests/cli/test_start.py holds against the commands
themselves. What it leaves to others: parsing and running, which are typer's, by the command that was imported.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup


class Place(NamedTuple):
    """Where a command is: the module in lacuna.cli, the function or typer application in it, and its line of help."""

    module: str
    attribute: str
    help: str


class NamedCommand(TyperCommand):
    """Stands for a command until it is called."""

    def __init__(self, name: str, place: Place) -> None:
        super().__init__(name, help=place.help)
        self._place = place

    def load(self) -> Any:
        """The command itself, imported: a TyperCommand or a TyperGroup."""
        found = getattr(import_module(f"lacuna.cli.{self._place.module}"), self._place.attribute)
        parent = typer.Typer(add_completion=False)
        if isinstance(found, typer.Typer):
            parent.add_typer(found, name=self.name)
        else:
            parent.command(self.name)(found)
        [command] = typer.main.get_group(parent).commands.values()
        return command

    def make_context(self, *args: Any, **more: Any) -> Any:
        """The context of the command itself, which parses the arguments and runs."""
        return self.load().make_context(*args, **more)


class CommandsByName(TyperGroup):
    """A group whose commands are in `places`, by name."""

    places: ClassVar[Mapping[str, Place]] = {}

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        for name, place in self.places.items():
            self.add_command(NamedCommand(name, place), name)

    def load_all(self) -> None:
        """Imports every command, for those who walk the tree."""
        for name, each in self.commands.items():
            if isinstance(each, NamedCommand):
                self.commands[name] = each.load()
