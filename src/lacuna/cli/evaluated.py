"""What `lacuna eval` measures: layers in this process, or all that a data folder's application asks."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from lacuna.cli.output import err, run
from lacuna.domain.classification import Classification, Question, Strategy, classify
from lacuna.domain.tiers import Tier

if TYPE_CHECKING:
    from lacuna.config import Loaded
    from lacuna.domain.terms import TermSet
    from lacuna.ports.classifier import ClassifierLayer

NO_LAYER = "Measured without the embedding layer: its model is not installed."

Judge = Callable[[str], Classification]


def by_layers(layers: "list[ClassifierLayer]", strategy: Strategy) -> Judge:
    """Asks each layer in turn, and no further ones once a tier is at the top."""

    def judge(text: str) -> Classification:
        results = []
        for layer in layers:
            results.append(layer.examine(Question(text)))
            if any(finding.tier is Tier.PROPRIETARY for finding in results[-1].findings):
                break
        return classify(text, results, strategy, "")

    return judge


@contextmanager
def embedding_layer(folder: Path | None, *, wanted: bool) -> "Iterator[list[ClassifierLayer]]":
    """The embedding layer without examples, where it is `wanted` and its model is installed. What is built for it goes
    to the models in `folder`, or nowhere where there are none yet."""
    if not wanted:
        yield []
        return
    from lacuna.adapters.classifiers.semantic.layer import SemanticLayer
    from lacuna.adapters.embeddings.minilm import find_embedder

    with TemporaryDirectory() as nowhere:
        kept = folder is not None and (folder / "models").is_dir()
        embedder = find_embedder(folder / "models" if kept and folder is not None else Path(nowhere))
        if embedder is None:
            err.print(NO_LAYER, markup=False)
            yield []
        else:
            yield [SemanticLayer(embedder.embed, embedder.fingerprint)]


def by_application(texts: Iterable[str], loaded: "Loaded", terms: "TermSet", strategy: Strategy) -> Judge:
    """The classifications by everything that the data folder's application asks, its corpus included, but for policy,
    conversations and the record. Raises StorageError where the folder cannot be opened."""
    settings = loaded.settings
    wanted = settings.classification.model_copy(update={"strategy": strategy})
    adapted = replace(loaded, terms=terms, settings=settings.model_copy(update={"classification": wanted}))

    async def judged() -> dict[str, Classification]:
        from lacuna.wiring.build import open_application

        async with open_application(loaded=adapted, passages_needed=False) as application:
            return {text: await application.classify.alone(Question(text)) for text in set(texts)}

    known = run(judged)
    return known.__getitem__


def still_open(found: Classification) -> bool:
    """Whether an LLM layer would be asked: nothing was found, and no layer is sure that the text is public."""
    sure = found.confidence >= Strategy.CONSERVATIVE.evidence_needed
    return not any(finding.tier > Tier.PUBLIC for finding in found.findings) and not sure
