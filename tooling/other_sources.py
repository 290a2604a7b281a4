"""Measures the layers on texts of public sources that nothing was learned from, and writes it into docs/evaluation.md.

`python -m tooling.other_sources FOLDER`: the folder holds a checkout of each repository, named `owner+name`. Nothing of
them is kept in this repository. Handbooks and mails count as INTERNAL, although these were published: they read like
those that were not. Each source is drawn from at most _MOST times a language, always the same texts.
"""

import argparse
import hashlib
import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lacuna.adapters.classifiers.heuristic import HeuristicLayer
from lacuna.adapters.classifiers.semantic.layer import SemanticLayer
from lacuna.adapters.embeddings.minilm import open_minilm
from lacuna.cli.evaluation import _percent
from lacuna.domain.classification import Question, Strategy, classify
from lacuna.domain.terms import TermSet
from lacuna.domain.tiers import Tier
from lacuna.ports.classifier import ClassifierLayer
from lacuna.usecases.measure import Share

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "evaluation.md"
BEGIN, END = "<!-- other sources: begin -->", "<!-- other sources: end -->"
MODELS = ROOT / ".demo" / "models"

Texts = Iterator[tuple[str, str]]
"""Pairs of language and text."""

_MOST: Final = 250
"""Texts drawn of one language of a source."""
_DIRECT: Final = re.compile(r"\b(we|our|us|you|your)\b", re.IGNORECASE)
_LINK: Final = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_LEGAL: Final = re.compile("license|contributing|conduct|node_modules", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Source:
    """Where texts come from."""

    name: str
    repository: str
    tier: Tier
    texts: Callable[[Path], Texts]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="checkouts named owner+name")
    options = parser.parse_args(arguments)
    MODELS.mkdir(parents=True, exist_ok=True)
    model = open_minilm(MODELS)
    layers: list[ClassifierLayer] = [HeuristicLayer(TermSet()), SemanticLayer(model.embed, model.fingerprint)]
    lines = ["| source | language | texts | error | `conservative` % | `balanced` % |", "|---|---|---:|---|---:|---:|"]
    for source in SOURCES:
        for language, texts in _drawn(source, options.folder):
            wrong = [_wrong(text, source.tier, layers) for text in texts]
            shares = " | ".join(_percent(Share(sum(column), len(texts))) for column in zip(*wrong, strict=True))
            error = "leaked" if source.tier > Tier.PUBLIC else "false alarm"
            digest = hashlib.sha256("\n".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:8]
            name = f"{source.name} ({source.repository}, `{digest}`)"
            lines.append(f"| {name} | {language} | {len(texts)} | {error} | {shares} |")
    table = "\n".join(lines)
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    print(table)
    return 0


def _drawn(source: Source, folder: Path) -> Iterator[tuple[str, list[str]]]:
    languages: dict[str, set[str]] = defaultdict(set)
    for language, text in source.texts(folder / source.repository.replace("/", "+")):
        if 8 < len(text.strip()) < 3_000:
            languages[language].add(text.strip())
    for language, texts in sorted(languages.items()):
        yield language, random.Random(7).sample(sorted(texts), min(_MOST, len(texts)))  # noqa: S311  # a fixed sample


def _wrong(text: str, tier: Tier, layers: Sequence[ClassifierLayer]) -> tuple[bool, bool]:
    """Whether `conservative` and `balanced` go wrong."""
    said = [layer.examine(Question(text)) for layer in layers]
    strategies = (Strategy.CONSERVATIVE, Strategy.BALANCED)
    first, second = ((classify(text, said, s, "").tier > Tier.PUBLIC) != (tier > Tier.PUBLIC) for s in strategies)
    return first, second


def _linked_data(file: str, languages: Sequence[str]) -> Callable[[Path], Texts]:
    def texts(folder: Path) -> Texts:
        for entry in _json(folder / file)["questions"]:
            for form in entry["question"]:
                if form["language"] in languages and form.get("string"):
                    yield form["language"][:2], form["string"]

    return texts


def _treebank(language: str) -> Callable[[Path], Texts]:
    def texts(folder: Path) -> Texts:
        for path in sorted(folder.glob("*-test.conllu")):
            yield from ((language, sentence) for sentence in _sentences(path))

    return texts


def _web_treebank(*genres: str) -> Callable[[Path], Texts]:
    """The first two passages of each document."""

    def texts(folder: Path) -> Texts:
        for genre in genres:
            for path in sorted((folder / "not-to-release" / "sources" / genre).glob("*.conllu")):
                passages, whole = [""], 0
                for sentence in _sentences(path):
                    if len(passages[-1]) + len(sentence) > 600:
                        passages.append("")
                    passages[-1] = f"{passages[-1]} {sentence}".strip()
                for passage in passages:
                    if len(passage) > 120 and whole < 2:
                        whole += 1
                        yield "en", passage

    return texts


def _reading(file: str, language: str, *, questions: bool) -> Callable[[Path], Texts]:
    """Data in the format of SQuAD."""

    def texts(folder: Path) -> Texts:
        for article in _json(folder / file)["data"]:
            for paragraph in article["paragraphs"]:
                asked = [entry["question"] for entry in paragraph["qas"]]
                yield from ((language, text) for text in (asked if questions else [paragraph["context"]]))

    return texts


def _web_questions(folder: Path) -> Texts:
    for part in ("test", "devtest", "val"):
        yield from (("en", entry["qText"]) for entry in _json(folder / "main" / f"{part}.json"))


def _prose(pattern: str, *, direct: bool) -> Callable[[Path], Texts]:
    """Paragraphs of documents; `direct`: only those which speak to or of somebody."""

    def texts(folder: Path) -> Texts:
        for path in sorted(folder.rglob(pattern)):
            if _LEGAL.search(str(path.relative_to(folder))):
                continue
            for part in re.split(r"\n\s*\n", path.read_text("utf-8", "replace")):
                text = _LINK.sub(r"\1", part).strip()
                plain = not text.startswith(("#", "|", "<", "```", "---", "..", "{"))
                if 80 <= len(text) <= 900 and plain and (not direct or _DIRECT.search(text)):
                    yield "en", text

    return texts


def _sentences(path: Path) -> Iterator[str]:
    lines = path.read_text("utf-8", "replace").splitlines()
    return (line.removeprefix("# text = ") for line in lines if line.startswith("# text = "))


def _json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


_HANDBOOK: Final = _prose("*.md", direct=True)
_PUBLIC, _INTERNAL = Tier.PUBLIC, Tier.INTERNAL
_TREEBANKS: Final = "UniversalDependencies/UD_"
_QALD10: Final = _linked_data("data/qald_10/qald_10.json", ("de", "en", "zh"))
_QALD9: Final = _linked_data("data/qald_9_plus_test_dbpedia.json", ("be", "lt", "ru", "uk"))
_ARABIC: Final = _reading("data/arcd.json", "ar", questions=True)
_TURKISH: Final = _reading("dev-v0.1.json", "tr", questions=True)
_CHINESE: Final = _reading("squad-style-data/cmrc2018_dev.json", "zh", questions=False)
SOURCES: Final = (
    Source("handbook", "basecamp/handbook", _INTERNAL, _HANDBOOK),
    Source("handbook", "clef/handbook", _INTERNAL, _HANDBOOK),
    Source("handbook", "dxw/playbook", _INTERNAL, _HANDBOOK),
    Source("handbook", "madetech/handbook", _INTERNAL, _HANDBOOK),
    Source("mail", f"{_TREEBANKS}English-EWT", _INTERNAL, _web_treebank("email")),
    Source("questions", "brmson/dataset-factoid-webquestions", _PUBLIC, _web_questions),
    Source("questions", "KGQA/QALD-10", _PUBLIC, _QALD10),
    Source("questions", "KGQA/QALD_9_plus", _PUBLIC, _QALD9),
    Source("questions", "husseinmozannar/SOQAL", _PUBLIC, _ARABIC),
    Source("questions", "TQuad/turkish-nlp-qa-dataset", _PUBLIC, _TURKISH),
    Source("encyclopaedia", "ymcui/cmrc2018", _PUBLIC, _CHINESE),
    Source("sentences of news", f"{_TREEBANKS}Chinese-PUD", _PUBLIC, _treebank("zh")),
    Source("sentences of news", f"{_TREEBANKS}Turkish-PUD", _PUBLIC, _treebank("tr")),
    Source("manual", "pallets/flask", _PUBLIC, _prose("*.rst", direct=False)),
)


if __name__ == "__main__":
    raise SystemExit(main())
