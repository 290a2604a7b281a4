"""`/admin/users`: who has signed in, as the ledger tells it."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from lacuna.api.context import PREFIX
from lacuna.api.dependencies import App, UserReader
from lacuna.usecases.users import MAX_DAYS, User

router = APIRouter(prefix=f"{PREFIX}/admin/users", tags=["admin"])


class UserModel(BaseModel):
    """Times are microseconds since the epoch; rights are those of the last sign-in."""

    user_id: str
    first_at: int
    last_at: int
    sign_ins: int
    ways: list[str]
    addresses: list[str]
    roles: list[str]
    groups: list[str]
    clearance: str


class UserPage(BaseModel):
    """The latest first."""

    users: list[UserModel]


@router.get("")
async def listing(app: App, asker: UserReader, days: Annotated[int, Query(ge=1, le=MAX_DAYS)] = 90) -> UserPage:
    """Everybody who signed in within some days."""
    return UserPage(users=[user_model(user) for user in await app.users.listed(asker, days)])


@router.get("/{user_id:path}")
async def one(app: App, asker: UserReader, user_id: Annotated[str, Path(min_length=1, max_length=300)]) -> UserModel:
    """One user, over the whole ledger."""
    return user_model(await app.users.show(user_id, asker))


def user_model(user: User) -> UserModel:
    """The wire form of a user."""
    return UserModel(
        user_id=user.user_id,
        first_at=user.first_at,
        last_at=user.last_at,
        sign_ins=user.sign_ins,
        ways=sorted(user.ways),
        addresses=user.addresses,
        roles=[*user.roles],
        groups=[*user.groups],
        clearance=user.clearance,
    )
