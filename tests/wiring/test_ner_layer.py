"""The ner layer as configured: built only when asked for, refused with a cure when it cannot work."""

from pathlib import Path

import pytest

from lacuna.adapters.telemetry.prometheus import PrometheusTelemetry
from lacuna.config import load
from lacuna.config.settings import NerLayerSettings
from lacuna.domain.classification import Question
from lacuna.domain.errors import ConfigError
from lacuna.ports.classifier import ClassifierLayer
from lacuna.wiring.build import entity_layers
from tests.adapters.ner.conftest import optional

LAYER = "classification.layers.ner"


def entity_layer(wanted: NerLayerSettings) -> ClassifierLayer:
    [layer] = entity_layers(wanted, PrometheusTelemetry(), seconds=5.0)
    return layer


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A pipeline that knows one name by heart."""
    pipeline = optional("spacy").blank("en")
    pipeline.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": "Zanzibria Holm"}])
    pipeline.to_disk(tmp_path / "model")
    return tmp_path / "model"


def test_it_is_off_by_default() -> None:
    assert entity_layers(load().settings.classification.layers.ner, PrometheusTelemetry(), seconds=5.0) == []


def test_a_back_end_that_needs_a_model_is_refused_without_one() -> None:
    with pytest.raises(ConfigError) as refused:
        load({f"{LAYER}.enabled": True})
    assert any(f"{LAYER}.model" in problem for problem in refused.value.problems)


def test_a_configured_model_finds_names_beside_personal_matters(model: Path) -> None:
    wanted = load({f"{LAYER}.enabled": True, f"{LAYER}.model": str(model)}).settings.classification.layers.ner
    layer = entity_layer(wanted)
    assert [f.kind for f in layer.examine(Question("zanzibar: a refund for Zanzibria Holm")).findings] == ["PII.PERSON"]
    assert not layer.examine(Question("Who was Zanzibria Holm?")).findings


def test_every_name_counts_if_so_configured(model: Path) -> None:
    layer = entity_layer(NerLayerSettings(enabled=True, model=str(model), names="every"))
    assert layer.examine(Question("Who was Zanzibria Holm?")).findings


def test_presidio_works_without_a_model() -> None:
    optional("presidio_analyzer")
    layer = entity_layer(NerLayerSettings(enabled=True, backend="presidio"))
    assert [f.kind for f in layer.examine(Question("card 4012888888881881")).findings] == ["PII.CREDIT_CARD"]


@pytest.mark.parametrize("backend", ["spacy", "gliner", "presidio"])
def test_a_missing_model_stops_the_start_with_a_cure(backend: str) -> None:
    with pytest.raises(ConfigError) as refused:
        entity_layer(NerLayerSettings.model_validate({"enabled": True, "backend": backend, "model": "not-here"}))
    assert refused.value.cure
