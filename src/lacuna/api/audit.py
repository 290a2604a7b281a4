"""`/audit/...`: the ledger, for auditors and administrators."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from lacuna.api.context import PREFIX
from lacuna.api.dependencies import App, Auditor, Verifier
from lacuna.domain.audit import MAX_SAMPLE, Examination, Extent, Kept
from lacuna.domain.notes import MAX_NOTE
from lacuna.domain.tiles import Tile
from lacuna.http.errors import BadRequest
from lacuna.ports.storage import RecordFilter
from lacuna.usecases.audit import verification_view

router = APIRouter(prefix=f"{PREFIX}/audit", tags=["audit"])

Index = Annotated[int, Path(ge=0)]
Size = Annotated[int, Query(ge=1)]


class RecordModel(BaseModel):
    """A record as it was written, with its index and its RFC 6962 leaf hash (hexadecimal). `record` is null where the
    stored bytes are no record any more."""

    index: int
    leaf: str
    record: dict[str, Any] | None


class RecordPage(BaseModel):
    """A page of records; `cursor` continues it and is null at the end."""

    records: list[RecordModel]
    cursor: int | None


class ProvenRecord(RecordModel):
    """A record with the inclusion proof that leads to the signed checkpoint. `rotations` are the statements that tie
    the log's signing key to those before it."""

    tree_size: int
    proof: list[str]
    checkpoint: str
    rotations: list[str]


class InclusionModel(BaseModel):
    """RFC 6962 section 2.1.1, hashes in hexadecimal."""

    index: int
    leaf: str
    tree_size: int
    proof: list[str]
    checkpoint: str


class ConsistencyModel(BaseModel):
    """RFC 6962 section 2.1.2, hashes in hexadecimal."""

    first: int
    second: int
    proof: list[str]


class VerificationModel(BaseModel):
    """`problem` names the first bad record and is empty where all is well."""

    passed: bool
    size: int
    root: str
    problem: str
    bad_index: int | None
    mode: Literal["full", "since_last", "sample"]
    start: int
    checked: int
    detection: float
    share_found: float


NoteText = Annotated[str, Field(max_length=MAX_NOTE)]
MAX_GIVEN = 100


class VerifyBody(BaseModel):
    """What to verify. `since_last` without an earlier verification is `full`; `sample` (with the mode `sample`) is how
    many records are drawn; `against` are checkpoints kept elsewhere, as text, that the log has to extend."""

    model_config = ConfigDict(extra="forbid")

    mode: Literal["full", "since_last", "sample"] = "full"
    sample: Annotated[int, Field(ge=0, le=MAX_SAMPLE)] = 0
    against: NoteText | Annotated[list[NoteText], Field(max_length=MAX_GIVEN)] = ""


@router.get("/records")
async def records(
    app: App,
    auditor: Auditor,
    kind: Annotated[str | None, Query(max_length=100)] = None,
    actor: Annotated[str | None, Query(max_length=300)] = None,
    decision: Annotated[str | None, Query(max_length=100)] = None,
    since: Annotated[int | None, Query(ge=0, description="microseconds since the epoch")] = None,
    before: Annotated[int | None, Query(ge=0, description="microseconds since the epoch, exclusive")] = None,
    cursor: Annotated[int | None, Query(ge=0)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    newest_first: bool = True,
) -> RecordPage:
    """The records that match every filter given."""
    wanted = RecordFilter(kind, actor, decision, since, before, cursor, limit, newest_first)
    found = [RecordModel.model_validate(view) for view in await app.audit.find(wanted)]
    if len(found) < limit:
        return RecordPage(records=found, cursor=None)
    following = found[-1].index + (-1 if newest_first else 1)
    return RecordPage(records=found, cursor=following if following >= 0 else None)


@router.get("/records/{index}")
async def record(index: Index, app: App, auditor: Auditor) -> ProvenRecord:
    """One record with its proof."""
    return ProvenRecord.model_validate(await app.audit.show(index))


@router.get("/checkpoint", response_class=Response)
async def checkpoint(app: App, auditor: Auditor) -> Response:
    """The newest signed checkpoint (C2SP tlog-checkpoint), to be kept outside this machine."""
    return Response(await app.audit.checkpoint(), media_type="text/plain; charset=utf-8")


@router.get("/key", response_class=Response)
async def public_key(app: App, auditor: Auditor) -> Response:
    """The log's public key as a verifier key (C2SP signed-note): name, key id and key."""
    return Response(app.audit.public_key() + "\n", media_type="text/plain; charset=utf-8")


@router.get("/tile/{name:path}", response_class=Response)
async def tile(name: str, app: App, auditor: Auditor) -> Response:
    """A tile of hashes, `<level>/<index>`, or an entry bundle, `entries/<index>`; `.p/<width>` for one that is not full
    (C2SP tlog-tiles). What a full one holds never changes."""
    try:
        wanted = Tile.named(name)
    except ValueError as reason:
        raise BadRequest(
            f"That is no name of a tile: {reason}.", cure="See c2sp.org/tlog-tiles.", code="bad_request"
        ) from None
    caching = "private, max-age=31536000, immutable" if wanted.full else "private, max-age=60"
    body = await app.audit.tile(wanted)
    return Response(body, media_type="application/octet-stream", headers={"Cache-Control": caching})


@router.get("/proof/inclusion")
async def inclusion(app: App, auditor: Auditor, index: Annotated[int, Query(ge=0)]) -> InclusionModel:
    """Proves that a record is in the log."""
    return InclusionModel.model_validate(await app.audit.inclusion(index))


@router.get("/proof/consistency")
async def consistency(app: App, auditor: Auditor, first: Size, second: Size) -> ConsistencyModel:
    """Proves that the log of one size extends the log of another."""
    return ConsistencyModel.model_validate(await app.audit.consistency(first, second))


@router.get("/export", response_class=StreamingResponse)
async def export(app: App, auditor: Auditor, start: Annotated[int, Query(ge=0)] = 0) -> StreamingResponse:
    """Every record from `start`, one JSON document a line; recorded, as the last of them."""
    await app.audit.begin_export(auditor, start)

    async def lines() -> AsyncIterator[bytes]:
        async for view in app.audit.export(start):
            yield msgspec.json.encode(view) + b"\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")


@router.post("/verify")
async def verify(app: App, auditor: Verifier, body: VerifyBody | None = None) -> VerificationModel:
    """Recomputes the log from its bytes: all of it, what is new since the last verification that passed, or records
    drawn at random (`detection`: the probability that a single bad record would be found; `share_found`: the least
    share of bad records found with 95 %). The result is recorded; a log that does not verify is still a 200."""
    wanted = body or VerifyBody()
    notes = [wanted.against] if isinstance(wanted.against, str) else wanted.against
    against = tuple(Kept(note, f"checkpoint {n} of the request") for n, note in enumerate(notes, 1) if note)
    result = await app.audit.verify(auditor, Examination(Extent(wanted.mode), wanted.sample, against))
    return VerificationModel.model_validate(verification_view(result))
