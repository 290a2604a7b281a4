"""The command tree, and the one place where errors become exit codes.

Starting is quick because nothing is imported that a command does not use: the tree knows its commands by name
(`lacuna.cli.by_name`), and a command imports what it works with inside its function. tests/cli/test_start.py says what
the cheap commands may not import.
"""

import sys
from collections.abc import Callable
from typing import Annotated, ClassVar, NoReturn, cast

import typer

from lacuna import __version__
from lacuna.cli.by_name import CommandsByName, Place
from lacuna.domain.errors import LacunaError
from lacuna.wiring.start_up import starting


class _Root(CommandsByName):
    """The commands of `lacuna`."""

    places: ClassVar = {
        "dev": Place(
            "serving",
            "dev_command",
            "Serve on this machine only, without authentication and without any other service.",
        ),
        "serve": Place("serving", "serve_command", "Serve with authentication (API key from LACUNA_API_KEY)."),
        "migrate": Place(
            "serving",
            "migrate_command",
            "Bring the databases up to this version; opening them does the same, where the user may.",
        ),
        "ingest": Place(
            "ingest",
            "ingest_command",
            "Ingest documents: read, classify, index. Unchanged files are left alone; a broken file does not stop the "
            "rest.",
        ),
        "reindex": Place(
            "reindex",
            "reindex_command",
            "Move all passages to another vector store, or to a fresh one, while a server goes on serving.",
        ),
        "ask": Place(
            "questions",
            "ask_command",
            "Answer a question from the ingested documents, with citations and a receipt.",
        ),
        "classify": Place("questions", "classify_command", "Decide how sensitive a text is, and record the decision."),
        "search": Place("questions", "search_command", "Find passages in the ingested documents."),
        "evaluate": Place(
            "evaluate",
            "evaluate_command",
            "Say whether an operation on named data is allowed, why, and what would be instead. Exit code 1: it is "
            "not.",
        ),
        "eval": Place("evaluation", "eval_command", "Measure leak rate and false alarms on labelled data."),
        "explain": Place(
            "lineage",
            "explain_command",
            "Say why a decision got its tier, and the least that would have to be different for a lower one.",
        ),
        "feedback": Place(
            "overrides",
            "feedback_command",
            "Say what the tier of a decision should have been: it becomes a request for an override.",
        ),
        "admin": Place(
            "admin",
            "admin_app",
            "What administrators keep: the organisation's own words, overrides, policies, API keys.",
        ),
        "audit": Place("audit", "audit_app", "The ledger: what was decided, and the proof that nobody changed it."),
        "config": Place("configuration", "config_app", "Check and show the configuration."),
        "lineage": Place("lineage", "lineage_app", "Where answers came from and what documents went into."),
        "models": Place("models", "models_app", "List and import embedding models; compile recognisers ahead."),
        "policy": Place("policy", "policy_app", "Policies: what decides, and what a change would do."),
    }


app = typer.Typer(
    name="lacuna",
    cls=_Root,
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


def tree() -> _Root:
    """All commands, imported; for those who walk the tree without running it."""
    root = cast(_Root, typer.main.get_command(app))
    root.load_all()
    return root


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
    starting()
    try:
        program()
    except LacunaError as error:
        from lacuna.cli import output

        output.report(error, as_json="--json" in sys.argv)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away; there is nobody to tell
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(0)
