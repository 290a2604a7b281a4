"""Inputs that every set of policies is tried on before it comes into force."""

from typing import Final

from lacuna.domain.policy import Destination, PolicyInput, Resource, Source
from lacuna.domain.tiers import Tier

_TABLE: Final = tuple((tier, (Source.LOCAL_RAG,)) for tier in Tier)

QUESTIONS: Final = tuple(
    PolicyInput(
        action="query",
        tier=tier,
        tags=("PII", "PII.EMAIL"),
        user_id="probe",
        groups=("everyone",),
        clearance=clearance,
        project=None,
        requested=tuple(Source),
        findings=(("PII.EMAIL", 1),),
        roles=("user",),
        permitted=_TABLE,
        at=1_700_000_040,
    )
    for tier in Tier
    for clearance in Tier
)
"""A question of every tier from a person of every clearance."""

OPERATION: Final = PolicyInput(
    action="export",
    tier=Tier.INTERNAL,
    tags=(),
    user_id="probe",
    groups=("everyone",),
    clearance=Tier.INTERNAL,
    project="probe",
    requested=(),
    roles=("user",),
    purpose="probe",
    permitted=_TABLE,
    at=1_700_000_040,
    destination=Destination("probe", "external", encrypted=False),
    resources=(Resource("probe", Tier.PROPRIETARY, ("PII",), ("email",)),),
)
"""An operation on named data."""
