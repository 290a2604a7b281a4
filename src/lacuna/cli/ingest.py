"""`lacuna ingest`: files and folders into the store."""

from collections import Counter
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from lacuna.cli.output import AsJson, DataDir, err, out, overrides, print_json, run
from lacuna.domain.errors import InvalidInput
from lacuna.domain.tiers import Tier

if TYPE_CHECKING:
    from lacuna.usecases.upload import Outcome

_STATUSES = ("stored", "replaced", "unchanged", "failed")


def ingest_command(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders.")],
    tier: Annotated[
        str | None, typer.Option(help="What you declare: PUBLIC, INTERNAL or PROPRIETARY. What is found can raise it.")
    ] = None,
    group: Annotated[
        list[str] | None, typer.Option(help="Who may read it above PUBLIC; may be repeated (default: everyone).")
    ] = None,
    title: Annotated[str, typer.Option(help="Title; for a single file.")] = "",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Ingest documents: read, classify, index. Unchanged files are left alone; a broken file does not stop the rest."""
    if title and (len(paths) != 1 or paths[0].is_dir()):
        raise InvalidInput("A title names a single file.", cure="Leave out --title or name one file.")
    outcomes = run(lambda: _ingest(paths, _tier(tier), frozenset(group) if group else None, title, data_dir))
    if as_json:
        print_json({"outcomes": [_row(outcome) for outcome in outcomes], "counts": _counts(outcomes)})
    else:
        _show(outcomes)
    if any(outcome.status == "failed" for outcome in outcomes):
        raise typer.Exit(1)


async def _ingest(
    paths: Sequence[Path], tier: Tier | None, groups: frozenset[str] | None, title: str, data_dir: Path | None
) -> "list[Outcome]":
    from lacuna.usecases.upload import Declared
    from lacuna.wiring.build import open_application

    outcomes = []
    async with open_application(overrides(data_dir), passages_needed=False) as application:
        with _progress() as progress:
            bar = progress.add_task("Ingesting", total=None)

            def counted(count: int) -> None:
                progress.update(bar, total=count)

            ingest, who = application.ingest, application.cli_principal
            async with aclosing(ingest.folder(paths, Declared(tier, groups, title), who, counted)) as stream:
                async for outcome in stream:
                    outcomes.append(outcome)
                    progress.advance(bar)
    return outcomes


class _Rate(ProgressColumn):
    """Files a second, once that is known."""

    def render(self, task: Task) -> Text:
        return Text("" if task.speed is None else f"{task.speed:.1f} files/s", style="dim")


def _progress() -> Progress:
    """On standard error and only at a terminal, so that output can be piped."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


def _tier(name: str | None) -> Tier | None:
    if name is None:
        return None
    try:
        return Tier.parse(name)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--tier") from None


def _counts(outcomes: "Sequence[Outcome]") -> dict[str, int]:
    counted = Counter(outcome.status for outcome in outcomes)
    return {status: counted[status] for status in _STATUSES}


def _row(outcome: "Outcome") -> dict[str, Any]:
    error = outcome.error
    return {
        "status": outcome.status,
        "source": outcome.source,
        "document_id": outcome.document_id,
        "title": outcome.title,
        "tier": None if outcome.tier is None else str(outcome.tier),
        "found_tier": None if outcome.found_tier is None else str(outcome.found_tier),
        "declared": None if outcome.declared is None else str(outcome.declared),
        "overruled": outcome.overruled,
        "groups": sorted(outcome.groups),
        "tags": list(outcome.tags),
        "findings": dict(outcome.findings),
        "chunks": outcome.chunks,
        "text_length": outcome.text_length,
        "note": outcome.note,
        "error": None if error is None else {"code": error.code, "message": error.message, "cure": error.cure},
    }


def _show(outcomes: "Sequence[Outcome]") -> None:
    if not outcomes:
        out.print("Nothing to ingest: no files there.")
        return
    table = Table("", *(str(tier) for tier in Tier), "chunks", box=None, pad_edge=False)
    for status in _STATUSES[:3]:
        matching = [outcome for outcome in outcomes if outcome.status == status]
        if matching:
            by_tier = Counter(outcome.tier for outcome in matching)
            cells = [str(by_tier[tier] or "-") for tier in Tier]
            table.add_row(status, *cells, str(sum(outcome.chunks for outcome in matching)))
    if table.row_count:
        out.print(table)
    for outcome in outcomes:
        if outcome.overruled and outcome.status != "unchanged":
            out.print(f"{outcome.source}: {outcome.note}", markup=False)
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    for outcome in failed:
        err.print(f"[bold red]failed[/] ({outcome.error.code if outcome.error else ''}): ", end="")
        err.print(f"{outcome.source}: {outcome.error}", markup=False)
    if failed:
        err.print(f"{len(failed)} of {len(outcomes)} files could not be ingested.")
