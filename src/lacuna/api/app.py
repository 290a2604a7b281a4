"""The ASGI application: routes, middleware, error handlers and the OpenAPI document."""

from collections.abc import Sequence
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from lacuna import __version__
from lacuna.api import (
    api_keys,
    approvals,
    audit,
    classify,
    documents,
    evaluate,
    health,
    lineage,
    overrides,
    policies,
    policy_past,
    query,
    terms,
    texts,
    users,
)
from lacuna.api.context import PREFIX, Context
from lacuna.api.dependencies import Needs
from lacuna.domain.errors import LacunaError, NotFound
from lacuna.domain.identity import Permission
from lacuna.http import errors
from lacuna.http.gate import Gate
from lacuna.http.limits import Limits

DESCRIPTION = "Decides how sensitive a question is, answers it from your own documents, and proves what left the house."

OPEN: frozenset[str] = frozenset({"/health", "/ready"})
"""Paths that nobody signs in for. Every other one declares its permission."""

DOCUMENTATION: tuple[str, ...] = ("/docs", "/openapi.json", "/static-offline-docs")
"""What begins so is the description of the interface, the same for everybody."""

HOT: tuple[tuple[str, Any, type, type, str], ...] = (
    ("/classify", classify.classify_one, classify.ClassifyBody, classify.ClassifyAnswer, "Classify a text"),
    ("/classify/batch", classify.classify_many, classify.BatchBody, classify.BatchAnswer, "Classify many texts"),
    ("/query", query.query, query.QueryBody, query.QueryAnswer, "Ask a question"),
    ("/evaluate", evaluate.evaluate, evaluate.EvaluateBody, evaluate.EvaluateAnswer, "Evaluate a data operation"),
    ("/search", query.search, query.SearchBody, query.SearchAnswer, "Find passages"),
)
"""Routes without a framework around them (0.6 of the cost): path, handler, body, answer, summary. All of them need
Permission.ASK."""


ROUTERS = (
    documents.router,
    lineage.router,
    overrides.router,
    approvals.router,
    audit.router,
    terms.router,
    texts.router,
    users.router,
    policies.router,
    policy_past.router,
    api_keys.router,
    health.router,
)


def build(context: Context, limits: Limits, *, loopback_only: bool) -> Gate:
    """The application for a context. `loopback_only` guards development mode."""
    app = FastAPIOffline(  # the documentation page loads nothing from elsewhere
        title="Lacuna",
        version=__version__,
        description=DESCRIPTION,
        redoc_url=None,
        exception_handlers={
            LacunaError: errors.on_domain_error,
            HTTPException: errors.on_http_error,
            RequestValidationError: errors.on_validation_error,
            Exception: errors.on_unexpected_error,
        },
    )
    app.state.lacuna = context
    _all_declared()
    for router in ROUTERS:
        app.include_router(router)
    for path, *_ in HOT:  # only reached with another method than POST: answered 405 like everywhere
        app.add_route(PREFIX + path, _never, methods=["POST"], include_in_schema=False)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    hot = {PREFIX + path: handler for path, handler, *_ in HOT}

    async def admit(request: Request) -> None:
        if request.scope["path"] not in OPEN and not request.scope["path"].startswith(DOCUMENTATION):
            request.state.principal = await context.authenticator.principal(request)

    return Gate(app, hot, limits, context.application.telemetry, admit=admit, loopback_only=loopback_only)


async def _never(request: Request) -> Response:
    raise NotFound("This route is answered before the framework is asked.")


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The generated document plus the hot routes, whose schemas come from their msgspec types."""
    if app.openapi_schema:
        return app.openapi_schema
    schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    types: Sequence[type] = [t for _, _, body, answer, _ in HOT for t in (body, answer)]
    refs, components = msgspec.json.schema_components(
        [*types, errors.Problem], ref_template="#/components/schemas/{name}"
    )
    schema.setdefault("components", {}).setdefault("schemas", {}).update(components)
    questions: dict[str, Any] = {}
    for number, (path, _, _, _, summary) in enumerate(HOT):
        body, answer = refs[2 * number], refs[2 * number + 1]
        questions[PREFIX + path] = {"post": _operation(path, summary, body, answer, refs[-1])}
    for route in _framework_routes():
        for method in route.methods or ():
            schema["paths"][route.path_format][method.lower()].update(_access(route))
    schema["components"]["securitySchemes"] = {"credential": {"type": "http", "scheme": "bearer"}}
    schema["paths"] = questions | schema["paths"]  # what most readers come for stands first
    app.openapi_schema = schema
    return schema


def _framework_routes() -> list[APIRoute]:
    return [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]


def _all_declared() -> None:
    """A route that forgot its permission stops the start: it would answer everybody."""
    bare = [route.path for route in _framework_routes() if not _access(route) and route.path not in OPEN]
    if bare:
        raise RuntimeError(f"routes without a permission: {', '.join(bare)}")


def _access(route: APIRoute) -> dict[str, Any]:
    """The permission that a route declared, as it stands in the OpenAPI document."""
    needs = [each.call for each in route.dependant.dependencies if isinstance(each.call, Needs)]
    return _needing(needs[0].permission) if needs else {}


def _needing(permission: Permission) -> dict[str, Any]:
    return {"x-permission": permission.value, "security": [{"credential": []}]}


def _operation(path: str, summary: str, body: Any, answer: Any, problem: Any) -> dict[str, Any]:
    problems = {"content": {"application/problem+json": {"schema": problem}}}
    content: dict[str, Any] = {"application/json": {"schema": answer}}
    if path == "/query":
        content["text/event-stream"] = {"schema": {"type": "string"}}
    return {
        **_needing(Permission.ASK),
        "tags": ["questions"],
        "summary": summary,
        "operationId": path.strip("/").replace("/", "_"),
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            "200": {"description": "Done; the decision is in the ledger", "content": content},
            "400": {"description": "The body is no JSON", **problems},
            "413": {"description": "Over a limit", **problems},
            "401": {"description": "No valid credential", **problems},
            "403": {"description": "The permission is missing, or policy denies it", **problems},
            "422": {"description": "The body has the wrong shape", **problems},
        },
    }
