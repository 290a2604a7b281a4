"""Measures the layers on labelled rows and writes the tables of docs/evaluation.md.

`python -m tooling.evaluation FILE... --terms TERMS [--corpus FOLDER]`: each layer is asked once about each text, and
the three strategies are applied to what the layers said: the heuristics alone, with the embedding layer, and with the
corpus in the data folder FOLDER as evidence too (`lacuna ingest --data-dir FOLDER` fills it). The same counting as
`lacuna eval`.
"""

import argparse
import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lacuna.adapters.classifiers.heuristic import HeuristicLayer
from lacuna.adapters.classifiers.semantic.corpus import CorpusLayer
from lacuna.adapters.classifiers.semantic.layer import SemanticLayer
from lacuna.adapters.embeddings.minilm import open_minilm
from lacuna.adapters.embeddings.remembered import RememberedEmbedder
from lacuna.adapters.vectors.embedded import EmbeddedVectorStore
from lacuna.cli.evaluated import still_open
from lacuna.cli.evaluation import _percent, _read_terms, _rows
from lacuna.domain.classification import Classification, LayerResult, Question, Strategy, classify
from lacuna.domain.tiers import Tier
from lacuna.ports.classifier import ClassifierLayer
from lacuna.usecases.measure import LabelledText, Measured, Share, Slice, measure

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "evaluation.md"
BEGIN, END = "<!-- layers: begin -->", "<!-- layers: end -->"
MODELS = ROOT / ".demo" / "models"
_QUESTIONS = ("pub_questions", "pub_wiki_questions")

Said = dict[str, list[LayerResult]]
"""What the layers said of each text, in their order."""


@dataclass(frozen=True, slots=True)
class _Setting:
    name: str
    layers: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", type=Path, nargs="+", help="labelled rows, or folders of them")
    parser.add_argument("--terms", type=Path, required=True, help="the organisation's terms")
    parser.add_argument("--corpus", type=Path, help="a data folder whose documents count as the corpus")
    options = parser.parse_args(arguments)
    rows = list(_rows(options.files))
    said = asyncio.run(_said(rows, options.terms, options.corpus))
    settings = [_Setting("heuristics", 1), _Setting("with the embedding layer", 2)]
    settings += [_Setting("with embedding layer and corpus", 3)] if options.corpus is not None else []
    found = {(s, one): _measured(rows, said, one, s) for s in Strategy for one in settings}
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    tables = "\n".join([_summary(found), _languages(found, settings[1]), _sources(found, settings[1])])
    PAGE.write_text(f"{before}{BEGIN}\n{tables}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    print(_summary(found))
    return 0


async def _said(rows: Iterable[LabelledText], terms: Path, corpus: Path | None) -> Said:
    MODELS.mkdir(parents=True, exist_ok=True)
    model = open_minilm(MODELS)
    embed = RememberedEmbedder(model).embed
    semantic = SemanticLayer(embed, model.fingerprint)
    layers: list[ClassifierLayer] = [HeuristicLayer(_read_terms(terms)), semantic]
    store = None
    if corpus is not None:
        store = await EmbeddedVectorStore.open(corpus / "passages.db")
        layers.append(CorpusLayer(embed, store.corpus(model.fingerprint), lambda: semantic))
    said = {text: _asked(layers, text) for text in {row.text for row in rows}}
    if store is not None:
        await store.close()
    return said


def _asked(layers: Iterable[ClassifierLayer], text: str) -> list[LayerResult]:
    """Further layers are not asked once a tier is at the top."""
    results: list[LayerResult] = []
    for layer in layers:
        results.append(layer.examine(Question(text)))
        if any(finding.tier is Tier.PROPRIETARY for finding in results[-1].findings):
            break
    return results


def _measured(rows: Iterable[LabelledText], said: Said, setting: _Setting, strategy: Strategy) -> Measured:
    known: dict[str, Classification] = {
        text: classify(text, results[: setting.layers], strategy, "") for text, results in said.items()
    }

    def tier(text: str) -> Tier:
        return known[text].tier

    return measure(rows, tier, lambda text: still_open(known[text]))


def _summary(found: dict[tuple[Strategy, _Setting], Measured]) -> str:
    columns = ["strategy", "layers", "explicit leaked %", "contextual leaked %", "public called something else %"]
    columns += ["public questions called something else %", "look-alikes flagged %", "left open for an LLM %"]
    lines = [f"| {' | '.join(columns)} |", "|---|---|" + 6 * "---:|"]
    for (strategy, setting), measured in found.items():
        levels = {part.name: part for part in measured.levels}
        questions = [part.alarms for part in measured.sources if part.name in _QUESTIONS]
        asked = Share(sum(share.count for share in questions), sum(share.total for share in questions))
        cells = [
            _percent(levels["explicit"].leaked) if "explicit" in levels else "",
            _percent(levels["contextual"].leaked) if "contextual" in levels else "",
            _percent(levels["public"].alarms) if "public" in levels else "",
            _percent(asked),
            _percent(measured.lookalikes),
            _percent(measured.open),
        ]
        lines.append(f"| `{strategy.value}` | {setting.name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _languages(found: dict[tuple[Strategy, _Setting], Measured], setting: _Setting) -> str:
    lines = [f"Public rows called something else, by language, {setting.name}:", ""]
    lines += ["| language | rows | `conservative` % | `balanced` % |", "|---|---:|---:|---:|"]
    balanced = {part.name: part for part in found[Strategy.BALANCED, setting].languages}
    for part in found[Strategy.CONSERVATIVE, setting].languages:
        other = balanced[part.name].alarms
        lines.append(f"| {part.name} | {part.alarms.total} | {_percent(part.alarms)} | {_percent(other)} |")
    return "\n".join(lines) + "\n"


def _sources(found: dict[tuple[Strategy, _Setting], Measured], setting: _Setting) -> str:
    lines = [f"By source, {setting.name}; worst first under `conservative`:", ""]
    columns = (
        "source",
        "rows",
        "leaked, `conservative` %",
        "`balanced` %",
        "false alarms, `conservative` %",
        "`balanced` %",
    )
    lines += [f"| {' | '.join(columns)} |", "|---|" + 5 * "---:|"]
    balanced = {part.name: part for part in found[Strategy.BALANCED, setting].sources}
    for part in found[Strategy.CONSERVATIVE, setting].sources:
        lines.append(f"| {part.name} | {_size(part)} | {_both(part, balanced[part.name])} |")
    return "\n".join(lines) + "\n"


def _size(part: Slice) -> int:
    return part.leaked.total + part.alarms.total + part.flagged.total


def _both(conservative: Slice, balanced: Slice) -> str:
    shares = (conservative.leaked, balanced.leaked, conservative.alarms, balanced.alarms)
    return " | ".join(map(_percent, shares))


if __name__ == "__main__":
    raise SystemExit(main())
