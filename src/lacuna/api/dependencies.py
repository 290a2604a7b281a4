"""The same for routes behind FastAPI: parameters by type. Kept apart, so that commands do not import the framework."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from lacuna.api.context import authenticated, context
from lacuna.domain.identity import Permission, Principal
from lacuna.wiring.application import Application


class Needs:
    """Signs the request in and sees to one permission. `api/app.py` reads `permission` for the OpenAPI document, so a
    route says what it needs in one place only."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, request: Request) -> Principal:
        return await authenticated(request, self.permission)


def _application(request: Request) -> Application:
    return context(request).application


App = Annotated[Application, Depends(_application)]

Asker = Annotated[Principal, Depends(Needs(Permission.ASK))]
Reader = Annotated[Principal, Depends(Needs(Permission.READ_DOCUMENTS))]
Uploader = Annotated[Principal, Depends(Needs(Permission.WRITE_DOCUMENTS))]
DecisionReader = Annotated[Principal, Depends(Needs(Permission.READ_DECISIONS))]
LineageReader = Annotated[Principal, Depends(Needs(Permission.READ_LINEAGE))]
LineageReporter = Annotated[Principal, Depends(Needs(Permission.REPORT_LINEAGE))]
FeedbackGiver = Annotated[Principal, Depends(Needs(Permission.GIVE_FEEDBACK))]
Approver = Annotated[Principal, Depends(Needs(Permission.USE_APPROVALS))]
OverrideSteward = Annotated[Principal, Depends(Needs(Permission.MANAGE_OVERRIDES))]
TermSteward = Annotated[Principal, Depends(Needs(Permission.MANAGE_TERMS))]
PolicyReader = Annotated[Principal, Depends(Needs(Permission.READ_POLICIES))]
PolicySteward = Annotated[Principal, Depends(Needs(Permission.MANAGE_POLICIES))]
Auditor = Annotated[Principal, Depends(Needs(Permission.READ_AUDIT))]
AuditKeeper = Annotated[Principal, Depends(Needs(Permission.MANAGE_AUDIT))]
TextReader = Annotated[Principal, Depends(Needs(Permission.READ_TEXTS))]
Verifier = Annotated[Principal, Depends(Needs(Permission.VERIFY_AUDIT))]
KeyKeeper = Annotated[Principal, Depends(Needs(Permission.MANAGE_KEYS))]
UserReader = Annotated[Principal, Depends(Needs(Permission.READ_USERS))]
