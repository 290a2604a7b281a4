"""`/admin/policies`: versions of policies and which is in force. Administrators only."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from lacuna.api.context import PREFIX
from lacuna.api.dependencies import App, PolicyReader, PolicySteward
from lacuna.domain.errors import ConfigError, InvalidInput
from lacuna.domain.policy_set import PolicySet
from lacuna.usecases.policies import MAX_NOTE

router = APIRouter(prefix=f"{PREFIX}/admin/policies", tags=["admin"])

MAX_FILES = 500
MAX_FILE = 1_000_000
_SHOWN = 20

FilePath = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9_./-]{0,200}\.rego$")]
Version = Annotated[str, Path(min_length=1, max_length=100)]


class PoliciesBody(BaseModel):
    """Policies of one's own, without the shipped ones: Rego by path, and the data that rules see."""

    model_config = ConfigDict(extra="forbid")

    files: dict[FilePath, Annotated[str, Field(max_length=MAX_FILE)]] = Field(max_length=MAX_FILES)
    data: dict[str, Any] = Field(default_factory=dict)

    def own(self) -> PolicySet:
        """The set, under the names that files of the configuration folder have. Raises InvalidInput."""
        if "lacuna" in self.data:
            raise InvalidInput('The data may not hold "lacuna": packages of that name live there.')
        return PolicySet.of({f"policies/{path}": text for path, text in self.files.items()}, self.data)


class DeployBody(PoliciesBody):
    """The same with a note for the history."""

    note: Annotated[str, Field(max_length=MAX_NOTE)] = ""


class RollbackBody(BaseModel):
    """`version` is one that was kept, or "configuration"; left out: whatever was in force before."""

    model_config = ConfigDict(extra="forbid")

    version: Annotated[str, Field(max_length=100)] = ""


class VersionModel(BaseModel):
    """A version as it is kept; `added_at` is in microseconds since the epoch."""

    version: str
    author: str
    added_at: int
    note: str
    files: list[str]


class InForceModel(BaseModel):
    """What is in force: deployed, or the configuration's; `audit_only` are its rules without effect."""

    version: str
    source: str
    by: str
    since: int | None
    audit_only: list[str]


class ListModel(BaseModel):
    """What is in force, and the newest versions first."""

    in_force: InForceModel
    versions: list[VersionModel]


class SetModel(BaseModel):
    """A set, with the shipped files in it."""

    version: str
    files: dict[str, str]
    data: dict[str, Any]


class CheckedModel(BaseModel):
    """Whether a set may be deployed; `problems` have file, line and column."""

    valid: bool
    version: str
    problems: list[str]


class DeployedModel(BaseModel):
    """What is in force now."""

    version: str


@router.get("")
async def listing(app: App, asker: PolicyReader) -> ListModel:
    """What is in force, and every version that is kept."""
    now = await app.policies.in_force(asker)
    versions = [
        VersionModel(
            version=each.version,
            author=each.author,
            added_at=each.added_at,
            note=each.note,
            files=[path for path, _ in each.policies.files],
        )
        for each in await app.policies.versions(asker)
    ]
    in_force = InForceModel(
        version=now.version, source=now.source, by=now.by, since=now.since, audit_only=list(now.audit_only)
    )
    return ListModel(in_force=in_force, versions=versions)


@router.get("/{version}")
async def one(version: Version, app: App, asker: PolicyReader) -> SetModel:
    """The files and data of a version, or of "configuration"."""

    found = await app.policies.get(version, asker)
    return SetModel(version=found.version, files=dict(found.files), data=json.loads(found.data))


@router.post("/validate")
async def validate(body: PoliciesBody, app: App, asker: PolicySteward) -> CheckedModel:
    """Compiles a set, runs its tests and tries it out, without any effect."""
    checked = await app.policies.check(body.own(), asker)
    return CheckedModel(valid=not checked.problems, version=checked.version, problems=list(checked.problems))


@router.post("/deploy", status_code=201)
async def deploy(body: DeployBody, app: App, asker: PolicySteward) -> DeployedModel:
    """Puts a set into force: here when the call returns, in every other process within a second."""
    with refusals():
        added = await app.policies.deploy(body.own(), body.note, asker)
    return DeployedModel(version=added.version)


@router.post("/rollback")
async def rollback(body: RollbackBody, app: App, asker: PolicySteward) -> DeployedModel:
    """Puts an earlier version, or the configuration, into force."""
    with refusals():
        return DeployedModel(version=await app.policies.roll_back(body.version, asker))


@contextmanager
def refusals() -> Iterator[None]:
    """A set that cannot be used is a fault of the caller's input here, not of the server's configuration."""
    try:
        yield
    except ConfigError as fault:
        shown = "; ".join(fault.problems[:_SHOWN])
        raise InvalidInput(f"{fault.message} {shown}".rstrip(), cure=fault.cure) from None
