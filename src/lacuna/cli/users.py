"""`lacuna admin users`: who has signed in, as the ledger tells it."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from lacuna.cli.output import AsJson, DataDir, out, overrides, print_json, run
from lacuna.usecases.users import MAX_DAYS, User

users_app = typer.Typer(no_args_is_help=True, help="Who has signed in, and with what rights.")


@users_app.command("list")
def listing(
    days: Annotated[int, typer.Option(min=1, max=MAX_DAYS, help="How far to look back.")] = 90,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Everybody who signed in at the server, the latest first."""
    from lacuna.wiring.build import open_application

    async def work() -> list[User]:
        async with open_application(overrides(data_dir), passages_needed=False) as application:
            return await application.users.listed(application.cli_principal, days)

    found = run(work)
    if as_json:
        print_json({"users": [_plain(user) for user in found]})
        return
    for user in found:
        ways = ", ".join(sorted(user.ways))
        out.print(f"{_at(user.last_at)}  {user.user_id} ({', '.join(user.roles)}) by {ways}", markup=False)


@users_app.command("show")
def show(
    user_id: Annotated[str, typer.Argument(help="The user id.")], data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """One user: rights, ways to sign in, addresses."""
    from lacuna.wiring.build import open_application

    async def work() -> User:
        async with open_application(overrides(data_dir), passages_needed=False) as application:
            return await application.users.show(user_id, application.cli_principal)

    user = run(work)
    if as_json:
        print_json(_plain(user))
        return
    facts = {
        "user id": user.user_id,
        "first sign-in": _at(user.first_at),
        "last sign-in": _at(user.last_at),
        "by": ", ".join(sorted(user.ways)),
        "from": ", ".join(user.addresses),
        "roles": ", ".join(user.roles),
        "groups": ", ".join(user.groups) or "none",
        "clearance": user.clearance or "unknown",
    }
    for name, value in facts.items():
        out.print(f"{name + ':':14} {value}", markup=False)


def _plain(user: User) -> dict[str, object]:
    return {
        "user_id": user.user_id,
        "first_at": user.first_at,
        "last_at": user.last_at,
        "sign_ins": user.sign_ins,
        "ways": sorted(user.ways),
        "addresses": user.addresses,
        "roles": [*user.roles],
        "groups": [*user.groups],
        "clearance": user.clearance,
    }


def _at(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M")
