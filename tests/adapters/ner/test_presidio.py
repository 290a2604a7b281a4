"""Presidio's analyzer as entity recogniser: patterns alone, and with the model trained in the test."""

from pathlib import Path

import pytest

from lacuna.adapters.ner.presidio import PresidioRecogniser
from lacuna.domain.errors import ConfigError
from lacuna.ports.ner import PERSON, EntityRecogniser
from lacuna.testing.contracts.ner import EntityRecogniserContract
from tests.adapters.ner.conftest import optional


@pytest.fixture(scope="module")
def recogniser() -> EntityRecogniser:
    """A registry with one pattern that stands for a model's knowledge of names."""
    analyzer = optional("presidio_analyzer")
    name = analyzer.Pattern("name", r"\b(?:Ingrid|Marta) (?:Solberg|Nowak)\b", 0.85)
    registry = analyzer.RecognizerRegistry(supported_languages=["en"])
    registry.add_recognizer(analyzer.PatternRecognizer(supported_entity="PERSON", patterns=[name]))
    return PresidioRecogniser(registry=registry)


class TestPresidioRecogniser(EntityRecogniserContract):
    pass


def test_its_own_patterns_work_without_any_model_and_without_network() -> None:
    optional("presidio_analyzer")
    found = PresidioRecogniser().entities("Pay with 4012888888881881 or write to ida.holm@mail.example.org")
    assert [e.kind for e in found] == ["PII.CREDIT_CARD"]


def test_a_local_model_finds_names(trained: Path) -> None:
    optional("presidio_analyzer")
    recogniser = PresidioRecogniser(str(trained), language="en")
    text = "The refund for Marta Nowak has not been paid."
    assert [text[e.start : e.end] for e in recogniser.entities(text) if e.kind == PERSON] == ["Marta Nowak"]


def test_a_missing_model_is_refused_and_not_fetched() -> None:
    optional("presidio_analyzer")
    with pytest.raises(ConfigError, match="not on this machine"):
        PresidioRecogniser("en_core_web_lg_not_here")
