"""The heuristic layer and the fake keep the port's promises."""

import pytest

from lacuna.adapters.classifiers.heuristic import HeuristicLayer
from lacuna.adapters.classifiers.terms import TermSet
from lacuna.domain.classification import Question
from lacuna.domain.errors import DependencyUnavailable
from lacuna.domain.tiers import Tier
from lacuna.ports.classifier import ClassifierLayer
from lacuna.testing.contracts.classifier import ClassifierLayerContract
from lacuna.testing.fakes.classifier import WordLayer

HEURISTIC = HeuristicLayer(TermSet(projects=(ClassifierLayerContract.word,)))


class TestHeuristicLayer(ClassifierLayerContract):
    @pytest.fixture
    def layer(self) -> ClassifierLayer:
        return HEURISTIC


class TestWordLayer(ClassifierLayerContract):
    @pytest.fixture
    def layer(self) -> ClassifierLayer:
        return WordLayer({self.word: Tier.PROPRIETARY})


def test_the_fake_fails_when_told_to() -> None:
    layer = WordLayer(failure=DependencyUnavailable("gone"))
    with pytest.raises(DependencyUnavailable):
        layer.examine(Question("anything"))
