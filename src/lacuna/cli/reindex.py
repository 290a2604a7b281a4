"""`lacuna reindex`."""

from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from lacuna.cli.output import AsJson, DataDir, err, out, overrides, print_json, run


def reindex_command(
    to: Annotated[
        str | None, typer.Option(help="Back end to move to: embedded, pgvector or qdrant (default: vectors.backend).")
    ] = None,
    abort: Annotated[bool, typer.Option("--abort", help="Give up the move that is under way.")] = False,
    app_role: Annotated[str | None, typer.Option(help="Role of PostgreSQL that serves from the new place.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Move all passages to another vector store, or to a fresh one, while a server goes on serving."""
    from lacuna.usecases.reindex import Reindexed
    from lacuna.wiring.build import open_application
    from lacuna.wiring.catalog import back_end

    async def work() -> Reindexed | bool:
        async with open_application(overrides(data_dir)) as application:
            principal, backend = application.cli_principal, to or application.loaded.settings.vectors.backend
            if abort:
                return await application.reindex.abandon(principal)
            back_end("vectors", backend)
            with _progress() as bar:
                task = bar.add_task("documents", total=None)

                def progress(done: int, of: int) -> None:
                    bar.update(task, completed=done, total=of)

                return await application.reindex.run(backend, principal, progress, app_role)

    done = run(work)
    if isinstance(done, bool):
        if as_json:
            print_json({"abandoned": done})
        else:
            out.print("The move was given up." if done else "No move was under way.")
    elif as_json:
        print_json(done)
    else:
        out.print(f"{done.documents:,} documents are in {done.target} now; {done.copied:,} were copied.", markup=False)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=err, transient=True)
