"""`/decisions/{id}/text` and `/admin/subjects/erase`: stored texts, where the configuration keeps any."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from lacuna.api.context import PREFIX
from lacuna.api.dependencies import App, AuditKeeper, DecisionReader, TextReader
from lacuna.usecases.texts import MAX_SUBJECT

router = APIRouter(prefix=PREFIX, tags=["audit"])


class TextAnswer(BaseModel):
    """What was asked and answered; null where that part was not kept."""

    decision_id: str
    query: str | None
    answer: str | None


class EraseBody(BaseModel):
    """The user id of who asked."""

    model_config = ConfigDict(extra="forbid")

    subject: Annotated[str, Field(min_length=1, max_length=MAX_SUBJECT)]


class EraseAnswer(BaseModel):
    """Whether there were texts, or a key for them."""

    erased: bool


@router.get("/decisions/{decision_id}/text")
async def text(decision_id: str, app: App, reader: TextReader) -> TextAnswer:
    """The stored text of a decision; reading it is recorded."""
    found = await app.texts.read(decision_id, reader)
    return TextAnswer(decision_id=decision_id, query=found.get("query"), answer=found.get("answer"))


@router.get("/decisions/{decision_id}/text/own")
async def own_text(decision_id: str, app: App, reader: DecisionReader) -> TextAnswer:
    """What you asked, and the answer as long as you may read all that it was made from; reading it is recorded."""
    found = await app.texts.read_own(decision_id, reader)
    return TextAnswer(decision_id=decision_id, query=found.get("query"), answer=found.get("answer"))


@router.post("/admin/subjects/erase")
async def erase(body: EraseBody, app: App, keeper: AuditKeeper) -> EraseAnswer:
    """Destroys the key of all texts that a subject's questions left; the ledger stays whole."""
    return EraseAnswer(erased=await app.texts.erase(body.subject, keeper))
