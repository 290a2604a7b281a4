"""The policy engine that the configuration names."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial

from lacuna.config import Loaded
from lacuna.ports.policy import PolicyEngine
from lacuna.ports.telemetry import Telemetry
from lacuna.wiring.application import Part
from lacuna.wiring.catalog import back_end
from lacuna.wiring.guard import Guard, GuardedPolicy

MARGIN_S = 1.0
"""What the guard allows beyond an evaluation's own time: waiting for its turn, or for a new child."""


async def policy_engine(
    found: Loaded, telemetry: Telemetry, stack: AsyncExitStack, *, answers: bool
) -> tuple[PolicyEngine, GuardedPolicy, Part]:
    """The engine, the same in its guard, and how to ask whether it works; the stack closes it. `answers` says whether
    this process examines questions beyond one command: only then is the set compiled now. Raises ConfigError for a set
    that cannot be used."""
    settings = found.settings.policy
    if settings.opa_url is not None:
        make = partial(back_end("policy", "opa"), str(settings.opa_url), timeout_s=settings.timeout_s)
    else:
        limits = {"timeout_s": settings.timeout_s, "memory_mb": settings.memory_mb}
        make = partial(back_end("policy", "rego"), found.policies, **limits, lazy=not answers)
    engine = await asyncio.to_thread(make)
    stack.push_async_callback(engine.close)
    guarded = GuardedPolicy(engine, Guard("policy", telemetry, 2 * settings.timeout_s + MARGIN_S))
    return engine, guarded, Part(guarded.check, required=True)
