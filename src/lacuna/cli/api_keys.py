"""`lacuna admin apikey`: keys of services. A token is printed once, by the command that made it."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from lacuna.cli.output import AsJson, DataDir, err, out, overrides, print_json, run
from lacuna.domain.api_keys import ApiKey, KeyState
from lacuna.domain.errors import InvalidInput
from lacuna.domain.permissions import Permission
from lacuna.domain.tiers import Tier

Name = Annotated[str, typer.Argument(help="The key's id or name.")]

apikey_app = typer.Typer(no_args_is_help=True, help="API keys of services.")


@apikey_app.command("create")
def create(
    name: Annotated[str, typer.Option(help="What the key is for, for example dbt-production.")],
    service_account: Annotated[str, typer.Option(help="User id of the service; the key's name where left out.")] = "",
    groups: Annotated[str, typer.Option(help="Groups of the service, separated by commas.")] = "",
    clearance: Annotated[str, typer.Option(help="Highest tier it may read: PUBLIC, INTERNAL or PROPRIETARY.")] = (
        "INTERNAL"
    ),
    scopes: Annotated[str, typer.Option(help="Permissions it is limited to, separated by commas.")] = "",
    networks: Annotated[str, typer.Option(help="Networks it may be used from, separated by commas.")] = "",
    expires_days: Annotated[int | None, typer.Option(min=1, help="Days until it expires; left out: never.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make an API key and print its token, which is stored nowhere."""
    from lacuna.usecases.api_keys import Wanted
    from lacuna.wiring.build import open_application

    wanted = Wanted(
        name=name,
        service_account=service_account,
        groups=frozenset(_parts(groups)),
        clearance=_tier(clearance),
        scopes=frozenset(map(_scope, _parts(scopes))) if scopes else None,
        networks=tuple(_parts(networks)),
        expires_days=expires_days,
    )

    async def work() -> tuple[ApiKey, str]:
        async with open_application(overrides(data_dir), passages_needed=False) as application:
            return await application.api_keys.create(wanted, application.cli_principal)

    _print_new(*run(work), as_json)


@apikey_app.command("list")
def listing(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Every key, the newest first."""
    from lacuna.wiring.build import open_application

    async def work() -> list[tuple[ApiKey, KeyState]]:
        async with open_application(overrides(data_dir), passages_needed=False) as application:
            return await application.api_keys.listed(application.cli_principal)

    found = run(work)
    if as_json:
        print_json({"api_keys": [_plain(key, state) for key, state in found]})
        return
    for key, state in found:
        used = "never used" if key.last_used_at is None else f"last used {_day(key.last_used_at)}"
        ends = "" if key.expires_at is None else f", ends {_day(key.expires_at)}"
        out.print(f"{key.key_id}  {state:8}  {key.name} ({key.service_account}), {used}{ends}", markup=False)


@apikey_app.command("revoke")
def revoke(name: Name, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """End a key for good, or every key of a name, in every running server within a second."""
    from lacuna.wiring.build import open_application

    async def work() -> list[ApiKey]:
        async with open_application(overrides(data_dir), passages_needed=False) as application:
            return await application.api_keys.revoke_named(name, application.cli_principal)

    ended = run(work)
    if as_json:
        print_json({"api_keys": [_plain(key, KeyState.REVOKED) for key in ended]})
        return
    for key in ended:
        out.print(f"Revoked {key.key_id} ({key.name}).", markup=False)


@apikey_app.command("rotate")
def rotate(
    name: Name,
    overlap_hours: Annotated[int, typer.Option(min=0, help="Hours for which the old key still counts.")] = 24,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a key like this one, which goes on for a while beside it."""
    from lacuna.wiring.build import open_application

    async def work() -> tuple[ApiKey, str]:
        async with open_application(overrides(data_dir), passages_needed=False) as application:
            key = await application.api_keys.named(name, application.cli_principal)
            return await application.api_keys.rotate(key.key_id, overlap_hours, application.cli_principal)

    _print_new(*run(work), as_json)


def _print_new(key: ApiKey, token: str, as_json: bool) -> None:
    if as_json:
        print_json({**_plain(key, KeyState.ACTIVE), "token": token})
        return
    err.print(f"Made {key.key_id} ({key.name}). The token is shown this once:", markup=False)
    out.print(token, markup=False)


def _plain(key: ApiKey, state: KeyState) -> dict[str, object]:
    return {
        "id": key.key_id,
        "name": key.name,
        "service_account": key.service_account,
        "groups": sorted(key.groups),
        "clearance": key.clearance.name,
        "scopes": None if key.scopes is None else sorted(key.scopes),
        "networks": list(key.networks),
        "state": state.value,
        "created_by": key.created_by,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "replaces": key.replaces,
        "revoked_by": key.revoked_by,
        "last_used_at": key.last_used_at,
        "last_used_from": key.last_used_from,
    }


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _tier(name: str) -> Tier:
    try:
        return Tier.parse(name)
    except ValueError as fault:
        raise InvalidInput(f"--clearance: {fault}.") from None


def _scope(name: str) -> Permission:
    try:
        return Permission(name)
    except ValueError:
        known = ", ".join(Permission)
        raise InvalidInput(f"--scopes: there is no permission {name[:60]!r}.", cure=f"Use some of {known}.") from None


def _day(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M")
