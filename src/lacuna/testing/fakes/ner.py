"""An entity recogniser that knows a few words, or fails on purpose."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from lacuna.domain.errors import LacunaError
from lacuna.ports.ner import Entity

_NOTHING: Mapping[str, str] = MappingProxyType({})


class WordEntities:
    """Finds each of `words` (exactly as written) as an entity of the kind given for it, with score 0.9; with `failure`
    it raises that instead."""

    name = "words"

    def __init__(self, words: Mapping[str, str] = _NOTHING, failure: LacunaError | None = None) -> None:
        self._words = dict(words)
        self._failure = failure

    @property
    def version(self) -> str:
        return f"words/{sorted(self._words.items())}"

    def entities(self, text: str) -> Sequence[Entity]:
        if self._failure is not None:
            raise self._failure
        return tuple(sorted(self._found(text), key=lambda e: (e.start, e.end)))

    def _found(self, text: str) -> Iterator[Entity]:
        for word, kind in self._words.items():
            start = text.find(word)
            while start >= 0:
                yield Entity(kind, start, start + len(word), 0.9)
                start = text.find(word, start + len(word))
