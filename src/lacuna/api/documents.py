"""`/documents`: upload, list, show, change, delete."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from lacuna.api.body import InvalidBody
from lacuna.api.context import PREFIX, context
from lacuna.api.dependencies import App, Reader, Uploader
from lacuna.api.query import tier as parse_tier
from lacuna.domain.errors import InvalidInput, TooLarge
from lacuna.domain.retrieval import Document
from lacuna.domain.tiers import Tier
from lacuna.http.errors import BadRequest, FieldProblem, UnsupportedMediaType
from lacuna.usecases.upload import Outcome, Upload

router = APIRouter(prefix=f"{PREFIX}/documents", tags=["documents"])

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
    """What became of an upload: `status` is "stored", "replaced" or "unchanged"; `note` says whence the tier."""

    document_id: str
    status: str
    title: str
    source: str
    tier: str
    tags: list[str]
    groups: list[str]
    findings: list[FoundModel]
    chunks: int
    text_length: int
    note: str = ""
    text: str | None = None


class DocumentModel(BaseModel):
    """What is known of a document. `updated_at` is in microseconds since the epoch."""

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


Include = Annotated[Literal["text"] | None, Query(description="`text` adds everything that was read from the file")]


@router.post(
    "",
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": DocumentBody.model_json_schema()},
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["file"],
                        "properties": {
                            "file": {"type": "string", "format": "binary"},
                            "id": {"type": "string"},
                            "title": {"type": "string"},
                            "tier": {"type": "string"},
                            "groups": {"type": "string", "description": "separated by commas"},
                            "source": {"type": "string"},
                        },
                    }
                },
            },
        }
    },
)
async def upload(
    request: Request, response: Response, app: App, principal: Uploader, include: Include = None
) -> IngestedModel:
    """Takes a document in: a file (multipart) or a text (JSON). 200 instead of 201 where it was known already."""
    limit = context(request).max_file_bytes
    wanted = await _upload(request, limit)
    outcome = await app.ingest.document(wanted, principal)
    if outcome.status != "stored":
        response.status_code = 200
    text = await app.ingest.everything(wanted) if include == "text" else None
    return ingested_model(outcome, text)


@router.get("")
async def listing(
    app: App,
    principal: Reader,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    after: Annotated[str, Query(max_length=200)] = "",
) -> DocumentPage:
    """The documents you may read, by id; that you looked is recorded."""
    page = await app.document_reads.page(after, limit, principal)
    return DocumentPage(documents=[document_model(d) for d in page.documents], next=page.next)


@router.get("/{document_id:path}")
async def show(document_id: DocumentId, app: App, principal: Reader) -> DocumentModel:
    """One document; that you looked is recorded."""
    return document_model(await app.document_reads.show(document_id, principal))


@router.patch("/{document_id:path}")
async def change(document_id: DocumentId, body: ChangeBody, app: App, principal: Uploader) -> DocumentModel:
    """Changes tier, groups or title. Lowering the tier below what was found is a conflict (409)."""
    if body.tier is None and body.groups is None and body.title is None:
        raise InvalidInput("Nothing to change.", cure="Send tier, groups or title.")
    tier = None if body.tier is None else parse_tier(body.tier, "tier")
    groups = None if body.groups is None else frozenset(body.groups)
    return document_model(await app.ingest.documents.change(document_id, tier, groups, body.title, principal))


@router.delete("/{document_id:path}", status_code=204)
async def delete(document_id: DocumentId, app: App, principal: Uploader) -> None:
    """Deletes text and vectors for good. Invisible from the moment the call returns."""
    await app.ingest.documents.delete(document_id, principal)


def document_model(d: Document) -> DocumentModel:
    """The wire form of a document."""
    return DocumentModel(
        document_id=d.document_id,
        title=d.title,
        source=d.source,
        tier=d.tier.name,
        found_tier=d.found_tier.name,
        groups=sorted(d.groups),
        tags=list(d.tags),
        chunks=d.chunks,
        text_length=d.text_length,
        media_type=d.media_type,
        updated_at=d.updated_at,
    )


def ingested_model(outcome: Outcome, text: str | None = None) -> IngestedModel:
    """The wire form of an outcome."""
    tier = Tier.PROPRIETARY if outcome.tier is None else outcome.tier
    return IngestedModel(
        document_id=outcome.document_id,
        status=outcome.status,
        title=outcome.title,
        source=outcome.source,
        tier=tier.name,
        tags=list(outcome.tags),
        groups=sorted(outcome.groups),
        findings=[FoundModel(kind=kind, count=count) for kind, count in outcome.findings.items()],
        chunks=outcome.chunks,
        text_length=outcome.text_length,
        note=outcome.note,
        text=text,
    )


async def _upload(request: Request, limit: int) -> Upload:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await _from_form(request, limit)
    if kind in ("", "application/json") or kind.endswith("+json"):
        return _from_json(await request.body())
    raise UnsupportedMediaType(
        "A document is sent as multipart/form-data or as JSON.", cure="Send `-F file=@name`, or JSON with `text`."
    )


def _from_json(raw: bytes) -> Upload:
    if not raw.strip():
        raise BadRequest("The body is empty.", cure="Send JSON with `text`.")
    try:
        body = DocumentBody.model_validate_json(raw)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        if any(fault["type"] == "json_invalid" for fault in faults):
            raise BadRequest("The body is not JSON in UTF-8.", cure="Send a JSON object.") from None
        fields = tuple(FieldProblem(".".join(map(str, f["loc"])) or "body", f["msg"]) for f in faults)
        raise InvalidBody("; ".join(f"{f.field}: {f.message}" for f in fields[:5]) + ".", fields) from None
    return Upload(
        text=body.text,
        title=body.title,
        source=body.source,
        tier=None if body.tier is None else parse_tier(body.tier, "tier"),
        groups=None if body.groups is None else frozenset(body.groups),
        document_id=body.id,
    )


async def _from_form(request: Request, limit: int) -> Upload:
    # A form may name any codec that Python has, and some take quadratic time or yield what is no Unicode.
    _, parameters = parse_options_header(request.headers["content-type"])
    if parameters.get(b"charset", b"utf-8").lower() != b"utf-8":
        raise UnsupportedMediaType("The form is not in UTF-8.", cure="Leave out `charset`: forms are UTF-8.")
    try:
        form = await request.form(max_files=1, max_fields=10)
    except HTTPException:
        raise BadRequest("The form is malformed.", cure="Send one `file` part, with a filename.") from None
    try:
        if len(form.multi_items()) > len(form):
            raise InvalidInput("A form field is given twice.", cure="Give each once; separate groups by commas.")
        unknown = sorted(set(form) - {"file", "id", "title", "tier", "groups", "source"})
        if unknown:
            raise InvalidInput(
                f"Unknown form field {unknown[0][:40]!r}.", cure="Use file, id, title, tier, groups, source."
            )
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise InvalidInput("file: the form holds no file.", cure="Send the document as the form field `file`.")
        data = await file.read(limit + 1)
        if len(data) > limit:
            raise TooLarge(f"The document is larger than {limit} bytes.", cure="Raise ingest.max_file_bytes.")
        filename = file.filename or ""
        tier, groups = _field(form, "tier"), _field(form, "groups")
        return Upload(
            data=data,
            filename=filename,
            title=_field(form, "title"),
            source=_field(form, "source") or filename,
            tier=parse_tier(tier, "tier") if tier else None,
            groups=frozenset(g.strip() for g in groups.split(",") if g.strip()) if groups else None,
            document_id=_field(form, "id") or None,
            origin=_field(form, "source"),
        )
    finally:
        await form.close()


def _field(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
