"""`lacuna policy`: which rules decide, whether new ones would do, what they would change, and which are in force."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lacuna.cli.output import AsJson, DataDir, out, overrides, print_json, run
from lacuna.cli.prove import prove_command
from lacuna.domain.errors import ConfigError, InvalidInput

if TYPE_CHECKING:
    from lacuna.usecases.policy_diff import Difference

policy_app = typer.Typer(no_args_is_help=True, help="Policies: what decides, and what a change would do.")
policy_app.command("prove")(prove_command)
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
            }
            for each in versions
        ]
        print_json({"in_force": now, "versions": kept})
        return
    who = f", {now.by} at {_moment(now.since)}" if now.since is not None else ""
    out.print(f"In force: {now.version} ({now.source}{who})", markup=False)
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
def explain(
    decision: Annotated[str, typer.Option(help="A decision of the past (dec_...).")] = "",
    given: Annotated[
        Path | None, typer.Option("--input", help="An input document in JSON; fields may be left out.", exists=True)
    ] = None,
    version: Annotated[str, typer.Option(help="Explain by this version (default: the one in force).")] = "",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Which rules fire for an input or a decision of the past, and why."""
    from lacuna.api.policies import explained
    from lacuna.domain.policy_documents import read_input
    from lacuna.wiring.build import open_application

    if bool(decision) == (given is not None):
        raise InvalidInput("Give either --decision or --input.")

    async def work() -> dict[str, Any]:
        async with open_application(overrides(data_dir)) as application:
            asker = application.cli_principal
            if given is not None:
                asked = read_input(_json(given), int(time.time()))
                return explained(await application.policy_diff.explain(asked, version, asker))
            asked, decided_by = await application.policy_diff.recorded(decision, asker)
            found = explained(await application.policy_diff.explain(asked, version or decided_by, asker))
            return {"decision": decision, "decided_by": decided_by, **found}

    found = run(work)
    if as_json:
        print_json(found)
        return
    verdict = "allowed" if found["allowed"] else "denied"
    out.print(f"{found['version']}: {verdict}, tier {found['tier']}", markup=False)
    out.print(f"sources: {', '.join(found['sources']) or 'none'}", markup=False)
    for obligation in found["obligations"]:
        out.print(f"obligation: {obligation}", markup=False)
    for each in found["fired"]:
        out.print(f"{each['package']}: {each['rule']}: {each['effect']}, because {each['reason']}", markup=False)
    if not found["fired"]:
        out.print("No rule fired.")


@policy_app.command()
def diff(
    folder: Annotated[Path | None, typer.Argument(help="Folder of policies.", exists=True, file_okay=False)] = None,
    version: Annotated[str, typer.Option(help="A version that is kept, instead of a folder.")] = "",
    last: Annotated[int, typer.Option(min=0, max=100_000, help="Decisions of each kind to make again.")] = 10_000,
    days: Annotated[int | None, typer.Option(min=1, help="Only decisions of the last days.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """What policies would change against those in force: in text, and in the decisions of the past."""
    from lacuna.api.policies import diff_model
    from lacuna.wiring.build import open_application
    from lacuna.wiring.policy import own_policies

    if (folder is None) == (not version):
        raise InvalidInput("Give either a folder or --version.")
    since = None if days is None else int((time.time() - days * 86_400) * 1_000_000)

    async def work() -> "Difference":
        async with open_application(overrides(data_dir)) as application:
            asker = application.cli_principal
            if folder is not None:
                candidate = application.policies.whole(own_policies(folder))
            else:
                candidate = await application.policies.get(version, asker)
            return await application.policy_diff.against(candidate, asker, last, since)

    found = run(work)
    if as_json:
        print_json(diff_model(found).model_dump())
        return
    for text in found.files.values():
        out.print(text, markup=False)
    out.print(f"{found.replayed} decisions made again, {found.changed} would be other ones.", markup=False)
    for what, count in found.changes.most_common():
        out.print(f"{count:>7}  {what}", markup=False)
    for why, count in found.not_replayed.most_common():
        out.print(f"{count:>7}  not made again: {why}", markup=False)
    for each in found.examples[:10]:
        out.print(f"{each.decision_id}: {'; '.join(each.fired)}", markup=False)


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


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise InvalidInput(f"{path.name} is no JSON document ({type(fault).__name__}).") from None


def _moment(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S")
