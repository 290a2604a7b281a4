"""`/health`: the process is alive. `/ready`: whether it may serve, part by part."""

from dataclasses import asdict

from fastapi import APIRouter, Request, Response

from lacuna import __version__
from lacuna.api.body import write
from lacuna.api.context import context

router = APIRouter(tags=["health"])


@router.get("/health")
async def health() -> dict[str, str]:
    """Alive. Says nothing about dependencies: a failing one is no reason to restart this process."""
    return {"status": "ok", "version": __version__}


@router.get("/ready", response_model=None, responses={503: {"description": "A required part does not work."}})
async def ready(request: Request) -> Response:
    """Ready if every required part works; 503 otherwise. Asks the parts at most once a second: nobody has to sign
    in for this, and the ledger's check writes. Names each fault by its code; the log has the details."""
    states = await context(request).ready.states()
    serves = all(state.state == "ok" or not state.required for state in states.values())
    body = {
        "status": "ready" if serves else "not ready",
        "parts": {name: asdict(state) for name, state in states.items()},
    }
    return write(body, 200 if serves else 503)
