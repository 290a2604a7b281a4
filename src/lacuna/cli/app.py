"""The command tree, and the one place where errors become exit codes."""

import sys
from collections.abc import Callable
from typing import Annotated, NoReturn

import typer

from lacuna import __version__
from lacuna.cli import output
from lacuna.cli.admin import admin_app
from lacuna.cli.audit import audit_app
from lacuna.cli.configuration import config_app
from lacuna.cli.evaluate import evaluate_command
from lacuna.cli.evaluation import eval_command
from lacuna.cli.ingest import ingest_command
from lacuna.cli.lineage import explain_command, lineage_app
from lacuna.cli.models import models_app
from lacuna.cli.overrides import feedback_command
from lacuna.cli.policy import policy_app
from lacuna.cli.questions import ask_command, classify_command, search_command
from lacuna.cli.reindex import reindex_command
from lacuna.cli.serving import dev_command, migrate_command, serve_command
from lacuna.domain.errors import LacunaError

app = typer.Typer(
    name="lacuna",
    help="Privacy-aware RAG gateway: classifies questions, answers from your documents, proves what left the house.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"lacuna {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
    tenant: Annotated[str | None, typer.Option(help="Tenant that the command is for (LACUNA_TENANT).")] = None,
) -> None:
    """Options before the command."""
    if tenant is not None:
        from lacuna.config import choose_tenant

        choose_tenant(tenant)


app.command("dev")(dev_command)
app.command("serve")(serve_command)
app.command("migrate")(migrate_command)
app.command("ingest")(ingest_command)
app.command("reindex")(reindex_command)
app.command("ask")(ask_command)
app.command("classify")(classify_command)
app.command("search")(search_command)
app.command("evaluate")(evaluate_command)
app.command("eval")(eval_command)
app.command("explain")(explain_command)
app.command("feedback")(feedback_command)
app.add_typer(admin_app, name="admin")
app.add_typer(audit_app, name="audit")
app.add_typer(config_app, name="config")
app.add_typer(lineage_app, name="lineage")
app.add_typer(models_app, name="models")
app.add_typer(policy_app, name="policy")


def main() -> NoReturn:
    """Runs the command line."""
    _run(app)


def run_command(command: Callable[..., None]) -> NoReturn:
    """Runs one command as a program of its own."""
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command()(command)
    _run(alone)


def _run(program: typer.Typer) -> NoReturn:
    """Exit codes: 0 ok, 1 refused or failed check, 2 usage, 130 interrupted. Usage errors are typer's own."""
    try:
        program()
    except LacunaError as error:
        output.report(error, as_json="--json" in sys.argv)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away; there is nobody to tell
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(0)
