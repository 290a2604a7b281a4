"""Answers without a model: the right sentence, cited, and an honest word where there is none."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.llm.extractive import CLOSEST, MAX_STATEMENTS, NO_ANSWER, Extractive, best_statements
from lacuna.domain.classification import Turn
from lacuna.domain.function_words import language
from lacuna.domain.lexis import terms
from lacuna.domain.retrieval import Citation
from lacuna.domain.tiers import Tier
from lacuna.ports.llm import Generator, Passage, Prompt
from lacuna.testing.contracts.llm import PROMPT, GeneratorContract


class TestItKeepsTheContract(GeneratorContract):
    @pytest.fixture
    def generator(self) -> Generator:
        return Extractive()


def passages(*texts: str, titles: Sequence[str] = ()) -> list[Passage]:
    return [
        Passage(Citation(n, "local", titles[n - 1] if titles else f"Page {n}", "", Tier.PUBLIC, 1.0 / n, ""), text)
        for n, text in enumerate(texts, start=1)
    ]


async def answer(question: str, found: Sequence[Passage], conversation: Sequence[Turn] = ()) -> str:
    prompt = Prompt(question, found, conversation)
    pieces = [piece async for piece in Extractive().generate(prompt)]
    return "".join(pieces)


LIBRARY = passages(
    "# Opening hours\n\nThe reading room opens at nine and closes at seven. On Sundays it stays closed. Lockers are "
    "free.",
    "# Fees\n\n| Card | Fee per year |\n|---|---|\n| Adult | 20 euros |\n| Student | 8 euros |\n\n"
    "Lost cards cost 5 euros. A replacement is made within two days.",
    "# Lending\n\nTo borrow a book:\n\n1. Take it to the desk.\n2. Show your card.\n3. Keep the receipt.\n\n"
    "Loans last four weeks. They can be renewed twice unless somebody else has reserved the book.",
    "# Die Leihfrist\n\nDie Leihfrist für Bücher beträgt vier Wochen. Filme dürfen eine Woche behalten werden.",
    "# FAQ\n\n**Where do I park?**\n\nBehind the building, next to the bicycle stands.\n\nIs there coffee?\n\nYes, on "
    "the second floor, from ten to four.",
    "# 図書館の開館時間\n\n閲覧室は九時に開きます。日曜日は休館です。駐車場は建物の裏にあります。",
    "# Часы работы\n\nЧитальный зал открывается в девять часов. По воскресеньям библиотека закрыта.",
)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("When does the reading room open?", "The reading room opens at nine and closes at seven [1]."),
        ("What does a student card cost per year?", "Card: Student; Fee per year: 8 euros [2]."),
        ("How much is a lost card?", "Lost cards cost 5 euros [2]."),
        ("How do I borrow a book?", "1"),
        ("Wie lange ist die Leihfrist für Bücher?", "Die Leihfrist für Bücher beträgt vier Wochen [4]."),
        ("Where can I park?", "Behind the building, next to the bicycle stands [5]."),
        ("Is there any coffee?", "Yes, on the second floor, from ten to four [5]."),
        ("閲覧室は何時に開きますか？", "閲覧室は九時に開きます [6]。"),
        ("Когда открывается читальный зал?", "Читальный зал открывается в девять часов [7]."),
    ],
)
async def test_the_sentence_that_answers_comes_first(question: str, said: str) -> None:
    told = await answer(question, LIBRARY)
    if said == "1":
        assert told.startswith("To borrow a book:\n- Take it to the desk.\n- Show your card.\n- Keep the receipt. [3]")
    else:
        assert told.startswith(said)


async def test_a_sentence_that_refers_back_brings_what_it_refers_to() -> None:
    found = passages("The loan period is four weeks. It can be renewed twice by telephone. Nothing else matters here.")
    assert await answer("Can it be renewed by telephone?", found) == (
        "The loan period is four weeks [1]. It can be renewed twice by telephone [1]."
    )


async def test_where_a_way_is_asked_for_the_steps_after_the_best_sentence_come_too() -> None:
    found = passages(
        "If the boiler shows error 7, close the gas tap. Wait ten minutes. Press reset once.\n\nOther text."
    )
    assert await answer("What should I do when the boiler shows error 7?", found) == (
        "If the boiler shows error 7, close the gas tap [1]. Wait ten minutes [1]. Press reset once [1]."
    )


async def test_both_parts_of_a_question_are_answered() -> None:
    told = await answer("What does a lost card cost, and how often can loans be renewed?", LIBRARY)
    assert "Lost cards cost 5 euros [2]." in told
    assert "They can be renewed twice" in told


async def test_an_echo_of_the_title_is_no_answer() -> None:
    found = passages("Pump P2 manual\n\nIt delivers 40 litres a minute.", titles=["Pump P2 manual"])
    assert await answer("How much does the pump P2 deliver?", found) == "It delivers 40 litres a minute [1]."


async def test_a_follow_up_takes_its_subject_from_the_question_before() -> None:
    turns = (Turn("user", "What does a card cost for an adult?"), Turn("assistant", "20 euros."))
    assert (await answer("And for a student?", LIBRARY, turns)).startswith("Card: Student; Fee per year: 8 euros [2].")


@pytest.mark.parametrize(
    "question",
    ["What is the boiling point of tungsten?", "Wer gewann die Wahl in Portugal?", "what?", "???", "", "the of and"],
)
async def test_it_says_plainly_that_there_is_no_answer(question: str) -> None:
    assert await answer(question, LIBRARY) == NO_ANSWER
    assert await answer(question, []) == NO_ANSWER


async def test_a_weak_match_is_called_one() -> None:
    told = await answer("Which colour and pattern do the walls and carpets of the reading room have?", LIBRARY)
    assert told.startswith((CLOSEST, NO_ANSWER))


async def test_the_same_subject_with_another_name_does_not_pass_for_an_answer() -> None:
    found = passages("The Heron X7 weighs 14 kg. It is made of brass.", "Pumps are sold in Europe and Asia.")
    assert not (await answer("How much does the Bittern Q9 weigh?", found)).startswith("The Heron")


async def test_numbers_of_the_source_do_not_pass_for_citations() -> None:
    found = passages("Irrelevant things.", "The dam was built in 1931.[1][7] It holds water.[^3]")
    assert await answer("When was the dam built?", found) == "The dam was built in 1931 [2]."


async def test_repetition_is_said_once() -> None:
    sentence = "The reading room opens at nine in the morning."
    assert await answer("When does the reading room open?", passages(*[sentence] * 5)) == (
        "The reading room opens at nine in the morning [1]."
    )


async def test_pieces_come_statement_by_statement() -> None:
    pieces = [piece async for piece in Extractive().generate(PROMPT)]
    assert "".join(pieces).startswith("The pump runs at 2,900 revolutions per minute [1].")


words = st.sampled_from(
    "the pump valve runs fast 2900 rpm Start P2 läuft schnell 泵 运行 насос . ? : \n - # | ** [1]".split(" ")
)
texts = st.lists(words, max_size=40).map(" ".join) | st.text(max_size=60)


@given(texts, st.lists(texts, max_size=4))
def test_statements_are_few_cited_quotations_and_the_same_each_time(question: str, contents: list[str]) -> None:
    found = passages(*contents)
    chosen = best_statements(question, found)
    assert chosen == best_statements(question, found)
    assert len(chosen) <= MAX_STATEMENTS
    for statement in chosen:
        assert 0.0 <= statement.coverage <= 1.0 + 1e-9
        source = set(re.findall(r"\w+", contents[statement.n - 1]))
        assert set(re.findall(r"\w+", statement.unit.text)) <= source


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("battery", "Batteries"),
        ("charging", "charged"),
        ("Prüfung", "Prufungen"),
        ("café", "CAFE\u0301S"),
        ("ｆｕｌｌ", "full"),
        ("logs", "log"),
        ("насоса", "насосы"),
    ],
)
def test_forms_of_a_word_meet(one: str, other: str) -> None:
    assert terms(one) == terms(other)


@given(st.text())
def test_terms_do_not_depend_on_case(text: str) -> None:
    if text.isascii():
        assert terms(text.upper()) == terms(text.lower())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("what is the cost of it", "en"),
        ("was ist das für ein", "de"),
        ("quelle est la", "fr"),
        ("xyz", None),
        ("", None),
    ],
)
def test_function_words_tell_the_language(text: str, expected: str | None) -> None:
    assert language(text.replace("ü", "u").split()) == expected
