"""`/documents`: upload, list, show, change, delete."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

router = APIRouter(prefix="/documents", tags=["documents"])

DocumentId = Annotated[str, Path(min_length=1, max_length=200)]
TierName = Annotated[str, Field(description="PUBLIC, INTERNAL or PROPRIETARY")]


class DocumentBody(BaseModel):
    """A document given as text. `tier` can raise what the classifier finds, never lower it."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1)
    id: str | None = Field(default=None, min_length=1, max_length=200, pattern=r"^[\w.:@/+-]+$")
    title: str = Field(default="", max_length=500)
    tier: TierName | None = None
    groups: list[str] | None = Field(default=None, max_length=200)
    source: str = Field(default="", max_length=2_000)


class ChangeBody(BaseModel):
    """What to change. A tier below what was found in the document is refused."""

    model_config = ConfigDict(extra="forbid")

    tier: TierName | None = None
    groups: list[str] | None = Field(default=None, max_length=200)
    title: str | None = Field(default=None, max_length=500)


class FoundModel(BaseModel):
    """A kind of finding in the document and how often it was found."""

    kind: str
    count: int


class IngestedModel(BaseModel):
    """`text` is everything that a reader of the file could find, as classification saw it."""

    document_id: str
    status: str
    tier: str
    tags: list[str]
    findings: list[FoundModel]
    chunks: int
    text_length: int
    note: str = ""


class DocumentModel(BaseModel):
    """What is known of a document."""

    document_id: str
    title: str
    source: str
    tier: str
    found_tier: str
    groups: list[str]
    tags: list[str]
    chunks: int
    text_length: int
    media_type: str
    updated_at: int


class DocumentPage(BaseModel):
    """A page of documents by id; `next` continues it."""

    documents: list[DocumentModel]
    next: str | None
