"""`lacuna classify`, `lacuna ask`, `lacuna search`: the main job from a terminal."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lacuna.cli.output import AsJson, DataDir, err, out, overrides, print_json, run
from lacuna.domain.errors import InvalidInput, TooLarge

if TYPE_CHECKING:
    from lacuna.api.classify import ClassifyAnswer
    from lacuna.api.query import QueryAnswer

TierOption = Annotated[str | None, typer.Option("--max-tier", help="Search only documents up to this tier.")]
GroupOption = Annotated[list[str] | None, typer.Option("--group", help="Search only documents of these groups.")]
Purpose = Annotated[str | None, typer.Option(help="What for, in a word or two.")]
Strategy = Annotated[str | None, typer.Option(help="conservative, balanced or aggressive.")]


def classify_command(
    text: Annotated[str | None, typer.Argument(help="The text; `-` reads standard input.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Read the text from this file.")] = None,
    project: Annotated[str | None, typer.Option(help="The project the text belongs to.")] = None,
    purpose: Purpose = None,
    strategy: Strategy = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Decide how sensitive a text is, and record the decision."""
    from lacuna.api.classify import answer
    from lacuna.domain.classification import Question
    from lacuna.wiring.build import open_application

    async def work() -> "ClassifyAnswer":
        async with open_application(overrides(data_dir, classification__strategy=strategy)) as application:
            wanted = given_text(text, file, application.loaded.settings.server.max_query_chars)
            return answer(
                await application.classify.one(
                    Question(wanted, project=project, purpose=purpose), application.cli_principal
                )
            )

    decided = run(work)
    if as_json:
        print_json(decided)
    else:
        _show_classification(decided)


def ask_command(
    question: Annotated[str, typer.Argument(help="The question; `-` reads standard input.")],
    top_k: Annotated[int, typer.Option("--top-k", min=1, max=100, help="How many passages to answer from.")] = 5,
    max_tier: TierOption = None,
    group: GroupOption = None,
    generate: Annotated[bool, typer.Option(help="Write an answer, or list the passages only.")] = True,
    cache: Annotated[bool, typer.Option(help="Take an answer that was written before, where answers are kept.")] = True,
    purpose: Purpose = None,
    strategy: Strategy = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Answer a question from the ingested documents, with citations and a receipt."""
    from lacuna.api.query import answer_model, narrowed
    from lacuna.domain.classification import Question
    from lacuna.usecases.asked import Wanted
    from lacuna.wiring.build import open_application

    async def work() -> "QueryAnswer":
        async with open_application(overrides(data_dir, classification__strategy=strategy)) as application:
            text = given_text(question, None, application.loaded.settings.server.max_query_chars)
            who = application.cli_principal
            reach = narrowed(who, tuple(group) if group else None, max_tier)
            wanted = Wanted(Question(text, purpose=purpose), top_k, generate=generate, reach=reach, cache=cache)
            return answer_model(await application.ask.answer(wanted, who))

    answered = run(work)
    if as_json:
        print_json(answered)
    else:
        _show_answer(answered)


def search_command(
    query: Annotated[str, typer.Argument(help="What to look for; `-` reads standard input.")],
    top_k: Annotated[int, typer.Option("--top-k", min=1, max=100, help="How many passages.")] = 10,
    max_tier: TierOption = None,
    group: GroupOption = None,
    purpose: Purpose = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Find passages in the ingested documents."""
    from lacuna.api.query import SearchAnswer, narrowed, search_model
    from lacuna.domain.classification import Question
    from lacuna.domain.policy import Source
    from lacuna.usecases.asked import Wanted
    from lacuna.wiring.build import open_application

    async def work() -> SearchAnswer:
        async with open_application(overrides(data_dir)) as application:
            text = given_text(query, None, application.loaded.settings.server.max_query_chars)
            who = application.cli_principal
            reach = narrowed(who, tuple(group) if group else None, max_tier)
            wanted = Wanted(
                Question(text, purpose=purpose), top_k, frozenset({Source.LOCAL_RAG}), generate=False, reach=reach
            )
            return search_model(await application.ask.passages(wanted, who))

    found = run(work)
    if as_json:
        print_json(found)
        return
    for n, result in enumerate(found.results, start=1):
        place = _place(result.title, result.heading, result.page)
        out.print(f"{n}. {place}  ({result.tier}, score {result.score:.3f})", markup=False)
        out.print(f"   {' '.join(result.text.split())[:300]}", markup=False)
    if not found.results:
        err.print("No passage found.")


def _place(title: str, heading: str, page: int | None) -> str:
    """Where a passage stands: document, page and heading, as far as they are known."""
    parts = [title, f"page {page}" if page else "", heading if heading != title else ""]
    return ", ".join(part for part in parts if part)


def given_text(given: str | None, file: Path | None, limit: int) -> str:
    """The text from argument, file or standard input. Raises InvalidInput or TooLarge."""
    if (given is None) == (file is None):
        raise InvalidInput("Give a text or --file, one of the two.", cure="See lacuna classify --help.", code="usage")
    text = _given_text(given or "", limit) if file is None else _file_text(file, limit)
    if len(text) > limit:
        raise TooLarge(f"The text is longer than {limit} characters.", cure="Raise server.max_query_chars.")
    if not text.strip():
        raise InvalidInput("The text is empty.", cure="Give at least one visible character.")
    return text


def _given_text(given: str, limit: int) -> str:
    if given != "-":
        return given
    return "" if sys.stdin is None else sys.stdin.read(limit + 1)


def _file_text(file: Path, limit: int) -> str:
    try:
        with file.open(encoding="utf-8") as lines:
            return lines.read(limit + 1)
    except UnicodeDecodeError:
        raise InvalidInput(f"{file} is not text in UTF-8.", cure="Use lacuna ingest for documents.") from None
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.", cure="Check the path.") from None


def _show_classification(c: "ClassifyAnswer") -> None:
    out.print(f"Tier    {c.tier}  (confidence {c.confidence:.2f}, {c.layer} layer)", markup=False)
    out.print(f"Why     {c.reasoning}", markup=False)
    for finding in c.findings:
        where = "" if finding.start is None else f" at {finding.start}-{finding.end}"
        out.print(f"        - {finding.kind}{where}  rule {finding.rule}", markup=False)
    used = [name for name in ("local_rag", "web_search", "external_llm") if getattr(c.route, name)]
    out.print(f"Route   {', '.join(used) or 'nothing'}", markup=False)
    out.print(f"Record  {c.decision_id}", markup=False)


def _show_answer(a: "QueryAnswer") -> None:
    _show_classification(a.classification)
    out.print()
    out.print(a.answer or "(no answer was asked for)", markup=False)
    out.print()
    for c in a.citations:
        out.print(f"[{c.n}] {_place(c.title, c.heading, c.page)}  ({c.tier})  {c.url}", markup=False)
    for left in a.left_the_house:
        what = f"{left.bytes} bytes" if left.text is None else left.text
        how = " (derived from your question)" if left.derived else ""
        out.print(f"This left the house: {what}  to {left.service} at {left.host}{how}", markup=False)
    out.print(f"Answer  {a.tier}, written by {a.model}{' before' if a.cached else ''}", markup=False)
    if a.degraded:
        out.print(f"Failed  {', '.join(a.degraded)}", markup=False)
    out.print(f"Receipt record {a.receipt.index} of {a.receipt.tree_size}, lineage {a.lineage_id}", markup=False)
