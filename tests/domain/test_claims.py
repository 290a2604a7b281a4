"""How the statements of an answer stand beside the passages they cite."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.domain.claims import Claim, Standing, claims_of, sentences

PASSAGES = {
    1: "The Kestrel sensor measures humidity. To reset it, hold the side button for ten seconds until the lamp blinks "
    "green. The battery lasts four years. It costs 2,900 euros.",
    2: "The login service refreshes its tokens every fifteen minutes.",
    3: "Der Sensor misst die Feuchte. Die Batterie hält vier Jahre und kostet 12 Euro.",
}


def standings(answer: str, question: str = "") -> list[tuple[str, tuple[str, ...]]]:
    return [(str(claim.standing), claim.reasons) for claim in claims_of(answer, PASSAGES, question)]


@pytest.mark.parametrize(
    ("answer", "standing", "reasons"),
    [
        ("Hold the side button for ten seconds [1].", "supported", ()),
        ("Hold the side button for ten seconds. [1]", "supported", ()),
        ("It costs 2.900 euros [1].", "supported", ()),
        ("It costs 3,900 euros [1].", "unsupported", ("number",)),
        ("The battery lasts four years.", "uncited", ()),
        ("The Kestrel from Paris measures humidity [1].", "unsupported", ("name",)),
        ("Whales sing songs in deep oceans [1].", "unsupported", ("words",)),
        ("The login service refreshes tokens [1][2].", "unsupported", ("citation",)),
        ("Die Batterie hält vier Jahre [3].", "supported", ()),
        ("La batterie tient quatre ans et coûte 12 euros [3].", "supported", ()),
        ("La batterie tient quatre ans et coûte 15 euros [3].", "unsupported", ("number",)),
    ],
)
def test_one_claim(answer: str, standing: str, reasons: tuple[str, ...]) -> None:
    assert standings(answer) == [(standing, reasons)]


@pytest.mark.parametrize("answer", ["", "Yes.", "## Reset", "Is it green?", "Here is how:", "**Reset**"])
def test_what_claims_nothing(answer: str) -> None:
    assert standings(answer) == []


def test_numbers_and_names_of_the_question_need_no_passage() -> None:
    answer = "Order 4711 from Paris: the battery of the sensor lasts four years [1]."
    assert standings(answer) == [("unsupported", ("number", "name"))]
    assert standings(answer, "What of order 4711 to Paris?") == [("supported", ())]


def test_spans_are_of_the_answer_and_items_and_abbreviations_end_no_sentence() -> None:
    answer = (
        "E.g. hold the button, cf. Dr. No [1].\n\n1. Hold the button [1]\n- It blinks green [1]! The login works well."
    )
    found = claims_of(answer, PASSAGES)
    assert [answer[c.start : c.end] for c in found] == [
        "E.g. hold the button, cf. Dr. No [1].",
        "1. Hold the button [1]",
        "- It blinks green [1]!",
        "The login works well.",
    ]
    assert found[2] == Claim(found[2].start, found[2].end, (1,), Standing.SUPPORTED)


def test_sentences_that_are_known_to_claim_nothing() -> None:
    assert claims_of("No passage answers this directly.", {}, plain=["No passage answers this directly."]) == ()


@given(st.text(alphabet="aB1 .!?\n[]2:-é。泵", max_size=200))
def test_sentences_are_in_order_and_lose_nothing_but_white_space(text: str) -> None:
    spans = list(sentences(text))
    assert "".join("".join(text[a:b] for a, b in spans).split()) == "".join(text.split())
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
