"""Corpus fingerprints: fragments of protected documents are recognised in a question.

Guarantees: the whole text and everything that goes along with it is compared; a fragment of nineteen words as they
stand in a document (in at most three, and no four of them twice) is always found; spans are code points of the original
and cover the shingles that matched; the time is linear in the text; without the key the index does not say what stands
in a document. Leaves to others: which texts are in the index (usecases/ingest.py), how much evidence is enough
(fingerprint_runs.py), and fragments reworded throughout (the embedding layer).
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from lacuna.adapters.classifiers.fingerprint_runs import Run, runs
from lacuna.adapters.classifiers.folding import fold
from lacuna.adapters.classifiers.views import BaseView
from lacuna.domain.classification import Finding, Layer, LayerResult, Question
from lacuna.domain.fingerprints import SCHEME, Shingles, selected, shingles
from lacuna.ports.fingerprints import FingerprintIndex, Hashes

ENGINE: Final = "fingerprint/1"
"""Changes with the code wherever the same index could give another answer."""

MAX_FINDINGS: Final = 200
_HASH_BYTES: Final = 8
_KNOWN: Final = 100_000
"""Shingles of one document that are remembered while it is hashed: some 20 MB."""


class KeyedFingerprinter:
    """A `Fingerprinter` by BLAKE2b under `key` (RFC 7693 section 2.9; 16 to 64 bytes), cut to 64 bits. `key_id` names
    the key without revealing it."""

    def __init__(self, key: bytes, key_id: str) -> None:
        self._keyed = hashlib.blake2b(digest_size=_HASH_BYTES, key=key, person=b"lacuna shingle")
        self._scheme = f"{SCHEME}/blake2b-{8 * _HASH_BYTES}/{key_id}"

    @property
    def scheme(self) -> str:
        return self._scheme

    def select(self, texts: Sequence[str]) -> Hashes:
        known = _Known(self.keyed)
        chosen = (selected(fold(text), known.__getitem__) for text in texts)
        return np.unique(_numbers(frozenset[bytes]().union(*chosen)))

    def keyed(self, shingle: bytes) -> bytes:
        """The hash of one shingle."""
        digest = self._keyed.copy()  # two thirds of the time of keying anew
        digest.update(shingle)
        return digest.digest()

    def __repr__(self) -> str:
        return f"KeyedFingerprinter({self._scheme!r})"


class _Known(dict[bytes, bytes]):
    """The hashes of shingles seen so far: the texts of one document are nearly the same."""

    def __init__(self, keyed: Callable[[bytes], bytes]) -> None:
        self._keyed = keyed

    def __missing__(self, shingle: bytes) -> bytes:
        digest = self._keyed(shingle)
        if len(self) < _KNOWN:
            self[shingle] = digest
        return digest


class FingerprintLayer:
    """Implements `lacuna.ports.classifier.ClassifierLayer` over the documents in `index`."""

    name = "fingerprint"

    def __init__(self, index: FingerprintIndex, fingerprinter: KeyedFingerprinter) -> None:
        self._index = index
        self._fingerprinter = fingerprinter

    @property
    def local(self) -> bool:
        """Always: everything runs in this process."""
        return True

    @property
    def version(self) -> str:
        """Engine, scheme and the index's state: it changes with every document."""
        return f"{ENGINE}+{self._fingerprinter.scheme}+{self._index.state}"

    def examine(self, question: Question) -> LayerResult:
        """What was recognised in the text, and in its context as findings without a span."""
        findings = list(self._in_text(question.text))
        findings += self._context("CONTEXT.CONVERSATION", (turn.content for turn in question.conversation))
        findings += self._context("CONTEXT.FILE", question.files)
        if question.project is not None:
            findings += self._context("CONTEXT.PROJECT", (question.project,))
        return LayerResult(Layer.HEURISTIC, tuple(findings))

    def _in_text(self, text: str) -> Iterator[Finding]:
        view = BaseView(text)
        found = shingles(view.text, self._fingerprinter.keyed)
        for run in self._runs(found)[:MAX_FINDINGS]:
            start, end = view.locate(found.starts[run.first], found.ends[run.last])
            yield _finding("SEMANTIC.CORPUS", run, start, end)

    def _context(self, kind: str, texts: Iterable[str]) -> list[Finding]:
        """One finding: the strongest run in any of `texts`."""
        keyed = self._fingerprinter.keyed
        found = [run for text in texts for run in self._runs(shingles(fold(text), keyed))]
        strongest = max(found, key=lambda run: (run.tier, run.weight), default=None)
        return [] if strongest is None else [_finding(kind, strongest)]

    def _runs(self, found: Shingles) -> list[Run]:
        if not found.hashes:
            return []
        asked = _numbers(found.hashes)
        return runs(asked, found.offsets, self._index.lookup(asked))


def _numbers(hashes: Iterable[bytes]) -> Hashes:
    return np.frombuffer(b"".join(hashes), dtype="<u8").astype(np.uint64, copy=False)


def _finding(kind: str, run: Run, start: int | None = None, end: int | None = None) -> Finding:
    return Finding(kind, "fingerprint", Layer.HEURISTIC, run.tier, 1.0 - 0.6 / run.weight, start, end)
