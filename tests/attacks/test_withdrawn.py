"""An answer that is being written when one of its documents is withdrawn does not come out with it."""

from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

import pytest

from lacuna.domain.classification import Question
from lacuna.domain.errors import EvidenceWithdrawn
from lacuna.domain.tiers import Tier
from lacuna.usecases.ask import Answer, Event, Piece, Started
from lacuna.usecases.asked import Wanted
from lacuna.usecases.upload import Upload
from lacuna.wiring.application import Application
from lacuna.wiring.build import open_application

HOW = Wanted(Question("How do people reset a Kestrel sensor?"))


@pytest.fixture
async def application(tmp_path: Path) -> AsyncIterator[Application]:
    async with open_application({"storage.data_path": str(tmp_path / "data")}) as opened:
        yield opened


async def stored(application: Application) -> None:
    text = "To reset the Kestrel sensor, hold the side button for ten seconds until the lamp blinks green."
    upload = Upload(text=text, document_id="guide", tier=Tier.PUBLIC)
    await application.ingest.document(upload, application.cli_principal)


def deleted(application: Application) -> Awaitable[object]:
    return application.ingest.documents.delete("guide", application.cli_principal)


def raised(application: Application) -> Awaitable[object]:
    return application.ingest.documents.change("guide", Tier.PROPRIETARY, None, None, application.cli_principal)


async def rest_of(events: AsyncIterator[Event], into: list[Event]) -> None:
    async for event in events:
        into.append(event)


async def test_a_stream_under_way_ends_without_its_answer(application: Application) -> None:
    for withdraw in (raised, deleted):
        await stored(application)
        events = application.ask.stream(HOW, application.cli_principal)
        started = await anext(events)
        assert isinstance(started, Started)
        assert [citation.document_id for citation in started.citations] == ["guide"]
        await withdraw(application)
        shown: list[Event] = []
        with pytest.raises(EvidenceWithdrawn):
            await rest_of(events, shown)
        assert all(isinstance(event, Piece) for event in shown)
        if withdraw is raised:
            await deleted(application)


async def test_a_whole_answer_is_made_anew_without_what_was_withdrawn(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stored(application)
    evidence = application.ask._gather.evidence
    asked = 0

    async def slow(run: object) -> object:
        nonlocal asked
        found = await evidence(run)  # type: ignore[arg-type]
        asked += 1
        if asked == 1:
            await deleted(application)
        return found

    monkeypatch.setattr(application.ask._gather, "evidence", slow)
    answer = await application.ask.answer(HOW, application.cli_principal)
    assert isinstance(answer, Answer)
    assert asked == 2
    assert answer.citations == ()
    assert "side button" not in answer.text
