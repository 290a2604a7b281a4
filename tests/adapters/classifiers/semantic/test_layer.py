"""The embedding layer with the packaged model: what it finds, when it is silent, and that it only raises."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lacuna.adapters.classifiers.semantic.layer import SemanticLayer
from lacuna.adapters.classifiers.semantic.windows import MAX_SEAMS, MAX_WINDOWS
from lacuna.adapters.embeddings.minilm import MiniLM
from lacuna.domain.classification import Layer, Question, Turn
from lacuna.domain.errors import ConfigError, DependencyNonsense, DependencyUnavailable
from lacuna.domain.examples import MAX_EXAMPLES, Example
from lacuna.domain.tiers import Tier

PUBLIC = [
    "Who discovered penicillin and in which year?",
    "how many moons does neptune have",
    "The violin has four strings and is played with a bow. It was developed in Italy in the sixteenth century.",
    "The `limit` argument sets how many rows are returned; it defaults to 100.",
    "Wer komponierte die Zauberflöte?",
    "¿En qué continente se encuentra Egipto?",
    "Какая планета самая большая в Солнечной системе?",
]
INTERNAL = [
    "Move my call with Henrik to next Thursday and let our sales team know",
    "Why does our import service lose orders when the nightly job runs?",
    "Hi Sofia,\n\nI finished the draft of the audit plan. Could you review it by Friday?\n\nBest,\nPaul",
    "All employees must hand in their badge to their supervisor on the last day of work.",
    "Wann wird unser Buchungsserver am Wochenende neu gestartet?",
    "¿Quién de nuestro equipo aprueba los gastos de viaje de la semana pasada?",
    "我们部门上周有多少未完成的工单？",
]
TOP = "We intend to acquire our biggest competitor for 30 million; strictly confidential until the board has voted."


@pytest.mark.parametrize("text", PUBLIC)
def test_general_knowledge_earns_public_under_the_conservative_strategy(layer: SemanticLayer, text: str) -> None:
    result = layer.examine(Question(text))
    assert result.findings == ()
    assert result.public_evidence >= 0.9
    assert result.evidence_rule == "example.public"


def test_a_text_of_which_a_part_was_not_looked_at_earns_no_evidence(layer: SemanticLayer) -> None:
    fact = "The violin has four strings and is played with a bow. It was developed in Italy in the sixteenth century. "
    enough, too_much = fact * 60, fact * 120
    assert layer.examine(Question(enough)).public_evidence > 0.6
    assert layer.examine(Question(too_much)).public_evidence == 0.0
    assert layer.doubted(too_much)  # the corpus gives no evidence for it either


@pytest.mark.parametrize("text", INTERNAL)
def test_what_is_internal_by_content_is_never_sure_to_be_public(layer: SemanticLayer, text: str) -> None:
    assert layer.examine(Question(text)).public_evidence < 0.6


def test_most_internal_texts_are_findings(layer: SemanticLayer) -> None:
    findings = [finding for text in INTERNAL for finding in layer.examine(Question(text)).findings]
    assert len(findings) > len(INTERNAL) // 2
    assert {f.kind for f in findings} == {"SEMANTIC.EXAMPLE"}
    assert {f.layer for f in findings} == {Layer.EMBEDDING}
    assert all(f.start is None and f.end is None and 0 < f.confidence <= 1 for f in findings)


def test_strategy_is_proprietary(layer: SemanticLayer) -> None:
    assert [f.tier for f in layer.examine(Question(TOP)).findings] == [Tier.PROPRIETARY]


def test_abstains_on_what_it_never_learned(layer: SemanticLayer) -> None:
    for text in ("კომპანიის ხელფასები", "xqzt vrrp blorf snee wug", "ⴰⵎⴰⵣⵉⵖ ⵜⵉⴼⵉⵏⴰⵖ", "ndege wa kampuni yetu"):
        result = layer.examine(Question(text))
        assert (result.findings, result.public_evidence) == ((), 0.0)


def test_one_internal_passage_in_a_long_public_text_is_found(layer: SemanticLayer) -> None:
    public = "The river rises in the mountains and flows through three countries before it reaches the sea. " * 300
    middle = len(public) // 2
    assert layer.examine(Question(public)).findings == ()
    note = " ".join([INTERNAL[0], INTERNAL[1], "Our customers complained last week; ask the team lead tomorrow. "] * 4)
    assert layer.examine(Question(public[:middle] + note + public[middle:])).findings


def test_conversation_project_and_file_names_count(layer: SemanticLayer) -> None:
    harmless = PUBLIC[0]
    turns = (Turn("user", "hello"), Turn("user", INTERNAL[0]), Turn("assistant", "Done."))
    assert [f.kind for f in layer.examine(Question(harmless, conversation=turns)).findings] == ["CONTEXT.CONVERSATION"]
    name = "our_confidential_salary_and_bonus_list_of_employees.xlsx"
    assert [f.kind for f in layer.examine(Question(harmless, files=(name,))).findings] == ["CONTEXT.FILE"]
    project = "our-confidential-acquisition-of-a-competitor"
    assert [f.kind for f in layer.examine(Question(harmless, project=project)).findings] == ["CONTEXT.PROJECT"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(), max_size=400))
def test_never_finds_public_and_never_raises(layer: SemanticLayer, text: str) -> None:
    result = layer.examine(Question(text, conversation=(Turn("user", text),), project=text, files=(text,)))
    assert all(f.tier > Tier.PUBLIC for f in result.findings)
    assert 0.0 <= result.public_evidence <= 1.0
    assert (result.public_evidence > 0) == bool(result.evidence_rule)
    assert not (result.findings and result.public_evidence)


def test_same_answers_from_several_threads_and_from_memory(layer: SemanticLayer, model: MiniLM) -> None:
    questions = [Question(text) for text in (*PUBLIC, *INTERNAL)] * 3
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(layer.examine, questions))
    fresh = SemanticLayer(model.embed, model.fingerprint)
    assert together == [fresh.examine(question) for question in questions]


def test_keeps_the_text_out_of_what_it_returns(layer: SemanticLayer) -> None:
    assert "Henrik" not in repr(layer.examine(Question(INTERNAL[0])))


def test_organisation_examples_are_learned_and_leave_the_first_layer_alone(layer: SemanticLayer) -> None:
    glaze = "Which kiln schedule gives the crackle in the celadon glaze?"
    examples = [Example(glaze, Tier.PROPRIETARY), Example("What is a celadon glaze?", Tier.PUBLIC)]
    before = layer.examine(Question(glaze))
    taught = layer.with_examples(examples)
    findings = taught.examine(Question("which kiln schedule gives crackle in the celadon glaze")).findings
    assert [(f.kind, f.rule, f.tier) for f in findings] == [
        ("SEMANTIC.EXAMPLE", "example.organisation", Tier.PROPRIETARY)
    ]
    assert layer.examine(Question(glaze)) == before
    assert taught.version != layer.version
    assert taught.with_examples(examples).version == taught.version


def test_a_public_label_makes_a_text_more_public(layer: SemanticLayer) -> None:
    text = "Our regional trains leave from platform two next week"
    labels = [Example(text, Tier.PUBLIC), Example("Our trains leave from platform four tomorrow", Tier.PUBLIC)]
    before, after = (at.examine(Question(text)) for at in (layer, layer.with_examples(labels)))
    assert not after.findings
    assert after.public_evidence >= before.public_evidence


def test_too_many_examples_are_refused(layer: SemanticLayer) -> None:
    with pytest.raises(ConfigError, match=str(MAX_EXAMPLES)):
        layer.with_examples([Example(f"text {n}", Tier.INTERNAL) for n in range(MAX_EXAMPLES + 1)])


def test_a_model_without_a_head_is_refused(model: MiniLM) -> None:
    with pytest.raises(DependencyUnavailable, match="some-other-model"):
        SemanticLayer(model.embed, "some-other-model:abc:fp32")


def test_the_head_serves_every_engine_of_its_model(model: MiniLM) -> None:
    name = model.fingerprint.rpartition(":")[0]
    assert SemanticLayer(model.embed, f"{name}:fp32").version != SemanticLayer(model.embed, f"{name}:int8").version


def test_an_embedder_that_answers_nonsense_is_an_error(model: MiniLM) -> None:
    def broken(texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return np.full((len(texts), 384), np.nan, dtype=np.float32)

    with pytest.raises(DependencyNonsense):
        SemanticLayer(broken, model.fingerprint).examine(Question("anything at all"))


def test_work_is_bounded(model: MiniLM) -> None:
    asked: list[int] = []

    def counted(texts: Sequence[str]) -> npt.NDArray[np.float32]:
        asked.append(len(texts))
        return model.embed(["a"] * len(texts))

    SemanticLayer(counted, model.fingerprint).examine(Question("word " * 200_000))
    assert sum(asked) <= MAX_WINDOWS + MAX_SEAMS
