"""`lacuna config`: whether the configuration is sound, what is in force, and which folder it comes from.

Prints no secret. Exit codes: 0 sound, 1 faults, 2 wrong usage.
"""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from lacuna.cli.output import AsJson, out, print_json
from lacuna.domain.errors import ConfigError

if TYPE_CHECKING:
    from lacuna.config import Loaded

config_app = typer.Typer(no_args_is_help=True, help="Check and show the configuration.")


@config_app.command()
def validate(as_json: AsJson = False) -> None:
    """Check every file and variable, build the plug-ins, compile and test the policies; list each fault with its place.
    Exits with 1 if any is."""
    from lacuna.config import load
    from lacuna.wiring.plugins import check_plugins
    from lacuna.wiring.policy import validate_policies
    from lacuna.wiring.sources import check_sources

    try:
        loaded = load()
        for each in (loaded, *map(loaded.of, loaded.tenants)):
            check_plugins(each)
            check_sources(each)
            if each.settings.policy.opa_url is None:
                validate_policies(each, None)
    except ConfigError as error:
        if not as_json:
            raise
        print_json({"valid": False, "problems": error.problems, "warnings": [], "unsupported": []})
        raise typer.Exit(1) from None
    if as_json:
        verdict = {"valid": True, "problems": [], "warnings": loaded.warnings, "unsupported": loaded.unsupported}
        print_json(verdict | {"folder": _folder(loaded)})
        return
    for line in loaded.warnings:
        out.print(f"warning: {line}", markup=False)
    for line in loaded.unsupported:
        out.print(f"warning: {line} Until then `lacuna serve` does not start.", markup=False)
    terms = "1 term" if len(loaded.terms) == 1 else f"{len(loaded.terms):,} terms"
    out.print(f"The configuration in {_folder(loaded)} is valid ({terms}).", markup=False)


@config_app.command()
def show(as_json: AsJson = False) -> None:
    """Print every value in force and where it comes from. Secrets are "set" or "not set"."""
    from lacuna.config import load
    from lacuna.config.reference import effective

    loaded = load()
    rows = list(effective(loaded))
    if as_json:
        print_json({"folder": _folder(loaded), "settings": [asdict(row) for row in rows]})
        return
    cells = [(row.key, row.value if isinstance(row.value, str) else json.dumps(row.value), row.source) for row in rows]
    key_width, value_width = (max(len(cell[column]) for cell in cells) for column in (0, 1))
    for key, value, source in cells:
        out.print(f"{key:<{key_width}}  {value:<{value_width}}  {source}", markup=False)


@config_app.command()
def path(as_json: AsJson = False) -> None:
    """Print the folder that the configuration is read from."""
    from lacuna.config import locate
    from lacuna.config.loading import PACKAGED

    folder = locate()
    if as_json:
        print_json({"folder": str(folder or PACKAGED), "packaged": folder is None})
    else:
        out.print(str(folder or PACKAGED), markup=False)


def _folder(loaded: "Loaded") -> str:
    from lacuna.config.loading import PACKAGED

    return str(loaded.folder or PACKAGED)
