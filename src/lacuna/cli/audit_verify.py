"""`lacuna audit verify`: whether the log is what was signed, and what others saw of it."""

from pathlib import Path
from typing import Annotated

import typer

from lacuna.cli.output import AsJson, DataDir, err, out, overrides, print_json, run
from lacuna.domain.audit import MAX_SAMPLE, Examination, Extent, Verification
from lacuna.domain.errors import InvalidInput
from lacuna.usecases.audit import verification_view


def verify(
    since_last: Annotated[
        bool, typer.Option("--since-last", help="Only what came after the last verification that passed.")
    ] = False,
    sample: Annotated[
        int | None, typer.Option(min=1, max=MAX_SAMPLE, help="Only this many records, drawn at random.")
    ] = None,
    against: Annotated[
        list[Path] | None,
        typer.Option(help="A checkpoint kept elsewhere, or a folder of them, which the log has to extend; repeatable."),
    ] = None,
    anchors: Annotated[
        bool, typer.Option("--against-anchors", help="Also against what the configured anchors keep.")
    ] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Recompute the log from its bytes; exit code 1 names the first bad record, and the first checkpoint that the log
    does not extend."""
    from lacuna.wiring.build import open_application
    from lacuna.wiring.kept import kept_checkpoints

    if since_last and sample is not None:
        raise InvalidInput("--since-last and --sample exclude each other.", cure="Give one of them.")
    extent = Extent.SINCE_LAST if since_last else Extent.FULL if sample is None else Extent.SAMPLE

    async def work() -> tuple[Verification, int]:
        async with open_application(overrides(data_dir), passages_needed=False) as application:
            settings, origin = application.loaded.settings, application.audit.origin
            read = await kept_checkpoints(against or (), settings, anchors=anchors, origin=origin)
            for path in read.unfinished:
                err.print(f"warning: {path} was not written to its end and is passed over", markup=False)
            wanted = Examination(extent, sample or 0, read.kept)
            return await application.audit.verify(application.cli_principal, wanted), len(read.kept)

    result, compared = run(work)
    if as_json:
        print_json({**verification_view(result), "against": compared})
    elif result.passed:
        also = f", and extends {compared} checkpoint(s) kept elsewhere" if compared else ""
        out.print(f"The ledger verifies: {_covered(result)}, root {result.root.hex()}{also}.")
    else:
        err.print("[bold red]The ledger does not verify.[/]")
        err.print(result.problem, markup=False)
    if not result.passed:
        raise typer.Exit(1)


def _covered(result: Verification) -> str:
    if result.extent is Extent.SAMPLE:
        return (
            f"{result.checked} of {result.size} records drawn at random; this finds a single bad record with a "
            f"probability of {result.detection:.2%}, and with 95 % any fault in {result.share_found:.2%} of the records"
        )
    if result.start:
        return f"{result.size} records, of which those from {result.start} on were read"
    return f"{result.size} records"
