"""`lacuna admin overrides` and `lacuna feedback`: what people set against the classifier."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lacuna.cli.output import AsJson, DataDir, out, overrides, print_json, run
from lacuna.cli.questions import given_text
from lacuna.domain.errors import InvalidInput
from lacuna.domain.overrides import Effect, Override, OverrideKind, State
from lacuna.domain.tiers import Tier

if TYPE_CHECKING:
    from lacuna.usecases.feedback import Received
    from lacuna.wiring.application import Application

PAGE = 1_000
_IN_FORCE = "A running server counts it within a second."

overrides_app = typer.Typer(no_args_is_help=True, help="Tiers that people set against the classifier.")

OverrideId = Annotated[str, typer.Argument(help="The override's id (ovr_...).")]
Days = Annotated[int | None, typer.Option(min=1, max=3_650, help="How many days it counts, from now.")]
Remark = Annotated[str, typer.Option(help="What you say to it.")]


@overrides_app.command("list")
def listing(
    state: Annotated[State | None, typer.Option(help="Only those in this state.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Every override, oldest first."""
    found = run(lambda: _every(state, data_dir))
    if as_json:
        from lacuna.api.overrides import override_model

        print_json({"overrides": [override_model(o).model_dump() for o in found]})
        return
    for each in found:
        out.print(_line(each), markup=False)


@overrides_app.command("add")
def add(
    tier: Annotated[str, typer.Argument(help="PUBLIC, INTERNAL or PROPRIETARY.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    text: Annotated[str | None, typer.Option(help="About this text; `-` reads standard input.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="About the text in this file.")] = None,
    pattern: Annotated[str | None, typer.Option(help="About texts with a match (RE2 syntax).")] = None,
    decision: Annotated[str | None, typer.Option(help="About the text of this decision.")] = None,
    effect: Annotated[Effect | None, typer.Option(help="Where the tier does not say it.")] = None,
    days: Days = None,
    note: Annotated[str, typer.Option(help="What it is for.")] = "",
    request: Annotated[bool, typer.Option("--request", help="Let another steward grant it.")] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Set a tier for a text, a pattern or the text of a decision."""
    from lacuna.usecases.overrides import Wanted

    async def work(app: "Application") -> Override:
        named = text is not None or file is not None
        about = given_text(text, file, app.loaded.settings.server.max_query_chars) if named else None
        wanted = Wanted(
            tier=_tier(tier),
            reason=reason,
            text=about,
            pattern=pattern,
            decision_id=decision,
            effect=effect,
            days=days,
            note=note,
            granted=not request,
        )
        return await app.overrides.make(wanted, app.cli_principal)

    _done(work, data_dir, as_json)


@overrides_app.command("grant")
def grant(
    override_id: OverrideId, days: Days = None, remark: Remark = "", data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """Let a request count."""
    _done(lambda app: app.overrides.grant(override_id, days, remark, app.cli_principal), data_dir, as_json)


@overrides_app.command("refuse")
def refuse(override_id: OverrideId, remark: Remark = "", data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """End a request."""
    _done(lambda app: app.overrides.refuse(override_id, remark, app.cli_principal), data_dir, as_json)


@overrides_app.command("withdraw")
def withdraw(override_id: OverrideId, remark: Remark = "", data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """End an override in force."""
    _done(lambda app: app.overrides.withdraw(override_id, remark, app.cli_principal), data_dir, as_json)


def feedback_command(
    decision_id: Annotated[str, typer.Argument(help="The decision's id (dec_...).")],
    tier: Annotated[str, typer.Argument(help="The tier that would have been right.")],
    comment: Annotated[str, typer.Option(help="Why.")],
    text: Annotated[
        str | None, typer.Option(help="The text that was decided, to learn from; `-`: standard input.")
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Grant it at once.")] = False,
    days: Days = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Say what the tier of a decision should have been: it becomes a request for an override."""
    from lacuna.usecases.feedback import Said
    from lacuna.wiring.build import open_application

    async def work() -> "Received":
        async with open_application(overrides(data_dir)) as app:
            about = None if text is None else given_text(text, None, app.loaded.settings.server.max_query_chars)
            said = Said(decision_id, _tier(tier), comment, about, days, apply)
            return await app.feedback.give(said, app.cli_principal)

    received = run(work)
    if as_json:
        from lacuna.api.overrides import feedback_model

        print_json(feedback_model(received).model_dump())
        return
    which = "" if received.override is None else f" {received.override.override_id}"
    out.print(f"{received.outcome.capitalize()}{which}: {received.tier} instead of {received.decided}.", markup=False)
    for note in received.notes:
        out.print(note, markup=False)


def _done(
    work: "Callable[[Application], Awaitable[Override]]",
    data_dir: Path | None,
    as_json: bool,
) -> None:
    from lacuna.wiring.build import open_application

    async def opened() -> Override:
        async with open_application(overrides(data_dir)) as application:
            return await work(application)

    override = run(opened)
    if as_json:
        from lacuna.api.overrides import override_model

        print_json(override_model(override).model_dump())
    else:
        out.print(f"{_line(override)}\n{_IN_FORCE}", markup=False)


async def _every(state: State | None, data_dir: Path | None) -> list[Override]:
    from lacuna.wiring.build import open_application

    found: list[Override] = []
    async with open_application(overrides(data_dir)) as application:
        after: str | None = ""
        while after is not None:
            page = await application.overrides.page(state, after, PAGE, application.cli_principal)
            found += page.overrides
            after = page.next
    return found


def _line(o: Override) -> str:
    subject = o.key if o.kind is OverrideKind.PATTERN else o.decision_id or f"text {o.key[:12]}"
    until = (
        "" if o.expires is None else f" until {datetime.fromtimestamp(o.expires / 1_000_000, UTC):%Y-%m-%d %H:%M} UTC"
    )
    return f"{o.override_id}  {o.state:9}  {o.effect} {o.tier}{until}  {o.kind}: {subject}  ({o.author}: {o.reason})"


def _tier(name: str) -> Tier:
    try:
        return Tier.parse(name)
    except ValueError as unknown:
        raise InvalidInput(f"{unknown}.", cure="Name a tier.") from None
