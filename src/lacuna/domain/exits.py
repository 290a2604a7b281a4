"""The ways out of the house, for use and for proof: which external service a query may reach at which moment.

`may_leave` is asked by usecases/leave.py before each external call, and by domain/no_exit.py for every state that a
query can be in. It decides nothing alone: the text itself still has to pass `routing.release`.
"""

from lacuna.domain.classification import Classification
from lacuna.domain.policy import EXTERNAL, Source
from lacuna.domain.routing import Plan
from lacuna.domain.tiers import Tier


def may_leave(destination: Source, classification: Classification, plan: Plan, evidence: Tier) -> bool:
    """Whether `destination` may be asked. `evidence` is the tier of what would go along besides the question: the
    passages for a model, PUBLIC for a search, which gets the question alone."""
    return (
        destination in EXTERNAL
        and not plan.denied
        and plan.uses(destination)
        and not classification.degraded
        and max(classification.tier, plan.tier, evidence) is Tier.PUBLIC
    )
