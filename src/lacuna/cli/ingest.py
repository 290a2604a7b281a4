"""`lacuna ingest`: files, folders and configured sources into the store."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lacuna.cli.ingest_report import JsonReport, Report, ScreenReport
from lacuna.cli.output import AsJson, DataDir, overrides, run
from lacuna.domain.errors import Conflict, DependencyError, InvalidInput, LacunaError
from lacuna.domain.synchronising import Deletions
from lacuna.domain.tiers import Tier

if TYPE_CHECKING:
    from lacuna.usecases.upload import Declared, Outcome
    from lacuna.wiring.application import Application


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What was asked for on the command line."""

    paths: tuple[Path, ...]
    sources: tuple[str, ...]
    declared: "Declared"
    sync: bool
    deletions: Deletions
    dry_run: bool


def ingest_command(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH...", help="Files and folders.")] = None,
    tier: Annotated[
        str | None, typer.Option(help="What you declare: PUBLIC, INTERNAL or PROPRIETARY. What is found can raise it.")
    ] = None,
    group: Annotated[
        list[str] | None, typer.Option(help="Who may read it above PUBLIC; may be repeated (default: everyone).")
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A source of sources.yaml; may be repeated.")
    ] = None,
    title: Annotated[str, typer.Option(help="Title; for a single file.")] = "",
    sync: Annotated[bool, typer.Option("--sync", help="Also follow what was moved and delete what is gone.")] = False,
    delete_up_to: Annotated[
        int, typer.Option(min=0, max=100, metavar="PERCENT", help="Most that --sync may delete of what it knows.")
    ] = 50,
    allow_empty: Annotated[
        bool, typer.Option("--allow-empty", help="Let --sync delete everything where nothing is there any more.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would become of each file, and its tier; store nothing.")
    ] = False,
    watching: Annotated[
        bool, typer.Option("--watch", help="Go on: synchronise again whenever something changes.")
    ] = False,
    every: Annotated[
        float, typer.Option(min=1, max=86_400, metavar="SECONDS", help="With --watch: look again at least this often.")
    ] = 300.0,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Ingest documents: read, classify, index. Unchanged files are left alone; a broken file does not stop the rest."""
    from lacuna.usecases.upload import Declared

    paths, source = paths or [], source or []
    if not paths and not source:
        raise typer.BadParameter("name files, folders, or a source", param_hint="PATH")
    if source and (paths or title or tier or group):
        raise InvalidInput(
            "A source stands alone: its tier and groups are in sources.yaml.", cure="Leave out paths and declarations."
        )
    if title and (len(paths) != 1 or paths[0].is_dir()):
        raise InvalidInput("A title names a single file.", cure="Leave out --title or name one file.")
    if watching and dry_run:
        raise InvalidInput("A dry run watches nothing.", cure="Leave out --watch or --dry-run.")
    sync = sync or watching
    if sync and any(path.exists() and not path.is_dir() for path in paths):
        raise InvalidInput("Only folders can be synchronised.", cure="Name folders, or leave out --sync.")
    declared = Declared(_tier(tier), frozenset(group) if group else None, title)
    deletions = Deletions(sync, delete_up_to, allow_empty)
    wanted = _Wanted(tuple(paths), tuple(source), declared, sync, deletions, dry_run)
    kind = JsonReport if as_json else ScreenReport
    if watching:
        run(lambda: _watched(wanted, kind, every, data_dir))
        return
    report = kind(dry_run=dry_run)
    faults = run(lambda: _once(wanted, report, data_dir))
    report.end([_interrupted()] if faults is None else faults)
    if faults is None:
        raise typer.Exit(130)
    if report.failed or faults:
        raise typer.Exit(1)


async def _once(wanted: _Wanted, report: Report, data_dir: Path | None) -> list[LacunaError] | None:
    from lacuna.cli.ingest_watch import until_stopped

    return await until_stopped(_ingest(wanted, report, data_dir))


def _interrupted() -> LacunaError:
    return LacunaError(
        "The run was told to stop. What it had taken in is kept.",
        cure="Run it again: it goes on where it ended.",
        code="interrupted",
    )


async def _watched(
    wanted: _Wanted, kind: type[JsonReport | ScreenReport], every_s: float, data_dir: Path | None
) -> None:
    from lacuna.cli.ingest_watch import watch

    async def one_run(first: bool) -> None:
        report = kind(changes_only=not first)
        try:
            faults: list[LacunaError] = await _ingest(wanted, report, data_dir)
        except LacunaError as error:
            if first:
                raise
            faults = [error]
        report.end(faults)

    await watch(wanted.paths, every_s, one_run)


async def _ingest(wanted: _Wanted, report: Report, data_dir: Path | None) -> list[LacunaError]:
    """What ended the run early, or the part of one source."""
    from lacuna.wiring.build import open_application

    async with open_application(overrides(data_dir), passages_needed=False) as application:
        faults: list[LacunaError] = []
        async with aclosing(_runs(wanted, application, report)) as runs:
            async for run_of_one in runs:
                try:
                    async with aclosing(run_of_one) as outcomes:
                        async for outcome in outcomes:
                            report.add(outcome)
                except (
                    InvalidInput,
                    Conflict,
                    DependencyError,
                ) as refusal:  # of one source; the next is another matter
                    faults.append(refusal)
                except LacunaError as error:
                    return [*faults, error]
    return faults


async def _runs(
    wanted: _Wanted, application: "Application", report: Report
) -> "AsyncGenerator[AsyncGenerator[Outcome, None], None]":
    """One run for each source."""
    from lacuna.wiring.sources import declared, folder_source, named, open_source

    who, options = application.cli_principal, {"dry_run": wanted.dry_run}
    if wanted.paths and not wanted.sync:
        yield application.take_in.run(folder_source(wanted.paths), wanted.declared, who, report.counted, **options)
        return
    synchronised = application.synchronise.run
    for path in wanted.paths:
        source = folder_source([path])
        yield synchronised(source, wanted.declared, who, wanted.deletions, report.counted, **options)
    for each in [named(application.loaded, name) for name in wanted.sources]:
        source = await open_source(application.loaded, each, application.telemetry)
        try:
            yield synchronised(source, declared(each), who, wanted.deletions, report.counted, **options)
        finally:
            await source.close()


def _tier(name: str | None) -> Tier | None:
    if name is None:
        return None
    try:
        return Tier.parse(name)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--tier") from None
