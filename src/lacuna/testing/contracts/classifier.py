"""What every layer of the classifier is held to. Subclass in a test module and give the fixtures named in the class."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from lacuna.domain.classification import Question, Turn
from lacuna.domain.tiers import Tier
from lacuna.ports.classifier import ClassifierLayer


class ClassifierLayerContract:
    """Needs a fixture `layer` that gives a ClassifierLayer which finds the word "Zanzibria" and raises the tier for
    it."""

    word = "Zanzibria"

    @pytest.fixture
    def harmless(self) -> str:
        """A text in which the layer finds nothing."""
        return "What is the boiling point of water at sea level?"

    def test_says_who_it_is_and_that_version_is_stable(self, layer: ClassifierLayer) -> None:
        assert layer.name
        assert layer.version
        assert layer.version == layer.version
        assert isinstance(layer.local, bool)

    def test_finds_nothing_in_a_harmless_text(self, layer: ClassifierLayer, harmless: str) -> None:
        result = layer.examine(Question(harmless))
        assert result.findings == ()
        assert 0.0 <= result.public_evidence <= 1.0
        assert (result.public_evidence > 0) == bool(result.evidence_rule)

    @pytest.mark.parametrize("before", ["", "Tell me about ", "\U0001f642 caf\u00e9 \u6771\u4eac: "])
    def test_gives_spans_in_code_points_of_the_text(self, layer: ClassifierLayer, before: str) -> None:
        findings = layer.examine(Question(f"{before}{self.word}, please")).findings
        assert any(f.start == len(before) and f.end == len(before) + len(self.word) for f in findings)
        assert all(f.tier > Tier.PUBLIC and 0.0 < f.confidence <= 1.0 and f.kind and f.rule for f in findings)

    @pytest.mark.parametrize("length", [1_000, 60_000])
    def test_looks_at_the_whole_text(self, layer: ClassifierLayer, harmless: str, length: int) -> None:
        padding = (harmless + "\n") * (length // len(harmless))
        assert layer.examine(Question(f"{padding} {self.word}")).findings

    def test_looks_at_the_conversation_the_project_and_the_file_names(
        self, layer: ClassifierLayer, harmless: str
    ) -> None:
        turns = (Turn("user", "hello"), Turn("tool", f"about {self.word}"), Turn("user", "thanks"))
        for kind, question in (
            ("CONTEXT.CONVERSATION", Question(harmless, conversation=turns)),
            ("CONTEXT.PROJECT", Question(harmless, project=self.word)),
            ("CONTEXT.FILE", Question(harmless, files=("a.txt", f"{self.word}.docx"))),
        ):
            findings = layer.examine(question).findings
            assert {f.kind for f in findings} == {kind}
            assert all(f.tier > Tier.PUBLIC and f.start is None and f.end is None for f in findings)

    def test_does_not_depend_on_earlier_calls(self, layer: ClassifierLayer, harmless: str) -> None:
        first = layer.examine(Question(harmless))
        layer.examine(Question(self.word, conversation=(Turn("user", self.word),)))
        assert layer.examine(Question(harmless)) == first

    def test_answers_several_threads_at_once(self, layer: ClassifierLayer, harmless: str) -> None:
        questions = [Question(harmless), Question(f"about {self.word}")] * 20
        expected = [layer.examine(question) for question in questions]
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(layer.examine, questions)) == expected

    @pytest.mark.parametrize("text", ["", " ", "\n", "\x00", "\ud800", "\u200b", "a\u0301" * 50])
    def test_takes_any_text(self, layer: ClassifierLayer, text: str) -> None:
        assert layer.examine(Question(text)).findings == ()

    def test_keeps_the_text_out_of_what_it_returns(self, layer: ClassifierLayer) -> None:
        assert self.word not in repr(layer.examine(Question(self.word)))
