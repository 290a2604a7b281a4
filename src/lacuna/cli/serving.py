"""`lacuna dev`, `lacuna serve`, `lacuna migrate`."""

from typing import Annotated

import typer
from rich.markup import escape

from lacuna.cli.output import AsJson, DataDir, err, out, overrides, print_json, run

Port = Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")]

BANNER = """\
[bold]Lacuna development mode[/]
  [bold yellow]Authentication is off.[/] Every request is made by dev-user, an administrator. Loopback only.
  No external service is used; answers are extracted from your documents unless an LLM is configured.
  Data folder: {folder}    Strategy: {strategy}"""


def dev_command(
    port: Port = None,
    host: Annotated[str, typer.Option(help="Loopback address to listen on.")] = "127.0.0.1",
    data_dir: DataDir = None,
) -> None:
    """Serve on this machine only, without authentication and without any other service."""
    from lacuna import server
    from lacuna.config import load, production_settings
    from lacuna.domain.errors import ConfigError

    loaded = load(overrides(data_dir, server__host=host, server__port=port))
    production = production_settings(loaded.settings)
    if production:
        raise ConfigError(
            "Development mode refuses to run with production settings.",
            cure="Run `lacuna serve`, or take these settings away.",
            problems=production,
        )
    settings = loaded.settings
    folder = escape(str(settings.storage.data_path))
    banner = BANNER.format(folder=folder, strategy=settings.classification.strategy)
    err.print(banner)
    for warning in loaded.warnings:
        err.print(f"  warning: {warning}", markup=False)

    def ready(address: str) -> None:
        err.print(f"  Listening on {address}   API documentation: {address}/docs   Stop with Ctrl+C")

    server.run(loaded, development=True, ready=ready)


def serve_command(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Port = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that answer requests.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Serve with authentication (API key from LACUNA_API_KEY)."""
    from lacuna import server
    from lacuna.wiring.vault import load_with_secrets

    loaded = load_with_secrets(overrides(data_dir, server__host=host, server__port=port, server__workers=workers))
    server.run(loaded, development=False, ready=lambda address: err.print(f"Listening on {address}"))


def migrate_command(
    data_dir: DataDir = None,
    app_role: Annotated[
        str | None,
        typer.Option(help="Role of PostgreSQL that gets the rights to serve, but none to change the ledger."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Bring the databases up to this version; opening them does the same, where the user may."""
    from lacuna.wiring.build import open_application
    from lacuna.wiring.storage import grant_rights
    from lacuna.wiring.vectors import grant_passages

    async def work() -> str:
        async with open_application(overrides(data_dir)) as application:
            settings = application.loaded.settings
        stored = settings.storage
        if app_role is not None:
            await grant_rights(stored, app_role)
            await grant_passages(settings, stored.data_path, app_role)
        return str(stored.data_path)

    folder = run(work)
    if as_json:
        granted = {} if app_role is None else {"app_role": app_role}
        print_json({"data_path": folder, "status": "current", **granted})
        return
    out.print(f"The databases in {folder} are current.", markup=False)
    if app_role is not None:
        out.print(f"The role {app_role} may serve, and may not change the ledger.", markup=False)
