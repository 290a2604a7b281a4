"""`lacuna eval --labels`: what the overrides and labels that are granted in the data folder change on labelled data."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from lacuna.cli.output import err, out, run
from lacuna.domain.classification import LayerResult, Question, Strategy
from lacuna.domain.overriding import NOTHING_SET, OverrideSet
from lacuna.domain.tiers import Tier
from lacuna.usecases.compare import Compared, alarms, compare, leaked
from lacuna.usecases.measure import LabelledText, Measured, Share

if TYPE_CHECKING:
    from lacuna.config.settings import Settings
    from lacuna.domain.overrides import Label
    from lacuna.ports.classifier import ClassifierLayer

NO_LAYER = "The labels change nothing here: no embedding model is installed."


def relabelled(
    rows: Iterable[LabelledText], layer: "ClassifierLayer", strategy: Strategy, settings: "Settings"
) -> Compared:
    """The rows classified without and with what is granted in the store. Raises StorageMissing where there is
    none."""
    from lacuna.wiring.overrides import granted_in

    overrides, labels = run(lambda: granted_in(settings.storage, settings.audit))
    without, with_labels = _learning(labels, settings.storage.data_path)

    def judge(further: "ClassifierLayer | None", applied: OverrideSet) -> Callable[[str], Tier]:
        layers = [layer] if further is None else [layer, further]

        def tier(text: str) -> Tier:
            results: list[LayerResult] = [each.examine(Question(text)) for each in layers]
            return applied.classify(text, results, strategy, "").tier

        return tier

    return compare(rows, judge(without, NOTHING_SET), judge(with_labels, overrides))


def document(compared: Compared) -> dict[str, Any]:
    """For programs."""
    return {
        "before": _totals(compared.before),
        "after": _totals(compared.after),
        "changed": [
            {
                "id": row.row_id,
                "source": row.source,
                "level": row.level,
                "before": str(row.before),
                "after": str(row.after),
                "verdict": row.verdict,
            }
            for row in compared.changed
        ],
    }


def show(compared: Compared) -> None:
    """The rows whose tier changed, and the totals."""
    table = Table(title="Rows whose tier changed", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for column in ("id", "source", "level", "before", "after", "by the row's label"):
        table.add_column(column, no_wrap=True)
    for row in compared.changed:
        table.add_row(row.row_id, row.source, row.level, str(row.before), str(row.after), row.verdict)
    if compared.changed:
        out.print(table)
    else:
        out.print("No row's tier changed.")
    for name, share in (("leaked", leaked), ("false alarms", alarms)):
        before, after = share(compared.before), share(compared.after)
        out.print(f"{name}: {_of(before)} before, {_of(after)} after", markup=False)


def _learning(labels: "tuple[Label, ...]", folder: Path) -> "tuple[ClassifierLayer | None, ClassifierLayer | None]":
    """The embedding layer without and with the labels; none where there is nothing to learn or no model."""
    if not labels:
        return None, None
    from lacuna.adapters.classifiers.semantic.layer import SemanticLayer
    from lacuna.adapters.embeddings.minilm import find_embedder
    from lacuna.domain.examples import Example

    embedder = find_embedder(folder / "models")
    if embedder is None:
        err.print(NO_LAYER, markup=False)
        return None, None
    layer = SemanticLayer(embedder.embed, embedder.fingerprint)
    return layer, layer.with_examples([Example(label.text, label.tier) for label in labels])


def _totals(measured: Measured) -> dict[str, Any]:
    totals = {"leaked": leaked(measured), "false_alarms": alarms(measured)}
    return {name: {"count": share.count, "total": share.total} for name, share in totals.items()}


def _of(share: Share) -> str:
    return f"{share.count} of {share.total}"
