"""Named entities from a GLiNER model in a local folder: any kind that can be put into words, in many languages.

Guarantees: only files of the folder are read; long texts are examined in windows of a size that the model takes whole;
one text at a time enters the model. Source: U. Zaratiana and others, "GLiNER: Generalist Model for Named Entity
Recognition using Bidirectional Transformer", NAACL 2024; the package's documented `GLiNER.from_pretrained` and
`predict_entities`.
"""

import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType

from lacuna.adapters.ner.packages import installed, no_model
from lacuna.adapters.ner.windows import merged, windows
from lacuna.domain.errors import ConfigError, DependencyNonsense
from lacuna.ports.ner import PERSON, Entity

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "person": PERSON,
        "street address": "PII.ADDRESS",
        "phone number": "PII.PHONE",
        "email address": "PII.EMAIL",
        "date of birth": "PII.DOB",
        "passport number": "PII.PASSPORT",
        "driver's license number": "PII.DRIVER_LICENSE",
        "national identity number": "PII.NATIONAL_ID",
        "bank account number": "PII.BANK_ACCOUNT",
        "health insurance number": "PII.HEALTH_ID",
    }
)
"""What the model is asked for, in words, and the kind of each."""

_WINDOW = 1_200
_OVERLAP = 200
_HASHED_BYTES = 1 << 20


class GlinerRecogniser:
    """Implements `lacuna.ports.ner.EntityRecogniser`. `model` is the path of a folder as `GLiNER.save_pretrained`
    writes it. Raises ConfigError where GLiNER or the folder is missing."""

    name = "gliner"

    def __init__(self, model: str, *, language: str = "", threshold: float = 0.5) -> None:
        folder = Path(model)
        if not (folder / "gliner_config.json").is_file():
            raise no_model("GLiNER", model, "Give the path of a folder that holds its gliner_config.json.")
        gliner = installed("gliner", "ner-gliner")
        try:
            self._model = gliner.GLiNER.from_pretrained(str(folder), local_files_only=True, map_location="cpu")
        except (OSError, ValueError, RuntimeError, KeyError) as unusable:
            raise ConfigError(
                f"GLiNER cannot load the model folder {model!r} ({type(unusable).__name__}).",
                cure="Save the model together with its tokenizer and encoder configuration, and check the versions.",
            ) from unusable
        self._lock = threading.Lock()
        self._threshold = threshold
        self._version = f"gliner/{_installed_version()}/{folder.name}+{_digest(folder)}/{threshold}"

    @property
    def version(self) -> str:
        """GLiNER's version and a digest of the folder."""
        return self._version

    def entities(self, text: str) -> Sequence[Entity]:
        """The entities of `LABELS`, in order. Raises DependencyNonsense for spans outside the text."""
        return merged(self._found(text))

    def _found(self, text: str) -> Iterator[Entity]:
        for offset, window in windows(text, _WINDOW, _OVERLAP):
            if not window.strip():
                continue
            with self._lock:
                predicted = self._model.predict_entities(window, list(LABELS), threshold=self._threshold)
            for entity in predicted:
                kind, start, end = LABELS.get(entity["label"], ""), int(entity["start"]), int(entity["end"])
                if not 0 <= start < end <= len(window):
                    raise DependencyNonsense("GLiNER answered a span outside the text.")
                if kind:
                    yield Entity(kind, offset + start, offset + end, min(1.0, float(entity["score"])))


def _installed_version() -> str:
    try:
        return version("gliner")
    except PackageNotFoundError:
        return "unknown"


def _digest(folder: Path) -> str:
    """Of names, sizes and beginnings of the folder's files: tells one model from another without reading gigabytes."""
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{file.relative_to(folder)}\0{file.stat().st_size}\0".encode())
        with file.open("rb") as content:
            digest.update(content.read(_HASHED_BYTES))
    return digest.hexdigest()[:16]
