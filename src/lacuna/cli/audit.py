"""`lacuna audit`: read the ledger, export it, and prove that nobody bent it."""

import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from lacuna.cli import audit_keys, audit_verify, verify_ledger
from lacuna.cli.output import AsJson, DataDir, err, out, overrides, print_json, read_text, run
from lacuna.domain.errors import InvalidInput
from lacuna.ports.storage import RecordFilter
from lacuna.usecases.anchor import Anchored

audit_app = typer.Typer(
    no_args_is_help=True, help="The ledger: what was decided, and the proof that nobody changed it."
)

audit_app.command("verify")(audit_verify.verify)
audit_app.command("key")(audit_keys.key)
audit_app.command("rotate-key")(audit_keys.rotate_key)
audit_app.command("rotate-hmac-key")(audit_keys.rotate_hmac_key)

MAX_RECEIPT = 4 * 1024 * 1024
MAX_TEXT = 32 * 1024 * 1024

View = dict[str, Any]
Since = Annotated[str | None, typer.Option(help="From this time on (ISO 8601; UTC where no zone is given).")]
Before = Annotated[str | None, typer.Option(help="Before this time.")]


@audit_app.command("query")
def query(
    kind: Annotated[str | None, typer.Option(help="Only records of this kind, such as decision.query.")] = None,
    actor: Annotated[str | None, typer.Option(help="Only what this user id did.")] = None,
    decision: Annotated[str | None, typer.Option(help="Only the records of this decision.")] = None,
    since: Since = None,
    before: Before = None,
    text: Annotated[
        Path | None, typer.Option(help="Only records about the text in this file (- for standard input); recorded.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most this many.")] = 20,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List records, newest first. A text is looked for under every HMAC key that the log has had."""
    from lacuna.wiring.build import open_application

    if text is not None and (kind, actor, decision, since, before) != (None,) * 5:
        raise InvalidInput("--text goes with no other filter.", cure="Look for the text alone.")
    sought = None if text is None else _text(text)
    wanted = RecordFilter(kind, actor, decision, _moment(since, "--since"), _moment(before, "--before"), limit=limit)

    async def work() -> list[View]:
        async with open_application(overrides(data_dir), passages_needed=False) as application:
            audit = application.audit
            if sought is not None:
                return [dict(view) for view in await audit.about(sought, limit, application.cli_principal)]
            return [dict(view) for view in await audit.find(wanted)]

    found = run(work)
    if as_json:
        print_json({"records": found})
        return
    for view in found:
        record = view["record"]
        if record is None:
            out.print(f"{view['index']:>8}  (not a record any more)")
            continue
        tier = record["data"].get("tier", "")
        about = f"{tier:12} {record['decision']}"
        out.print(
            f"{view['index']:>8}  {_when(record['at'])}  {record['kind']:18} {record['actor']:16} {about}", markup=False
        )


@audit_app.command("show")
def show(index: Annotated[int, typer.Argument(min=0)], data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show one record with its inclusion proof and the signed checkpoint."""
    from lacuna.wiring.build import open_application

    async def work() -> View:
        async with open_application(overrides(data_dir), passages_needed=False) as application:
            return dict(await application.audit.show(index))

    view = run(work)
    if as_json:
        print_json(view)
        return
    out.print(json.dumps(view["record"], indent=2, ensure_ascii=False), markup=False)
    out.print(f"leaf {view['leaf']}")
    out.print(f"proof of {len(view['proof'])} hashes to the checkpoint:")
    out.print(view["checkpoint"], markup=False)


@audit_app.command("export")
def export(
    start: Annotated[int, typer.Option(min=0, help="First record.")] = 0,
    data_dir: DataDir = None,
) -> None:
    """Write every record to standard output, one JSON document a line."""
    from lacuna.wiring.build import open_application

    async def work() -> None:
        async with open_application(overrides(data_dir), passages_needed=False) as application:
            await application.audit.begin_export(application.cli_principal, start)
            async for view in application.audit.export(start):
                sys.stdout.write(json.dumps(view, ensure_ascii=False, separators=(",", ":")) + "\n")

    run(work)


@audit_app.command("checkpoint")
def checkpoint(data_dir: DataDir = None) -> None:
    """Print the newest signed checkpoint, to be kept outside this machine."""
    from lacuna.wiring.build import open_application

    async def work() -> str:
        async with open_application(overrides(data_dir), passages_needed=False) as application:
            return await application.audit.checkpoint()

    sys.stdout.write(run(work))


@audit_app.command("anchor")
def anchor(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Send the newest checkpoint to every place in audit.anchors now; exit code 1 where one does not keep it."""
    from lacuna.wiring.build import open_application

    async def work() -> list[Anchored]:
        async with open_application(overrides(data_dir), passages_needed=False) as application:
            return await application.anchoring.anchor(application.cli_principal)

    outcomes = run(work)
    if as_json:
        print_json({"anchors": outcomes})
    elif not outcomes:
        raise InvalidInput("No place for checkpoints is configured.", cure="Set audit.anchors in config.yaml.")
    else:
        for each in outcomes:
            said = each.problem or f"keeps the checkpoint of {each.size} records"
            out.print(f"{each.anchor} ({each.host}): {said}", markup=False)
    if any(each.code for each in outcomes):
        raise typer.Exit(1)


@audit_app.command("erase")
def erase(
    subject: Annotated[str, typer.Option(help="User id of who asked.")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Destroy the key of all texts that a subject's questions left; the ledger stays whole and records it."""
    from lacuna.wiring.build import open_application

    async def work() -> bool:
        async with open_application(overrides(data_dir), passages_needed=False) as application:
            return await application.texts.erase(subject, application.cli_principal)

    erased = run(work)
    if as_json:
        print_json({"erased": erased})
    else:
        out.print("The key was destroyed." if erased else "There was no key: no text of this subject is stored.")


@audit_app.command("verifier")
def verifier() -> None:
    """Print the stand-alone verifier: one Python file that needs nothing but Python."""
    sys.stdout.write(Path(verify_ledger.__file__).read_text(encoding="utf-8"))


@audit_app.command("verify-receipt")
def verify_receipt(
    receipt: Annotated[Path, typer.Argument(help="A receipt: what `show --json` or an answer gave.")],
    key: Annotated[
        list[str] | None,
        typer.Option(help="Public key of the log, or a file with it (default: that of the data folder)."),
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Check a receipt offline, with the code of the stand-alone verifier; exit code 1 names what does not hold."""
    try:
        parsed = json.loads(read_text(receipt, MAX_RECEIPT))
        if not isinstance(parsed, dict):
            raise ValueError
    except ValueError:
        raise InvalidInput(f"{receipt} is no JSON object.", cure="Check that it is the right file.") from None
    problem, found = "", ""
    try:
        keys = [verify_ledger.public_key(each) for each in key] if key else [_own_key(data_dir)]
        found = verify_ledger.check_receipt(parsed, keys)
    except verify_ledger.Fault as fault:
        problem = str(fault)
    if as_json:
        print_json({"passed": not problem, "proven": found, "problem": problem})
    elif problem:
        err.print(f"[bold red]The receipt does not hold:[/] {escape(problem)}.")
    else:
        out.print(f"The receipt holds: {found}.", markup=False)
    if problem:
        raise typer.Exit(1)


def _own_key(data_dir: Path | None) -> bytes:
    from lacuna.wiring.build import open_application

    async def work() -> str:
        async with open_application(overrides(data_dir), passages_needed=False) as application:
            return application.audit.public_key()

    return verify_ledger.public_key(run(work))


@audit_app.command("report")
def report(since: Since = None, before: Before = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Count what was decided and what left the house."""
    from lacuna.wiring.build import open_application

    first, last = _moment(since, "--since") or 0, _moment(before, "--before")

    async def work() -> View:
        kinds, tiers, hosts, broken = Counter[str](), Counter[str](), Counter[str](), 0
        async with open_application(overrides(data_dir), passages_needed=False) as application:
            async for view in application.audit.export():
                record: Any = view["record"]
                if record is None:
                    broken += 1
                elif first <= record["at"] and (last is None or record["at"] < last):
                    kinds[record["kind"]] += 1
                    if record["kind"].startswith("decision."):
                        tiers[record["data"]["tier"]] += 1
                    elif record["kind"] == "outbound.sent":
                        hosts[record["data"]["host"]] += record["data"]["bytes"]
        return {"records": dict(kinds), "decisions": dict(tiers), "outbound_bytes": dict(hosts), "unreadable": broken}

    counted = run(work)
    if as_json:
        print_json(counted)
        return
    for title, counts in (
        ("Records", "records"),
        ("Decisions by tier", "decisions"),
        ("Bytes sent to", "outbound_bytes"),
    ):
        out.print(title)
        for name, count in sorted(counted[counts].items()):
            out.print(f"  {name:24} {count:>10}", markup=False)
        if not counted[counts]:
            out.print("  none")


def _text(path: Path) -> str:
    """A text without the line end that editors and shells add. Not an argument: other users see those."""
    raw = sys.stdin.read(MAX_TEXT + 1) if str(path) == "-" else read_text(path, MAX_TEXT)
    if len(raw) > MAX_TEXT:
        raise InvalidInput(f"The text has more than {MAX_TEXT} characters.", cure="Look for a shorter one.")
    return raw.removesuffix("\n").removesuffix("\r")


def _moment(given: str | None, option: str) -> int | None:
    """Microseconds since the epoch. Raises InvalidInput."""
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise InvalidInput(
            f"{option}: not a time.", cure="Write it as 2026-01-31 or 2026-01-31T12:00:00+01:00."
        ) from None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return int(aware.timestamp() * 1_000_000)


def _when(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC).isoformat(timespec="seconds")
