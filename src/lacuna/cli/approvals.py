"""`lacuna admin approvals`: requests that somebody approves an operation."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from lacuna.cli.output import AsJson, DataDir, out, overrides, print_json, run
from lacuna.domain.approvals import Approval, State

approvals_app = typer.Typer(no_args_is_help=True, help="Requests that somebody approves an operation.")

ApprovalId = Annotated[str, typer.Argument(help="The request's id (apr_...).")]
Remark = Annotated[str, typer.Option(help="What is said to it.")]

PAGE = 1_000


@approvals_app.command("list")
def listing(
    state: Annotated[State | None, typer.Option(help="Only those in this state.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Every request, oldest first."""
    from lacuna.api.approvals import approval_model
    from lacuna.wiring.build import open_application

    async def work() -> list[Approval]:
        found: list[Approval] = []
        async with open_application(overrides(data_dir)) as application:
            after: str | None = ""
            while after is not None:
                page = await application.approvals.page(state, after, PAGE, application.cli_principal)
                found += page.approvals
                after = page.next
        return found

    found = run(work)
    if as_json:
        print_json({"approvals": [approval_model(each).model_dump() for each in found]})
        return
    for each in found:
        _show(each)


@approvals_app.command("grant")
def grant(approval_id: ApprovalId, remark: Remark = "", data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Let exactly what was asked for pass, for the hours that policy names."""
    _decide(approval_id, remark, data_dir, as_json, granted=True)


@approvals_app.command("refuse")
def refuse(approval_id: ApprovalId, remark: Remark = "", data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """End a request."""
    _decide(approval_id, remark, data_dir, as_json, granted=False)


def _decide(approval_id: str, remark: str, data_dir: Path | None, as_json: bool, *, granted: bool) -> None:
    from lacuna.api.approvals import approval_model
    from lacuna.wiring.build import open_application

    async def work() -> Approval:
        async with open_application(overrides(data_dir)) as application:
            approvals = application.approvals
            act = approvals.grant if granted else approvals.refuse
            return await act(approval_id, remark, application.cli_principal)

    decided = run(work)
    if as_json:
        print_json(approval_model(decided).model_dump())
    else:
        _show(decided)


def _show(a: Approval) -> None:
    until = datetime.fromtimestamp(a.expires / 1_000_000, UTC).isoformat(timespec="minutes")
    what = f"{a.action} of {', '.join(a.subject)}" if a.subject else a.action
    out.print(
        f"{a.approval_id}  {a.state:9}  {a.requester}: {what} ({a.tier}), {a.reason}; until {until}", markup=False
    )
