"""`lacuna admin terms|projects|customers`: list, add, remove and import the organisation's own words."""

from pathlib import Path
from typing import Annotated

import typer

from lacuna.cli.output import AsJson, DataDir, err, out, overrides, print_json, run
from lacuna.domain.errors import ConfigError, InvalidInput
from lacuna.domain.terms import Match, Term, TermList
from lacuna.usecases.terms import Imported, ListedTerm

PAGE = 1_000
_MAX_BYTES = 20 * 1024 * 1024
_IN_FORCE = "A running server counts it within a second."

Name = Annotated[str, typer.Argument(help="The name, in any of its spellings.")]


def terms_app(listed: TermList, what: str) -> typer.Typer:
    """The four commands for one list."""
    app = typer.Typer(no_args_is_help=True, help=f"{what.capitalize()} that Lacuna recognises by name.")

    @app.command("list")
    def listing(data_dir: DataDir = None, as_json: AsJson = False) -> None:
        """Every term, those of proprietary_terms.yaml first."""
        found = run(lambda: _every(listed, data_dir))
        if as_json:
            print_json({"terms": [_plain(term) for term in found]})
            return
        for each in found:
            out.print(_line(each), markup=False)

    @app.command("add")
    def add(
        name: Name,
        alias: Annotated[list[str] | None, typer.Option(help="Another name of the same; may be repeated.")] = None,
        match: Annotated[Match, typer.Option(help="When it counts.")] = Match.AUTOMATIC,
        data_dir: DataDir = None,
        as_json: AsJson = False,
    ) -> None:
        """Add a term, or replace the one of the same form."""
        from lacuna.wiring.build import open_application

        async def work() -> tuple[ListedTerm, bool]:
            async with open_application(overrides(data_dir)) as application:
                term = Term(name, tuple(alias or ()), match)
                return await application.terms.add(listed, term, application.cli_principal)

        stored, new = run(work)
        if as_json:
            print_json({**_plain(stored), "new": new})
        else:
            out.print(f"{'Added' if new else 'Was there, now as given'}: {stored.term_id}. {_IN_FORCE}", markup=False)

    @app.command("remove")
    def remove(name: Name, data_dir: DataDir = None, as_json: AsJson = False) -> None:
        """Remove a term of the database."""
        from lacuna.wiring.build import open_application

        async def work() -> None:
            async with open_application(overrides(data_dir)) as application:
                await application.terms.remove_named(listed, name, application.cli_principal)

        run(work)
        if as_json:
            print_json({"removed": True})
        else:
            out.print("Removed. A running server forgets it within a second.")

    @app.command("import")
    def load(
        file: Annotated[
            Path, typer.Argument(help="One term a line, or YAML in the form of proprietary_terms.yaml.", exists=True)
        ],
        data_dir: DataDir = None,
        as_json: AsJson = False,
    ) -> None:
        """Add or replace many terms at once."""
        from lacuna.wiring.build import open_application

        terms = _read(file, listed)

        async def work() -> Imported:
            async with open_application(overrides(data_dir)) as application:
                return await application.terms.load(listed, terms, application.cli_principal)

        done = run(work)
        if as_json:
            print_json({"added": done.added, "replaced": done.replaced, "unchanged": done.unchanged})
        else:
            out.print(f"{done.added} added, {done.replaced} replaced, {done.unchanged} there already. {_IN_FORCE}")

    return app


async def _every(listed: TermList, data_dir: Path | None) -> list[ListedTerm]:
    from lacuna.wiring.build import open_application

    found: list[ListedTerm] = []
    async with open_application(overrides(data_dir)) as application:
        after: str | None = ""
        while after is not None:
            page = await application.terms.page(listed, after, PAGE, application.cli_principal)
            found += page.terms
            after = page.next
    return found


def _line(listed: ListedTerm) -> str:
    more = f" (also: {', '.join(listed.term.aliases)})" if listed.term.aliases else ""
    flag = "" if listed.term.match is Match.AUTOMATIC else f" [{listed.term.match}]"
    return f"{listed.source:8}  {listed.term.name}{more}{flag}"


def _read(file: Path, listed: TermList) -> list[Term]:
    if file.suffix.lower() in (".yaml", ".yml"):
        from lacuna.config import terms as term_file

        read = term_file.read_file(file, file.name)
        if read.problems:
            lines = tuple(str(problem) for problem in read.problems)
            raise ConfigError(f"{file.name} cannot be imported.", cure="Correct every line.", problems=lines)
        for warning in read.warnings:
            err.print(f"warning: {warning}", markup=False)
        terms = list(read.terms.listed(listed))
        if not terms:
            raise InvalidInput(f"{file.name} has no {listed}.", cure=f"Put them under the key {listed}.")
        return terms
    try:
        with file.open("rb") as stream:
            text = stream.read(_MAX_BYTES + 1).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise InvalidInput(f"{file.name} cannot be read ({type(fault).__name__}).", cure="Save it as UTF-8.") from None
    if len(text) > _MAX_BYTES:
        raise InvalidInput(f"{file.name} is larger than {_MAX_BYTES} bytes.", cure="Import it in parts.")
    terms = [Term(line.strip()) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not terms:
        raise InvalidInput(f"{file.name} holds no term.", cure="Write one term a line.")
    return terms


def _plain(listed: ListedTerm) -> dict[str, object]:
    return {
        "id": listed.term_id,
        "name": listed.term.name,
        "aliases": list(listed.term.aliases),
        "match": listed.term.match.value,
        "source": listed.source,
        "added_by": listed.added_by,
        "added_at": listed.added_at,
    }
