"""spaCy pipelines as entity recognisers, with a model trained in the test."""

from pathlib import Path

import pytest

from lacuna.adapters.ner.spacy import SpacyRecogniser
from lacuna.domain.errors import ConfigError
from lacuna.ports.ner import PERSON, EntityRecogniser
from lacuna.testing.contracts.ner import EntityRecogniserContract
from tests.adapters.ner.conftest import optional


@pytest.fixture(scope="module")
def recogniser(trained: Path) -> EntityRecogniser:
    return SpacyRecogniser(str(trained), language="en")


class TestSpacyRecogniser(EntityRecogniserContract):
    pass


def test_labels_that_are_kinds_stay_and_unknown_ones_are_passed_over(tmp_path: Path) -> None:
    pipeline = optional("spacy").blank("xx")
    rules = [("PII.ADDRESS", "Elmbrook Rise"), ("GPE", "Bremen"), ("CARDINAL", "seven"), ("PER", "Ida Holm")]
    pipeline.add_pipe("entity_ruler").add_patterns([{"label": label, "pattern": text} for label, text in rules])
    pipeline.to_disk(tmp_path / "rules")
    found = SpacyRecogniser(str(tmp_path / "rules")).entities("Ida Holm moved to Elmbrook Rise in Bremen at seven")
    assert [e.kind for e in found] == [PERSON, "PII.ADDRESS", "OTHER.LOCATION"]


def test_two_trainings_are_two_versions(trained: Path, tmp_path: Path, recogniser: EntityRecogniser) -> None:
    pipeline = optional("spacy").load(trained)
    pipeline.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": "Zanzibria"}])
    pipeline.to_disk(tmp_path / "other")
    assert SpacyRecogniser(str(tmp_path / "other")).version != recogniser.version
    assert SpacyRecogniser(str(trained)).version.rpartition("/")[0] == recogniser.version.rpartition("/")[0]


def test_a_model_that_is_not_there_is_refused_and_not_fetched(tmp_path: Path) -> None:
    optional("spacy")
    for model in ("no_such_model_sm", str(tmp_path)):
        with pytest.raises(ConfigError, match="not on this machine") as refused:
            SpacyRecogniser(model)
        assert "downloads no models" in refused.value.cure


def test_a_model_without_entities_or_of_another_language_is_refused(trained: Path, tmp_path: Path) -> None:
    optional("spacy").blank("en").to_disk(tmp_path / "bare")
    with pytest.raises(ConfigError, match="no named entities"):
        SpacyRecogniser(str(tmp_path / "bare"))
    with pytest.raises(ConfigError, match="language"):
        SpacyRecogniser(str(trained), language="de")


def test_a_damaged_folder_is_refused(tmp_path: Path) -> None:
    optional("spacy")
    (tmp_path / "config.cfg").write_text("not a configuration", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot load"):
        SpacyRecogniser(str(tmp_path))
