"""Named entities and patterns from Microsoft Presidio's analyzer, with a local spaCy model or with patterns alone.

Guarantees: nothing is downloaded. Presidio would fetch a missing spaCy model, and its e-mail recogniser a list of
domain suffixes, so the model is loaded here and that recogniser left out (Lacuna's heuristic layer finds e-mail
addresses). Long texts are examined in windows, one at a time.
"""

import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from types import MappingProxyType
from typing import Any

from lacuna.adapters.ner.packages import installed
from lacuna.adapters.ner.spacy import load_pipeline
from lacuna.adapters.ner.windows import merged, windows
from lacuna.domain.errors import ConfigError
from lacuna.ports.ner import PERSON, Entity

PATTERNS_ONLY = "patterns"
"""The model name for Presidio's pattern recognisers without named entities."""

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "PERSON": PERSON,
        "PHONE_NUMBER": "PII.PHONE",
        "CREDIT_CARD": "PII.CREDIT_CARD",
        "IBAN_CODE": "PII.IBAN",
        "IP_ADDRESS": "PII.IP",
        "MAC_ADDRESS": "PII.MAC",
        "MEDICAL_LICENSE": "PII.HEALTH_ID",
        "CRYPTO": "PII.WALLET",
        "LOCATION": "OTHER.LOCATION",
        "ORGANIZATION": "OTHER.ORG",
        "US_SSN": "PII.SSN",
        "US_ITIN": "PII.TAX_ID",
        "US_PASSPORT": "PII.PASSPORT",
        "US_DRIVER_LICENSE": "PII.DRIVER_LICENSE",
        "US_BANK_NUMBER": "PII.BANK_ACCOUNT",
    }
)
"""Presidio's entities and their kinds; those of single countries that are not listed count as `PII.NATIONAL_ID`."""

_PASSED_OVER = frozenset({"DATE_TIME", "NRP", "URL", "EMAIL_ADDRESS"})
_LEFT_OUT = "EmailRecognizer"
_WINDOW = 20_000
_OVERLAP = 400


class PresidioRecogniser:
    """Implements `lacuna.ports.ner.EntityRecogniser`. `model` is a spaCy model (name or folder) or "patterns";
    `registry` replaces Presidio's predefined recognisers; `kinds` gives entities other kinds than `KINDS`, or None to
    pass them over. Raises ConfigError where Presidio or the model is missing."""

    name = "presidio"

    def __init__(
        self,
        model: str = PATTERNS_ONLY,
        *,
        language: str = "en",
        threshold: float = 0.5,
        registry: Any = None,
        kinds: Mapping[str, str | None] = MappingProxyType({}),
    ) -> None:
        analyzer = installed("presidio_analyzer", "presidio")
        spacy = installed("spacy", "presidio")
        language = language or "en"
        pipeline = spacy.blank(language) if model == PATTERNS_ONLY else load_pipeline(spacy, model)
        engine = installed("presidio_analyzer.nlp_engine", "presidio").SpacyNlpEngine(
            models=[{"lang_code": language, "model_name": model}]
        )
        engine.nlp = {language: pipeline}
        recognisers = _predefined(analyzer, engine, language) if registry is None else registry
        try:
            self._engine = analyzer.AnalyzerEngine(
                registry=recognisers, nlp_engine=engine, supported_languages=[language]
            )
        except ValueError as refused:
            raise ConfigError(
                f"Presidio has no recognisers for the language {language!r}.",
                cure="Set classification.layers.ner.language to one that Presidio supports.",
            ) from refused
        self._lock = threading.Lock()
        self._language = language
        self._threshold = threshold
        self._kinds: dict[str, str | None] = {**dict.fromkeys(_PASSED_OVER), **KINDS, **kinds}
        rules = "\n".join(sorted(f"{r.name} {r.supported_entities}" for r in recognisers.recognizers))
        rules += repr(sorted(kinds.items(), key=lambda item: item[0]))
        digest = hashlib.sha256(rules.encode() + pipeline.to_bytes(exclude=["vocab", "tokenizer"])).hexdigest()[:16]
        self._version = f"presidio/{version('presidio-analyzer')}/{model}+{digest}/{language}/{threshold}"

    @property
    def version(self) -> str:
        """Presidio's version and a digest of its recognisers and the model."""
        return self._version

    def entities(self, text: str) -> Sequence[Entity]:
        """The entities that score at least the threshold, in order."""
        return merged(self._found(text))

    def _found(self, text: str) -> Iterator[Entity]:
        for offset, window in windows(text, _WINDOW, _OVERLAP):
            if not window:
                continue
            with self._lock:
                results = self._engine.analyze(text=window, language=self._language, score_threshold=self._threshold)
            for result in results:
                kind = self._kinds.get(result.entity_type, "PII.NATIONAL_ID")
                if kind is not None and result.score > 0:
                    yield Entity(kind, offset + result.start, offset + result.end, float(result.score))


def _predefined(analyzer: Any, engine: Any, language: str) -> Any:
    registry = analyzer.RecognizerRegistry(supported_languages=[language])
    registry.load_predefined_recognizers(languages=[language], nlp_engine=engine)
    registry.remove_recognizer(_LEFT_OUT)
    return registry
