"""Trains the embedding layer's head and writes what the documentation says of it.

`python -m tooling.train_semantic [--models FOLDER] [--rows FILE...]` writes `head.npz` into the package, the
calibration plot `docs/semantic-calibration.svg`, and the tables between the markers of `docs/semantic.md`. `--rows`
names labelled rows (JSON lines with `text` and `labels.sensitive`, `labels.level`) that the head has never seen; they
are measured, not learned. With the same packages and Python the output is the same.
"""

import argparse
import gzip
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lacuna.adapters.classifiers import semantic
from lacuna.adapters.classifiers.heuristic import HeuristicLayer
from lacuna.adapters.classifiers.semantic import calibration
from lacuna.adapters.classifiers.semantic.layer import SemanticLayer
from lacuna.adapters.classifiers.semantic.training import Trained, train
from lacuna.adapters.embeddings.minilm import open_minilm
from lacuna.domain.classification import Question, Strategy, classify
from lacuna.domain.terms import TermSet
from lacuna.domain.tiers import Tier

ROOT = Path(__file__).resolve().parent.parent
HEAD = Path(semantic.__file__).parent / "head.npz"
PAGE = ROOT / "docs" / "semantic.md"
PLOT = ROOT / "docs" / "semantic-calibration.svg"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
_FEW = 30
"""Texts below which a language is counted with the others."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Trains, measures, writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--models", type=Path, default=ROOT / ".demo" / "models", help="where the model's graph is kept"
    )
    parser.add_argument("--rows", type=Path, nargs="*", default=[], help="labelled rows to measure on")
    options = parser.parse_args(arguments)
    options.models.mkdir(parents=True, exist_ok=True)
    model = open_minilm(options.models)
    trained = train(model.embed, model.fingerprint)
    trained.head.write(HEAD)
    tables = [_folds(trained)]
    if options.rows:
        tables.append(_unseen(SemanticLayer(model.embed, model.fingerprint), _rows(options.rows)))
    bins = calibration.reliability(trained.probabilities, trained.sensitive, trained.weights)
    PLOT.write_text(_plot(bins), encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n" + "\n".join(tables) + f"\n{END}{after}", encoding="utf-8")
    print(f"{HEAD.name}: version {trained.head.version}, thresholds {trained.head.thresholds}")
    return 0


def _folds(trained: Trained) -> str:
    """Held-out folds of the bank, by language."""
    groups: dict[str, list[int]] = defaultdict(list)
    for number, language in enumerate(trained.languages):
        groups[language].append(number)
    small = [name for name, members in groups.items() if len(members) < _FEW]
    for name in small:
        groups["others"] += groups.pop(name)
    at = trained.head.thresholds
    bins = calibration.reliability(trained.probabilities, trained.sensitive, trained.weights)
    error = calibration.expected_calibration_error(bins)
    lines = [
        f"Held-out folds of the bank, {len(trained.languages):,} texts; expected calibration error {error:.3f}.",
        (
            "Thresholds on the calibrated probability: "
            f"public up to {at.public:.2f}, likely public up to {at.likely_public:.2f}, "
            f"finding from {at.sensitive:.2f}; not judged from an unfamiliarity of {at.unfamiliar:.2f}."
        ),
        "",
        "| language | texts | sensitive taken for public | public not taken for public | abstained |",
        "|---|---:|---:|---:|---:|",
    ]
    everything = list(range(len(trained.languages)))
    for name, members in [*sorted(groups.items()), ("**all**", everything)]:
        p, sensitive = trained.probabilities[members], trained.sensitive[members] > 0
        leaked = _share(p[sensitive] <= at.public)
        missed = _share(p[~sensitive] > at.public)
        abstained = _share((p > at.public) & (p < at.sensitive))
        lines.append(f"| {name} | {len(members):,} | {leaked} | {missed} | {abstained} |")
    return "\n".join(lines) + "\n"


def _unseen(layer: SemanticLayer, rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows that nothing was learned from, by level and language, together with the heuristics."""
    heuristic = HeuristicLayer(TermSet())
    outcomes: dict[tuple[str, str], list[tuple[bool, bool, bool]]] = defaultdict(list)
    for row in rows:
        question = Question(row["text"])
        results = [heuristic.examine(question), layer.examine(question)]
        tiers = [
            classify(question.text, results, s, "").tier > Tier.PUBLIC
            for s in (Strategy.CONSERVATIVE, Strategy.BALANCED)
        ]
        sure = max(result.public_evidence for result in results) >= Strategy.CONSERVATIVE.evidence_needed
        abstained = not sure and not any(result.findings for result in results)
        outcomes[row["labels"]["level"], row.get("lang", "")].append((tiers[0], tiers[1], abstained))
    lines = [
        "Development rows (never trained on), heuristics without terms plus this layer, no corpus; Wilson 95 %:",
        "",
        "| level | language | rows | above PUBLIC, conservative | above PUBLIC, balanced | still open |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for (level, language), found in sorted(outcomes.items()):
        shares = " | ".join(_wilson(sum(column), len(found)) for column in zip(*found, strict=True))
        lines.append(f"| {level} | {language} | {len(found)} | {shares} |")
    return "\n".join(lines) + "\n"


def _rows(paths: Sequence[Path]) -> Iterable[Mapping[str, Any]]:
    """The rows that these layers are about: public ones, and those that are sensitive by content only."""
    for path in paths:
        opened: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                if row["labels"]["level"] in {"public", "contextual", "unlisted_org"}:
                    yield row


def _share(found: Any) -> str:
    return f"{100 * float(np.mean(found)):.1f} %" if len(found) else "-"


def _wilson(hits: int, total: int) -> str:
    z = 1.96
    centre = (hits + z * z / 2) / (total + z * z)
    reach = z / (total + z * z) * (hits * (total - hits) / total + z * z / 4) ** 0.5
    low, high = max(0.0, centre - reach), min(1.0, centre + reach)
    return f"{100 * hits / total:.1f} % ({100 * low:.1f}-{100 * high:.1f})"


def _plot(bins: Sequence[calibration.Bin]) -> str:
    """A reliability diagram: predicted against observed, the area of a dot for the share of texts."""
    size, left, top = 320, 56, 16
    dots, labels = [], []
    for one in bins:
        x, y = left + one.predicted * size, top + (1 - one.observed) * size
        radius = 3 + 22 * one.share**0.5
        dots.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="#3465a4" fill-opacity="0.55"/>')
    for tick in range(0, 11, 2):
        x, y = left + tick / 10 * size, top + (1 - tick / 10) * size
        labels.append(f'<text x="{x:.1f}" y="{top + size + 18}" text-anchor="middle">{tick / 10:.1f}</text>')
        labels.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{tick / 10:.1f}</text>')
    middle = top + size / 2
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + size + 32}" height="{top + size + 48}"',
            '  font-family="sans-serif" font-size="12">',
            "<title>Calibration of the embedding layer on held-out folds</title>",
            f'<rect x="{left}" y="{top}" width="{size}" height="{size}" fill="none" stroke="#888"/>',
            f'<line x1="{left}" y1="{top + size}" x2="{left + size}" y2="{top}" stroke="#888" stroke-dasharray="4"/>',
            *dots,
            *labels,
            f'<text x="{left + size / 2}" y="{top + size + 38}" text-anchor="middle">predicted P(sensitive)</text>',
            f'<text x="14" y="{middle}" text-anchor="middle" transform="rotate(-90 14 {middle})">in truth</text>',
            "</svg>",
            "",
        ]
    )


if __name__ == "__main__":
    raise SystemExit(main())
