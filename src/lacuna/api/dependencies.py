"""The same for routes behind FastAPI: parameters by type. Kept apart, so that commands do not import the framework."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from lacuna.api.context import authenticated, context
from lacuna.domain.identity import Principal
from lacuna.wiring.application import Application


def _principal(request: Request) -> Principal:
    return authenticated(request)


def _application(request: Request) -> Application:
    return context(request).application


Asker = Annotated[Principal, Depends(_principal)]
App = Annotated[Application, Depends(_application)]
