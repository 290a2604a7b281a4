"""`lacuna eval`: leak rate and false alarms of the classifier on labelled data, in this process.

Reads JSON lines (`{"id", "source", "text", "labels": {"sensitive", "level", "tier"}}`), plain or gzip, files or
folders of them. Nothing is recorded, sent or kept.
"""

import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from lacuna.cli import evaluated
from lacuna.cli.output import AsJson, DataDir, out, overrides, print_json
from lacuna.domain.classification import Classification, Strategy
from lacuna.domain.errors import ConfigError, InvalidInput
from lacuna.domain.tiers import Tier
from lacuna.usecases.measure import LabelledText, Measured, Share, Slice, labelled, measure

if TYPE_CHECKING:
    from lacuna.adapters.classifiers.recogniser import Recogniser
    from lacuna.domain.terms import TermSet

_SUFFIXES = (".jsonl", ".jsonl.gz")
_TERM_LISTS = {
    "projects": "projects",
    "customers": "customers",
    "internal_terms": "internal_terms",
    "terms": "internal_terms",
    "organisation": "internal_terms",
    "public": "public",
}


def eval_command(
    data: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="JSON lines, plain or .gz, or folders of them.")
    ],
    terms: Annotated[
        Path | None,
        typer.Option(help="Organisation terms: JSON, or a proprietary_terms.yaml (default: the configured)."),
    ] = None,
    strategy: Annotated[
        Strategy | None, typer.Option(help="What PUBLIC needs where nothing was found (default: the configured).")
    ] = None,
    misses: Annotated[
        Path | None, typer.Option(help="Write the ids of leaks and false alarms here, as JSON lines.")
    ] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the tables here, as Markdown.")] = None,
    packs: Annotated[
        list[str] | None, typer.Option("--pack", help="A pack of recognisers to add; may be given several times.")
    ] = None,
    labels: Annotated[
        bool, typer.Option("--labels", help="Compare without and with the overrides and labels of the data folder.")
    ] = False,
    embedding: Annotated[
        bool, typer.Option(help="Whether the embedding layer judges too, where its model is installed.")
    ] = True,
    corpus: Annotated[
        bool, typer.Option("--corpus", help="Ask all that the data folder's application asks, its documents included.")
    ] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Measure leak rate and false alarms on labelled data."""
    from lacuna.adapters.classifiers.heuristic import HeuristicLayer
    from lacuna.config import Settings, cache_folders, load
    from lacuna.wiring.plugins import configured_packs

    loaded = load(overrides(data_dir)) if terms is None or strategy is None or labels else None
    term_set = loaded.terms if terms is None and loaded is not None else _read_terms(terms)
    chosen = strategy if strategy is not None or loaded is None else Strategy(loaded.settings.classification.strategy)
    added = () if loaded is None else (*loaded.recognisers, *configured_packs(loaded))
    layer = HeuristicLayer(
        term_set,
        added=tuple(dict.fromkeys((*added, *_pack_rules(packs or [])))),
        probes=cache_folders(Settings() if loaded is None else loaded.settings),
    )

    if labels and loaded is not None:
        from lacuna.cli import relabelled
        from lacuna.wiring.vault import with_secrets

        compared = relabelled.relabelled(
            _rows(data), layer, chosen or Strategy.CONSERVATIVE, with_secrets(loaded).settings
        )
        if as_json:
            print_json(relabelled.document(compared))
        else:
            relabelled.show(compared)
        return

    rows = list(_rows(data))
    if corpus:
        whole = loaded if loaded is not None else load(overrides(data_dir))
        judge = evaluated.by_application((row.text for row in rows), whole, term_set, chosen or Strategy.CONSERVATIVE)
        measured = _measured(rows, judge)
    else:
        models = None if loaded is None else loaded.settings.storage.data_path
        with evaluated.embedding_layer(models, wanted=embedding) as meaning:
            measured = _measured(rows, evaluated.by_layers([layer, *meaning], chosen or Strategy.CONSERVATIVE))
    if misses is not None:
        _write_misses(misses, measured)
    if markdown is not None:
        _write(markdown, _markdown(measured, chosen or Strategy.CONSERVATIVE, layer.version))
    if as_json:
        print_json(_document(measured, chosen or Strategy.CONSERVATIVE, layer.version))
    else:
        _show(measured, chosen or Strategy.CONSERVATIVE)


def _measured(rows: Iterable[LabelledText], judge: evaluated.Judge) -> Measured:
    known: dict[str, Classification] = {}

    def tier(text: str) -> Tier:
        known[text] = known[text] if text in known else judge(text)
        return known[text].tier

    return measure(rows, tier, lambda text: evaluated.still_open(known[text]))


def _pack_rules(names: Iterable[str]) -> Iterator["Recogniser"]:
    from lacuna.adapters.classifiers.packs import PACKS, pack

    for name in dict.fromkeys(names):
        if name not in PACKS:
            raise InvalidInput(f"There is no pack {name!r}.", cure=f"Use one of {', '.join(PACKS)}.")
        yield from pack(name)


def _rows(paths: Iterable[Path]) -> Iterator[LabelledText]:
    for path in paths:
        if path.is_dir():
            files = sorted(file for file in path.iterdir() if file.name.endswith(_SUFFIXES))
            if not files:
                raise InvalidInput(f"{path} holds no .jsonl or .jsonl.gz file.", cure="Name the files.")
        else:
            files = [path]
        for file in files:
            yield from _rows_of(file)


def _rows_of(file: Path) -> Iterator[LabelledText]:
    try:
        with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
            yield from labelled(lines, str(file))
    except (OSError, EOFError, UnicodeDecodeError) as fault:
        raise InvalidInput(f"{file} cannot be read: {fault}.", cure="Give UTF-8 JSON lines, plain or gzip.") from fault


def _read_terms(path: Path | None) -> "TermSet":
    from lacuna.config import terms as term_file
    from lacuna.domain.terms import TermSet

    if path is None:
        return TermSet()
    if path.suffix != ".json":
        return term_file.sound(path, str(path))
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise ConfigError(f"{path} cannot be read: {fault}.", cure="Give a JSON object of lists of strings.") from fault
    lists: dict[str, tuple[str, ...]] = {}
    for key, entries in content.items() if isinstance(content, dict) else ():
        if key not in _TERM_LISTS or not isinstance(entries, list) or not all(isinstance(e, str) for e in entries):
            known = ", ".join(sorted(_TERM_LISTS))
            raise ConfigError(f"{path}: {key} is no list of terms.", cure=f"Use lists of strings under: {known}.")
        lists[_TERM_LISTS[key]] = (*lists.get(_TERM_LISTS[key], ()), *entries)
    return TermSet(**lists)


def _write_misses(path: Path, measured: Measured) -> None:
    lines = (
        json.dumps({"id": miss.row_id, "source": miss.source, "level": miss.level, "tier": str(miss.tier)}) + "\n"
        for miss in measured.misses
    )
    _write(path, "".join(lines))


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as fault:
        raise InvalidInput(f"{path} cannot be written: {fault.strerror}.", cure="Choose another file.") from fault


def _markdown(measured: Measured, strategy: Strategy, version: str) -> str:
    """The tables for a document, with what they were made from."""
    lines = [f"Strategy `{strategy.value}`, rules `{version[:16]}`. Wilson intervals, 95 %; worst slice first.", ""]
    for title, slices in _tables(measured):
        lines += [
            f"| {title} | rows | leaked % | below tier % | false alarms % | flagged % |",
            "|---|---:|---:|---:|---:|---:|",
        ]
        for part in slices:
            lines.append("| " + " | ".join(_cells(part)) + " |")
        lines.append("")
    for name, share in _totals(measured):
        lines.append(f"- {name}: {_percent(share) or 'no such rows'}")
    return "\n".join(lines) + "\n"


def _cells(part: Slice) -> list[str]:
    return [
        part.name,
        str(part.leaked.total + part.alarms.total + part.flagged.total),
        _percent(part.leaked),
        _percent(part.below, interval=False),
        _percent(part.alarms),
        _percent(part.flagged, interval=False),
    ]


def _totals(measured: Measured) -> list[tuple[str, Share]]:
    return [
        ("Explicit leaked", measured.explicit),
        ("False alarms", measured.harmless),
        ("Look-alikes flagged", measured.lookalikes),
        ("Left open for an LLM", measured.open),
    ]


def _tables(measured: Measured) -> list[tuple[str, tuple[Slice, ...]]]:
    tables = [("level", measured.levels), ("source", measured.sources)]
    return [*tables, ("language of public rows", measured.languages)] if measured.languages else tables


def _document(measured: Measured, strategy: Strategy, version: str) -> dict[str, Any]:
    return {
        "strategy": strategy.value,
        "ruleset": version,
        "explicit_leaked": _share(measured.explicit),
        "false_alarms": _share(measured.harmless),
        "lookalikes_flagged": _share(measured.lookalikes),
        "levels": [_slice(part) for part in measured.levels],
        "sources": [_slice(part) for part in measured.sources],
        "languages": [_slice(part) for part in measured.languages],
        "left_open": _share(measured.open),
    }


def _slice(part: Slice) -> dict[str, Any]:
    return {
        "name": part.name,
        "leaked": _share(part.leaked),
        "below_tier": _share(part.below),
        "false_alarms": _share(part.alarms),
        "disputed_flagged": _share(part.flagged),
    }


def _share(share: Share) -> dict[str, Any]:
    interval = share.interval
    return {
        "count": share.count,
        "total": share.total,
        "share": share.value,
        "interval_95": None if interval is None else list(interval),
    }


def _show(measured: Measured, strategy: Strategy) -> None:
    for title, slices in _tables(measured):
        table = Table(title=f"By {title}, worst first ({strategy.value})", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
        table.add_column(title, no_wrap=True, max_width=20)
        for column in ("rows", "leaked %", "below", "false alarms %", "flagged"):
            table.add_column(column, justify="right", no_wrap=True)
        for part in slices:
            table.add_row(*_cells(part))
        out.print(table)
    out.print("leaked, below the lowest acceptable tier: of sensitive rows; flagged: of rows without an agreed answer")
    for name, share in _totals(measured):
        out.print(f"{name}: {_percent(share) or 'no such rows'}", markup=False)


def _percent(share: Share, *, interval: bool = True) -> str:
    value, bounds = share.value, share.interval
    if value is None or bounds is None:
        return ""
    low, high = (_short(100 * bound) for bound in bounds)
    return f"{100 * value:.1f} [{low}-{high}]" if interval else f"{100 * value:.1f}"


def _short(percent: float) -> str:
    return f"{percent:.1f}" if percent < 10 else f"{percent:.0f}"
