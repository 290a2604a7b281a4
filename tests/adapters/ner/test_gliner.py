"""The GLiNER adapter against a stub: a module that has the package's documented calls and knows a few words.

The package itself needs torch and is not installed for tests; that the real one is called rightly rests on its
documentation (`GLiNER.from_pretrained(folder, local_files_only=True)`, `predict_entities(text, labels, threshold=...)`,
which gives dictionaries with start, end, text, label and score).
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lacuna.adapters.ner.gliner import GlinerRecogniser
from lacuna.domain.errors import ConfigError, DependencyNonsense
from lacuna.ports.ner import EntityRecogniser
from lacuna.testing.contracts.ner import EntityRecogniserContract

STUB = """
import pathlib

KNOWN = {"Ingrid Solberg": "person", "12 Elmbrook Rise": "street address", "Bremen": "city", "Overlong": "person"}

class GLiNER:
    @classmethod
    def from_pretrained(cls, model_id, *, local_files_only, map_location):
        assert local_files_only and map_location == "cpu"
        if "damaged" in (pathlib.Path(model_id) / "gliner_config.json").read_text():
            raise RuntimeError("size mismatch")
        return cls()

    def predict_entities(self, text, labels, threshold=0.5):
        assert len(text) <= 1200, "longer than the model takes"
        found = []
        for word, label in KNOWN.items():
            start = text.find(word)
            while start >= 0:
                end = start + len(word) + (5000 if word == "Overlong" else 0)
                found.append({"start": start, "end": end, "text": word, "label": label, "score": 0.9})
                start = text.find(word, start + 1)
        return found
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The stub in place of the package, for this module only."""
    folder = tmp_path_factory.mktemp("packages")
    (folder / "gliner.py").write_text(STUB, encoding="utf-8")
    real = sys.modules.pop("gliner", None)
    sys.path.insert(0, str(folder))
    yield
    sys.path.remove(str(folder))
    sys.modules.pop("gliner", None)
    if real is not None:
        sys.modules["gliner"] = real


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("models")
    (made / "gliner_config.json").write_text("{}", encoding="utf-8")
    return made


@pytest.fixture
def recogniser(package: None, folder: Path) -> EntityRecogniser:
    return GlinerRecogniser(str(folder))


class TestGlinerRecogniser(EntityRecogniserContract):
    pass


def test_an_entity_on_the_edge_of_two_windows_is_found_once(recogniser: EntityRecogniser) -> None:
    for lead in range(1_000, 1_260, 7):
        text = "word " * (lead // 5) + "Ingrid Solberg lives at 12 Elmbrook Rise " + "word " * 300
        assert [text[e.start : e.end] for e in recogniser.entities(text)] == ["Ingrid Solberg", "12 Elmbrook Rise"]


def test_labels_that_were_not_asked_for_are_passed_over(recogniser: EntityRecogniser) -> None:
    assert not recogniser.entities("a house in Bremen")


def test_a_span_outside_the_text_is_nonsense(recogniser: EntityRecogniser) -> None:
    with pytest.raises(DependencyNonsense):
        recogniser.entities("Overlong")


def test_another_folder_is_another_version(recogniser: EntityRecogniser, tmp_path: Path) -> None:
    (tmp_path / "gliner_config.json").write_text('{"other": 1}', encoding="utf-8")
    assert GlinerRecogniser(str(tmp_path)).version != recogniser.version


def test_what_is_no_model_folder_or_does_not_load_is_refused(package: None, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not on this machine"):
        GlinerRecogniser("some/hub-name")
    (tmp_path / "gliner_config.json").write_text("damaged", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot load"):
        GlinerRecogniser(str(tmp_path))
