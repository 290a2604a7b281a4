"""How well Lacuna finds documents, beside others, and the page that says so: docs/retrieval-quality.md.

`python -m tooling.retrieval_quality COLLECTION... [--rivals PYTHON]`: a collection is a folder with `corpus.jsonl`
(`_id`, `title`, `text`), `queries.jsonl` (`_id`, `text`) and `qrels.tsv` (query, document, grade), as BEIR has them.
None is kept here. `--rivals` is the interpreter of a virtual environment with requirements/retrieval-rivals.in.
Documents are ranked by their best passage; intervals are a paired bootstrap over questions, 95 %.
"""

import argparse
import asyncio
import json
import math
import random
import sqlite3
import subprocess
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lacuna.adapters.embeddings.minilm import MiniLM, open_minilm
from lacuna.adapters.parsers.chunker import Chunker
from lacuna.adapters.vectors.embedded import EmbeddedVectorStore
from lacuna.domain.chunking import embedded_text
from lacuna.domain.identity import Reach
from lacuna.domain.retrieval import Chunk, Document
from lacuna.domain.tiers import Tier
from lacuna.ports.embeddings import Vectors
from lacuna.ports.parsers import Parsed, Section
from lacuna.ports.vectors import IndexedChunk
from lacuna.testing.fakes.catalogue import InMemoryCatalogue
from lacuna.usecases.search import Search

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "retrieval-quality.md"
MODELS: Final = ROOT / ".demo" / "models"
RIVALS: Final = Path(__file__).with_name("retrieval_rivals.py")
DEPTH: Final = 100
CUT: Final = 10
DRAWS: Final = 2_000
EVERYONE: Final = Reach(Tier.PUBLIC, frozenset())
HYBRID, WORDS, MEANING, PLAIN = "Lacuna", "Lacuna without a model", "vectors alone", "SQLite FTS5 (porter)"

Ranking = dict[str, list[str]]
"""Documents, best first, by question."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A folder's contents; `grades` by question and document."""

    name: str
    documents: list[tuple[str, str, str]]
    questions: list[tuple[str, str]]
    grades: dict[str, dict[str, int]]

    @classmethod
    def read(cls, folder: Path) -> "Collection":
        documents = [(row["_id"], row.get("title", ""), row["text"]) for row in _rows(folder / "corpus.jsonl")]
        questions = [(row["_id"], row["text"]) for row in _rows(folder / "queries.jsonl")]
        grades: dict[str, dict[str, int]] = {}
        for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
            question, document, grade = line.split("\t")
            grades.setdefault(question, {})[document] = int(grade)
        return cls(folder.name, documents, [one for one in questions if one[0] in grades], grades)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and writes the page."""
    parser = argparse.ArgumentParser(prog="python -m tooling.retrieval_quality", description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path, metavar="COLLECTION")
    parser.add_argument("--rivals", metavar="PYTHON", help="interpreter with LlamaIndex and LangChain")
    parser.add_argument("--markdown", type=Path, default=PAGE, metavar="FILE")
    options = parser.parse_args(arguments)
    MODELS.mkdir(parents=True, exist_ok=True)
    embedder = Remembered(open_minilm(MODELS))
    sections = []
    for folder in options.folders:
        collection = Collection.read(folder)
        ranked = {**asyncio.run(ours(collection, embedder)), PLAIN: plain(collection)}
        if options.rivals:
            ranked.update(rivals(collection, embedder, options.rivals))
        sections.append(table(collection, ranked))
        print(sections[-1], flush=True)
    options.markdown.write_text(HEAD + "\n".join(sections), encoding="utf-8")
    return 0


@dataclass(slots=True)
class Remembered:
    """An embedder that computes each text once for everybody."""

    model: MiniLM
    known: dict[str, Vectors] = field(default_factory=dict)

    def embed(self, texts: Sequence[str]) -> list[Vectors]:
        for text in texts:
            if text not in self.known:
                self.known[text] = self.model.embed([text])[0]
        return [self.known[text] for text in texts]


async def ours(collection: Collection, embedder: Remembered) -> dict[str, Ranking]:
    """Whole searches, with and without the model, and vectors alone."""
    chunker = Chunker(embedder.model.count_tokens, 220, 40 / 220)
    catalogue = InMemoryCatalogue()
    with tempfile.TemporaryDirectory() as folder:
        store = await EmbeddedVectorStore.open(Path(folder) / "passages.db")
        for name, title, text in collection.documents:
            chunks = _chunks(chunker, name, title, text)
            vectors = embedder.embed([embedded_text(chunk.title, chunk.heading, chunk.text) for chunk in chunks])
            items = [IndexedChunk(chunk, vector) for chunk, vector in zip(chunks, vectors, strict=True)]
            await store.replace(name, embedder.model.fingerprint, items)
            await catalogue.put(_document(name, title, len(chunks)), ready=True)
        both = Search(store, catalogue, embedder.model, embedder.model.count_tokens)
        words = Search(store, catalogue, None)

        async def hybrid(text: str) -> list[str]:
            return [hit.chunk.document_id for hit in (await both.hybrid(text, EVERYONE, DEPTH)).hits]

        async def lexical(text: str) -> list[str]:
            return [hit.chunk.document_id for hit in (await words.hybrid(text, EVERYONE, DEPTH)).hits]

        async def dense(text: str) -> list[str]:
            found = await store.dense(embedder.embed([text])[0], embedder.model.fingerprint, EVERYONE, DEPTH)
            return [scored.chunk.document_id for scored in found]

        try:
            return {
                HYBRID: await _asked(collection, hybrid),
                WORDS: await _asked(collection, lexical),
                MEANING: await _asked(collection, dense),
            }
        finally:
            await store.close()


def plain(collection: Collection) -> Ranking:
    """Whole documents in FTS5 with its stemmer, any word of the question."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = 'porter unicode61')")
    for number, (_, title, text) in enumerate(collection.documents):
        connection.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (number, f"{title} {text}"))
    found = {}
    for name, text in collection.questions:
        words = "".join(c if c.isalnum() else " " for c in text).split()
        query = " OR ".join(f'"{word}"' for word in words)
        rows = connection.execute("SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?", (query, DEPTH))
        found[name] = [collection.documents[number][0] for (number,) in rows]
    connection.close()
    return found


def rivals(collection: Collection, embedder: Remembered, interpreter: str) -> dict[str, Ranking]:
    """What the other virtual environment answers, with our vectors."""
    wanted = {"documents": collection.documents, "questions": collection.questions, "depth": DEPTH}
    with subprocess.Popen(
        [interpreter, str(RIVALS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise SystemExit("The rivals' interpreter cannot be spoken to.")
        process.stdin.write(json.dumps(wanted) + "\n")
        process.stdin.flush()
        for line in process.stdout:
            said = json.loads(line) if line.startswith("{") else {}
            if "ranked" in said:
                ranked: dict[str, Ranking] = said["ranked"]
                return ranked
            if "embed" in said:
                vectors = [vector.tolist() for vector in embedder.embed(said["embed"])]
                process.stdin.write(json.dumps(vectors) + "\n")
                process.stdin.flush()
    raise SystemExit("The rivals' interpreter ended without an answer; its output is above.")


def ndcg(ranked: Sequence[str], grades: dict[str, int]) -> float:
    """nDCG at CUT with exponential gain."""

    def gained(some: Sequence[int]) -> float:
        return math.fsum((2.0**grade - 1) / math.log2(place + 2) for place, grade in enumerate(some))

    once = list(dict.fromkeys(ranked))[:CUT]
    ideal = gained(sorted(grades.values(), reverse=True)[:CUT])
    return gained([grades.get(document, 0) for document in once]) / ideal if ideal > 0 else 0.0


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean, and the bounds of its bootstrap interval."""
    draw = random.Random(0)  # noqa: S311  # a statistic, the same at every run
    means = sorted(sum(draw.choices(values, k=len(values))) / len(values) for _ in range(DRAWS))
    return sum(values) / len(values), means[DRAWS * 25 // 1000], means[DRAWS * 975 // 1000]


def table(collection: Collection, ranked: dict[str, Ranking]) -> str:
    """One collection's section."""
    scores = {
        system: [ndcg(found.get(name, []), collection.grades[name]) for name, _ in collection.questions]
        for system, found in ranked.items()
    }
    lines = [
        f"## {collection.name}\n",
        f"{len(collection.documents):,} documents, {len(collection.questions):,} questions.\n",
        "| system | nDCG@10 | recall@100 | Lacuna's gain | without a model |",
        "|---|---:|---:|---:|---:|",
    ]
    for system, values in scores.items():
        recalls = [_recall(ranked[system].get(name, []), collection.grades[name]) for name, _ in collection.questions]
        cells = [_shown(interval(values)), f"{sum(recalls) / len(recalls):.3f}"]
        cells += [_gain(scores[base], values) if base != system else "" for base in (HYBRID, WORDS)]
        lines.append(f"| {system} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _gain(ours_: Sequence[float], theirs: Sequence[float]) -> str:
    mean, low, high = interval([one - other for one, other in zip(ours_, theirs, strict=True)])
    return f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]"


def _shown(found: tuple[float, float, float]) -> str:
    return f"{found[0]:.3f} [{found[1]:.3f}, {found[2]:.3f}]"


def _recall(ranked: Sequence[str], grades: dict[str, int]) -> float:
    relevant = {document for document, grade in grades.items() if grade > 0}
    return len(relevant & set(ranked[:DEPTH])) / len(relevant) if relevant else 0.0


async def _asked(collection: Collection, search: Callable[[str], Awaitable[list[str]]]) -> Ranking:
    return {name: list(dict.fromkeys(await search(text))) for name, text in collection.questions}


def _chunks(chunker: Chunker, name: str, title: str, text: str) -> list[Chunk]:
    pieces = chunker(Parsed(title, "text/plain", (Section(text),), text))
    return [
        Chunk(
            chunk_id=f"{name}/{n}",
            document_id=name,
            ordinal=n,
            title=title,
            text=piece.text,
            start=piece.start,
            end=piece.end,
            tier=Tier.PUBLIC,
            own_tier=Tier.PUBLIC,
            groups=frozenset(),
            heading=piece.heading,
        )
        for n, piece in enumerate(pieces)
    ]


def _document(name: str, title: str, chunks: int) -> Document:
    tier = Tier.PUBLIC
    return Document(name, title, "", tier, tier, frozenset(), (), chunks, 1, "", "text/plain", "", "", 0)


def _rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


HEAD: Final = """# Retrieval quality

Written by

```bash
python -m tooling.retrieval_quality COLLECTION... --rivals OTHER_VENV/bin/python
```

Every system ranks the same documents with the same embedder (the packaged all-MiniLM-L6-v2, 8 bits), asked for 100
passages; a document counts by its best one. The others run as they come: LlamaIndex's `VectorStoreIndex` with its
`SentenceSplitter`, and `QueryFusionRetriever` in `relative_score` mode over it and its BM25; LangChain's
`InMemoryVectorStore` over pieces of 1,000 characters with 200 of overlap, and `EnsembleRetriever` over it and BM25,
half each. FTS5 holds whole documents and is asked for any word of the question. "Lacuna's gain" is the mean difference
to Lacuna over the same questions, with its interval (paired bootstrap, 95 %); the last column is the same for Lacuna
without a model.

Settings were chosen on these collections and on others, in six more languages, as wholes and not on single questions
([ADR 34](adr/0034-lexical-search.md)).

"""


if __name__ == "__main__":
    raise SystemExit(main())
