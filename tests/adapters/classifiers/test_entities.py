"""The ner layer: which entities become findings."""

import pytest

from lacuna.adapters.classifiers.entities import EntityLayer
from lacuna.domain.classification import Question
from lacuna.domain.errors import DependencyUnavailable
from lacuna.domain.tiers import Tier
from lacuna.ports.classifier import ClassifierLayer
from lacuna.ports.ner import EntityRecogniser
from lacuna.testing.contracts.classifier import ClassifierLayerContract
from lacuna.testing.contracts.ner import EntityRecogniserContract
from lacuna.testing.fakes.ner import WordEntities

RECOGNISER = WordEntities({"Ida Holm": "PII.PERSON", "12 Elmbrook Rise": "PII.ADDRESS", "Bremen": "OTHER.LOCATION"})


class TestEntityLayer(ClassifierLayerContract):
    @pytest.fixture
    def layer(self) -> ClassifierLayer:
        return EntityLayer(WordEntities({self.word: "PII.PERSON"}), every_name=True)


class TestWordEntities(EntityRecogniserContract):
    @pytest.fixture
    def recogniser(self) -> EntityRecogniser:
        return WordEntities({self.person: "PII.PERSON"})


def kinds(text: str, *, every_name: bool = False) -> list[str]:
    return [f.kind for f in EntityLayer(RECOGNISER, every_name=every_name).examine(Question(text)).findings]


@pytest.mark.parametrize(
    "text",
    [
        "Ida Holm asked when her refund arrives",
        "Ida Holm wartet seit Wochen auf ihre Rückerstattung",
        "Запись: Ida Holm на больничном",
        "ＩＤＡ is short; Ida Holm needs a prescription",
    ],
)
def test_a_name_near_a_personal_matter_counts(text: str) -> None:
    result = EntityLayer(RECOGNISER).examine(Question(text))
    assert [(f.kind, f.tier, text[f.start : f.end]) for f in result.findings] == [
        ("PII.PERSON", Tier.PROPRIETARY, "Ida Holm")
    ]


@pytest.mark.parametrize("text", ["Who was Ida Holm?", "Ida Holm was born in Bremen", "Bremen is a city"])
def test_a_name_alone_and_places_do_not_count(text: str) -> None:
    assert kinds(text) == []


def test_a_matter_far_from_the_name_does_not_count() -> None:
    assert kinds("Ida Holm wrote novels. " + "They were read widely. " * 8 + "The refund is due.") == []


def test_another_personal_entity_makes_a_name_count() -> None:
    assert kinds("Ida Holm, 12 Elmbrook Rise") == ["PII.PERSON", "PII.ADDRESS"]


def test_every_name_counts_if_so_configured() -> None:
    assert kinds("Who was Ida Holm?", every_name=True) == ["PII.PERSON"]


def test_the_rule_for_names_is_part_of_the_version() -> None:
    assert EntityLayer(RECOGNISER).version != EntityLayer(RECOGNISER, every_name=True).version


def test_a_failing_recogniser_fails_the_layer() -> None:
    with pytest.raises(DependencyUnavailable):
        EntityLayer(WordEntities(failure=DependencyUnavailable("gone"))).examine(Question("x"))
