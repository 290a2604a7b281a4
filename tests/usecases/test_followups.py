"""Follow-up questions find what they refer to, and send out nothing but what was asked."""

from lacuna.domain.classification import Question, Turn
from lacuna.domain.tiers import Tier
from tests.usecases.asking import House, a_house_of, asked, inside, web_of

BEFORE = (Turn("user", "Tell me about the Kestrel sensor."), Turn("assistant", "It measures humidity."))


async def test_a_follow_up_finds_the_documents_of_what_it_refers_to() -> None:
    _, ask = await a_house_of(
        "Kestrel sensor: the battery lasts four years.",
        "Merlin sensor: the battery lasts one year.",
        "The battery of Heron lasts and lasts.",
    )
    answer = await asked(ask, Question("How long does its battery last?", BEFORE), top_k=1)
    assert answer.searched == "How long does its battery last? Kestrel sensor"
    assert answer.citations[0].document_id == "doc0"


async def test_a_question_that_stands_for_itself_is_searched_for_as_it_is() -> None:
    _, ask = await a_house_of("Kestrel sensor: the battery lasts four years.")
    assert (await asked(ask, Question("How long does the Merlin battery last?", BEFORE))).searched == ""


async def test_the_rewritten_question_never_leaves_the_house() -> None:
    house, ask = await a_house_of("Kestrel sensor.", web=web_of("Four years."), local=[inside()])
    answer = await asked(ask, Question("How long does its battery last?", BEFORE))
    assert answer.searched
    assert house.web.sent == ["How long does its battery last?"]


async def test_a_sensitive_history_keeps_a_harmless_follow_up_inside() -> None:
    house = House(web=web_of("Four years."), local=[inside()])
    ask = house.put_together()
    secret = (Turn("user", "Tell me about Apollo and its sensor."),)
    answer = await asked(ask, Question("How long does its battery last?", secret))
    assert answer.tier is Tier.PROPRIETARY
    assert house.web.sent == []
