"""Named entities from a spaCy pipeline: an installed model package or a folder.

Guarantees: nothing is downloaded; long texts are examined in windows; one text at a time enters the pipeline, which
spaCy does not promise to be safe under threads. Loading a model package runs its code, as importing any package does:
install models you trust. spaCy gives entities no score, so each counts with `SCORE`.
"""

import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lacuna.adapters.ner.packages import installed, no_model
from lacuna.adapters.ner.windows import merged, windows
from lacuna.domain.errors import ConfigError
from lacuna.ports.ner import PERSON, Entity

SCORE = 0.8
_WINDOW = 20_000
_OVERLAP = 400
_NOT_NEEDED = ("parser", "tagger", "lemmatizer", "attribute_ruler", "morphologizer", "textcat", "textcat_multilabel")

LABELS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("PERSON", "PER", "persName", "nam_liv_person", "PRS", "PS", "pc"), PERSON),
        **dict.fromkeys(("GPE", "LOC", "FAC", "placeName", "geogName"), "OTHER.LOCATION"),
        **dict.fromkeys(("ORG", "orgName"), "OTHER.ORG"),
    }
)
"""What spaCy's own models call persons, places and organisations. Labels that are kinds already ("PII.ADDRESS") stay;
others are passed over."""


class SpacyRecogniser:
    """Implements `lacuna.ports.ner.EntityRecogniser`. `model` is the name of an installed package or the path of a
    folder. Raises ConfigError where spaCy or the model is missing, or the model recognises no entities."""

    name = "spacy"

    def __init__(self, model: str, *, language: str = "", threshold: float = 0.0) -> None:
        spacy = installed("spacy", "ner-spacy")
        self._lock = threading.Lock()
        self._pipeline = load_pipeline(spacy, model)
        if language not in ("", "xx", self._pipeline.lang) and self._pipeline.lang != "xx":
            raise ConfigError(
                f"The model {model!r} is for the language {self._pipeline.lang!r}, not {language!r}.",
                cure="Set classification.layers.ner.language to the model's language, or name another model.",
            )
        if not {"ner", "beam_ner", "entity_ruler"} & set(self._pipeline.pipe_names):
            raise ConfigError(
                f"The spaCy model {model!r} recognises no named entities.",
                cure="Name a model whose pipeline has an ner or entity_ruler component.",
            )
        self._threshold = threshold
        meta = self._pipeline.meta
        digest = hashlib.sha256(self._pipeline.to_bytes(exclude=["vocab", "tokenizer"])).hexdigest()[:16]
        self._version = (
            f"spacy/{spacy.__version__}/{meta['lang']}_{meta['name']}-{meta['version']}+{digest}/{threshold}"
        )

    @property
    def version(self) -> str:
        """spaCy's version, the model's name and a digest of its weights."""
        return self._version

    def entities(self, text: str) -> Sequence[Entity]:
        """The entities whose labels are known, in order."""
        if self._threshold > SCORE:
            return ()
        return merged(self._found(text))

    def _found(self, text: str) -> Iterator[Entity]:
        for offset, window in windows(text, _WINDOW, _OVERLAP):
            with self._lock:
                document = self._pipeline(window)
            for span in document.ents:
                kind = LABELS.get(span.label_, span.label_ if "." in span.label_ else "")
                if kind:
                    yield Entity(kind, offset + span.start_char, offset + span.end_char, SCORE)


def load_pipeline(spacy: Any, model: str) -> Any:
    """The pipeline of a model that is on this machine, without the components that entities do not need. Raises
    ConfigError."""
    if not spacy.util.is_package(model) and not (Path(model) / "config.cfg").is_file():
        raise no_model(
            "spaCy", model, "Install a model package with pip, or give the path of a folder that holds its config.cfg."
        )
    try:
        return spacy.load(model, exclude=list(_NOT_NEEDED))
    except (OSError, ValueError, ImportError, TypeError) as unusable:
        raise ConfigError(
            f"spaCy cannot load the model {model!r} ({type(unusable).__name__}).",
            cure="Use a model made for the installed spaCy: `python -m spacy validate` compares them.",
        ) from unusable
