"""`lacuna policy explain|diff|backtest`: why policies decide, and what others would have made of the past."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lacuna.cli.output import AsJson, DataDir, out, overrides, print_json, run
from lacuna.domain.errors import InvalidInput

if TYPE_CHECKING:
    from lacuna.domain.policy_set import PolicySet
    from lacuna.usecases.explain_policy import Explained
    from lacuna.usecases.policy_diff import Backtest, Difference
    from lacuna.usecases.policy_replay import Replayed
    from lacuna.wiring.application import Application

_SHOWN = 10

Kept = Annotated[str, typer.Option(help="A version that is kept, instead of a folder.")]


def explain(
    decision: Annotated[str, typer.Argument(help="A decision of the past (dec_...).")] = "",
    given: Annotated[
        Path | None, typer.Option("--input", help="An input document in JSON; fields may be left out.", exists=True)
    ] = None,
    version: Annotated[
        str, typer.Option(help="Explain by this version (default: the one that decided, or the one in force).")
    ] = "",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Which rules fire for a decision of the past or for an input, and why, in plain words."""
    from lacuna.api.policy_past import explained_model
    from lacuna.domain.policy_documents import read_input
    from lacuna.wiring.build import open_application

    if bool(decision) == (given is not None):
        raise InvalidInput("Give either a decision or --input.")

    async def work() -> "Explained":
        async with open_application(overrides(data_dir)) as application:
            asker = application.cli_principal
            if given is not None:
                return await application.policy_explain.input(
                    read_input(_json(given), int(time.time())), version, asker
                )
            return await application.policy_explain.decision(decision, version, asker)

    found = explained_model(run(work))
    if as_json:
        print_json(found.model_dump())
        return
    for line in found.sentences:
        out.print(line, markup=False)


def diff(
    folder: Annotated[Path | None, typer.Argument(help="Folder of policies.", exists=True, file_okay=False)] = None,
    version: Kept = "",
    last: Annotated[int, typer.Option(min=0, max=100_000, help="Decisions of each kind to make again.")] = 10_000,
    days: Annotated[int | None, typer.Option(min=1, help="Only decisions of the last days.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """What policies would change against those in force: in text, and in the decisions of the past."""
    from lacuna.api.policy_past import diff_model
    from lacuna.wiring.build import open_application

    since = None if days is None else int((time.time() - days * 86_400) * 1_000_000)

    async def work() -> "Difference":
        async with open_application(overrides(data_dir)) as application:
            candidate = await _candidate(application, folder, version)
            return await application.policy_diff.against(candidate, application.cli_principal, last, since)

    found = run(work)
    if as_json:
        print_json(diff_model(found).model_dump())
        return
    for text in found.files.values():
        out.print(text, markup=False)
    _told(found.past)


def backtest(
    policy: Annotated[Path | None, typer.Option(help="Folder of policies.", exists=True, file_okay=False)] = None,
    version: Kept = "",
    days: Annotated[int, typer.Option(min=1, max=3_660, help="How far back.")] = 7,
    allow_differences: Annotated[bool, typer.Option(help="Exit with 0 also where decisions would be others.")] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make every decision of the last days again by other policies. Exits with 1 if any would be another one."""
    from lacuna.api.policy_past import backtest_model
    from lacuna.wiring.build import open_application

    async def work() -> "Backtest":
        async with open_application(overrides(data_dir)) as application:
            candidate = await _candidate(application, policy, version)
            return await application.policy_diff.backtest(candidate, application.cli_principal, days)

    found = run(work)
    if as_json:
        print_json(backtest_model(found).model_dump())
    else:
        out.print(f"Back-test of {found.version} over {days} days.", markup=False)
        _told(found.past)
        if found.audit_only:
            out.print(f"Audit-only, without effect: {', '.join(found.audit_only)}", markup=False)
    if found.past.changed and not allow_differences:
        raise typer.Exit(1)


async def _candidate(application: "Application", folder: Path | None, version: str) -> "PolicySet":
    from lacuna.wiring.policy import own_policies

    if (folder is None) == (not version):
        raise InvalidInput("Give either a folder or --version.")
    if folder is not None:
        return application.policies.whole(own_policies(folder))
    return await application.policies.get(version, application.cli_principal)


def _told(past: "Replayed") -> None:
    made = f"{past.replayed} decisions made again: {past.replayed - past.changed} the same, {past.changed} others."
    out.print(made, markup=False)
    for version, count in past.decided_by.most_common():
        out.print(f"{count:>7}  had been decided by {version}", markup=False)
    for what, count in past.changes.most_common():
        out.print(f"{count:>7}  {what}", markup=False)
    for what, count in past.observed.most_common():
        out.print(f"{count:>7}  audit-only, without effect: {what}", markup=False)
    for why, count in past.not_replayed.most_common():
        out.print(f"{count:>7}  not made again: {why}", markup=False)
    for each in past.examples[:_SHOWN]:
        out.print(f"{each.decision_id}: {'; '.join(each.fired) or 'no rule fires'}", markup=False)


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise InvalidInput(f"{path.name} is no JSON document ({type(fault).__name__}).") from None
