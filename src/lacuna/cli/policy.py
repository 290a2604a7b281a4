"""`lacuna policy`: which rules decide, whether new ones would do, what they would change, and which are in force."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from lacuna.cli.output import AsJson, DataDir, out, overrides, print_json, run
from lacuna.cli.policy_past import backtest, diff, explain
from lacuna.cli.prove import prove_command
from lacuna.domain.errors import ConfigError, InvalidInput

policy_app = typer.Typer(no_args_is_help=True, help="Policies: what decides, and what a change would do.")
policy_app.command("prove")(prove_command)
for command in (explain, diff, backtest):
    policy_app.command()(command)
admin_policy_app = typer.Typer(no_args_is_help=True, help="Put policies into force.")

_IN_FORCE = "A running server decides by it within a second."

Own = Annotated[
    Path | None,
    typer.Argument(help="Folder of policies (default: policies/ of the configuration).", exists=True, file_okay=False),
]
Folder = Annotated[Path, typer.Argument(help="Folder of policies.", exists=True, file_okay=False)]
Note = Annotated[str, typer.Option(help="What is new, for the history.")]


@policy_app.command("list")
def listing(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """What is in force, and every version that is kept."""
    from lacuna.wiring.build import open_application

    async def work() -> tuple[Any, Any]:
        async with open_application(overrides(data_dir)) as application:
            asker = application.cli_principal
            return await application.policies.in_force(asker), await application.policies.versions(asker)

    now, versions = run(work)
    if as_json:
        kept = [
            {
                "version": each.version,
                "author": each.author,
                "added_at": each.added_at,
                "note": each.note,
                "files": [path for path, _ in each.policies.files],
                "audit_only": each.policies.audit_only,
            }
            for each in versions
        ]
        print_json({"in_force": now, "versions": kept})
        return
    who = f", {now.by} at {_moment(now.since)}" if now.since is not None else ""
    out.print(f"In force: {now.version} ({now.source}{who})", markup=False)
    if now.audit_only:
        out.print(f"Audit-only, without effect: {', '.join(now.audit_only)}", markup=False)
    for each in versions:
        count = f"{len(each.policies.files)} files"
        line = f"{each.version}  {_moment(each.added_at)}  {each.author}  {count}  {each.note}"
        out.print(line.rstrip(), markup=False)


@policy_app.command()
def validate(folder: Own = None, as_json: AsJson = False) -> None:
    """Compile, test and try out policies; name each fault with file, line and column. Exits with 1 if any is."""
    from lacuna.config import load
    from lacuna.wiring.policy import validate_policies

    try:
        version = validate_policies(load(), folder)
    except ConfigError as error:
        if not as_json:
            raise
        print_json({"valid": False, "version": "", "problems": error.problems or (error.message,)})
        raise typer.Exit(1) from None
    if as_json:
        print_json({"valid": True, "version": version, "problems": []})
    else:
        out.print(f"The policies are valid: {version}.", markup=False)


@policy_app.command("test")
def run_tests(folder: Own = None, as_json: AsJson = False) -> None:
    """Run the tests of policies (rules named test_... in files that end in _test.rego). Exits with 1 if any fails."""
    from lacuna.config import load
    from lacuna.wiring.policy import check_policies

    version, outcomes = check_policies(load(), folder)
    failed = [outcome for outcome in outcomes if outcome.why]
    if as_json:
        tests = [{"file": o.file, "line": o.line, "test": o.name, "passed": not o.why, "why": o.why} for o in outcomes]
        print_json({"version": version, "passed": len(outcomes) - len(failed), "failed": len(failed), "tests": tests})
    else:
        for outcome in failed:
            out.print(str(outcome), markup=False)
        out.print(f"{len(outcomes) - len(failed)} passed, {len(failed)} failed.", markup=False)
    if failed:
        raise typer.Exit(1)


@policy_app.command()
@admin_policy_app.command()
def deploy(folder: Folder, note: Note = "", data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Put policies into force, with the shipped ones beneath them, if they compile and pass their tests."""
    from lacuna.wiring.build import open_application
    from lacuna.wiring.policy import own_policies

    async def work() -> str:
        async with open_application(overrides(data_dir)) as application:
            added = await application.policies.deploy(own_policies(folder), note, application.cli_principal)
            return added.version

    _said(run(work), as_json)


@policy_app.command()
def bundle(
    output: Annotated[Path, typer.Option(help="File to write (.tar.gz).")],
    folder: Own = None,
    version: Annotated[str, typer.Option(help="A version that is kept, instead of a folder.")] = "",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Write policies, with the shipped ones beneath them, as a bundle for an OPA server, whose decisions then carry the
    same version."""
    from lacuna.config import load
    from lacuna.wiring.build import open_application
    from lacuna.wiring.policy import checked_policies, opa_bundle

    async def kept() -> Any:
        async with open_application(overrides(data_dir)) as application:
            return await application.policies.get(version, application.cli_principal)

    if version and folder is not None:
        raise InvalidInput("Give either a folder or --version.")
    policies = run(kept) if version else checked_policies(load(), folder)
    try:
        output.write_bytes(opa_bundle(policies))
    except OSError as fault:
        raise InvalidInput(f"{output.name} cannot be written: {fault.strerror}.") from None
    if as_json:
        print_json({"version": policies.version, "file": str(output)})
    else:
        out.print(f"{policies.version} is in {output}.", markup=False)


@policy_app.command()
def rollback(
    version: Annotated[
        str, typer.Argument(help='A version, or "configuration" (default: what was in force before).')
    ] = "",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Put an earlier version, or the configuration's policies, into force."""
    _said(_rolled_back(version, data_dir), as_json)


@admin_policy_app.command()
def reload(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Put the configuration's policies into force, whatever was deployed. Running servers follow the folder by
    themselves; this is for after a deployment."""
    from lacuna.usecases.policies import CONFIGURATION

    _said(_rolled_back(CONFIGURATION, data_dir), as_json)


def _rolled_back(version: str, data_dir: Path | None) -> str:
    from lacuna.wiring.build import open_application

    async def work() -> str:
        async with open_application(overrides(data_dir)) as application:
            return await application.policies.roll_back(version, application.cli_principal)

    return run(work)


def _said(version: str, as_json: bool) -> None:
    if as_json:
        print_json({"version": version})
    else:
        out.print(f"In force: {version}. {_IN_FORCE}", markup=False)


def _moment(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S")
