"""`/admin/api-keys`: keys of services. A token is shown once, in the answer that made it."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from lacuna.api.context import PREFIX
from lacuna.api.dependencies import App, KeyKeeper
from lacuna.api.query import tier as parse_tier
from lacuna.domain.api_keys import MAX_GROUPS, MAX_NAME, MAX_NETWORKS, ApiKey, KeyState
from lacuna.domain.permissions import Permission
from lacuna.usecases.api_keys import MAX_DAYS, MAX_OVERLAP_HOURS, Wanted

router = APIRouter(prefix=f"{PREFIX}/admin/api-keys", tags=["admin"])

KeyId = Annotated[str, Path(min_length=1, max_length=100)]
ShortText = Annotated[str, Field(min_length=1, max_length=MAX_NAME)]


class KeyBody(BaseModel):
    """A key to be made. Without `scopes` it may do everything that its groups' roles allow; it counts from `networks`
    only, if there are any."""

    model_config = ConfigDict(extra="forbid")

    name: ShortText
    service_account: Annotated[str, Field(max_length=MAX_NAME)] = ""
    groups: list[ShortText] = Field(default_factory=list, max_length=MAX_GROUPS)
    clearance: str = "INTERNAL"
    scopes: list[Permission] | None = None
    networks: list[Annotated[str, Field(max_length=60)]] = Field(default_factory=list, max_length=MAX_NETWORKS)
    expires_days: Annotated[int, Field(ge=1, le=MAX_DAYS)] | None = None


class RotateBody(BaseModel):
    """For how long the old key still counts; 0 ends it at once."""

    model_config = ConfigDict(extra="forbid")

    overlap_hours: Annotated[int, Field(ge=0, le=MAX_OVERLAP_HOURS)] = 24


class KeyModel(BaseModel):
    """A key without its token. Times are microseconds since the epoch."""

    id: str
    name: str
    service_account: str
    groups: list[str]
    clearance: str
    scopes: list[str] | None
    networks: list[str]
    state: KeyState
    created_by: str
    created_at: int
    expires_at: int | None
    replaces: str
    revoked_by: str
    last_used_at: int | None
    last_used_from: str


class KeyPage(BaseModel):
    """Every key, the newest first."""

    api_keys: list[KeyModel]


class NewKeyModel(KeyModel):
    """A key with its token, which is shown this once."""

    token: str


@router.get("")
async def listing(app: App, asker: KeyKeeper) -> KeyPage:
    """Every key that was made, ended ones too."""
    return KeyPage(api_keys=[key_model(key, state) for key, state in await app.api_keys.listed(asker)])


@router.post("", status_code=201)
async def create(body: KeyBody, app: App, asker: KeyKeeper) -> NewKeyModel:
    """Makes a key. Keep the token: it is stored nowhere."""
    wanted = Wanted(
        name=body.name,
        service_account=body.service_account,
        groups=frozenset(body.groups),
        clearance=parse_tier(body.clearance, "clearance"),
        scopes=None if body.scopes is None else frozenset(body.scopes),
        networks=tuple(body.networks),
        expires_days=body.expires_days,
    )
    key, token = await app.api_keys.create(wanted, asker)
    return _new(key, token)


@router.post("/{key_id}/rotate", status_code=201)
async def rotate(key_id: KeyId, body: RotateBody, app: App, asker: KeyKeeper) -> NewKeyModel:
    """Makes a key like this one, which goes on for a while beside it."""
    key, token = await app.api_keys.rotate(key_id, body.overlap_hours, asker)
    return _new(key, token)


@router.delete("/{key_id}", status_code=204)
async def revoke(key_id: KeyId, app: App, asker: KeyKeeper) -> None:
    """Ends a key: here when the call returns, in every other process within a second."""
    await app.api_keys.revoke(key_id, asker)


def key_model(key: ApiKey, state: KeyState) -> KeyModel:
    """The wire form of a key."""
    return KeyModel(
        id=key.key_id,
        name=key.name,
        service_account=key.service_account,
        groups=sorted(key.groups),
        clearance=key.clearance.name,
        scopes=None if key.scopes is None else sorted(key.scopes),
        networks=list(key.networks),
        state=state,
        created_by=key.created_by,
        created_at=key.created_at,
        expires_at=key.expires_at,
        replaces=key.replaces,
        revoked_by=key.revoked_by,
        last_used_at=key.last_used_at,
        last_used_from=key.last_used_from,
    )


def _new(key: ApiKey, token: str) -> NewKeyModel:
    return NewKeyModel(**key_model(key, KeyState.ACTIVE).model_dump(), token=token)
