"""The evaluation of data operations and the intake of lineage, built."""

from collections.abc import Callable
from dataclasses import dataclass

from lacuna.config import Settings
from lacuna.domain.classification import Classification
from lacuna.ports.clock import Clock, Ids
from lacuna.ports.datasets import DatasetStore
from lacuna.ports.policy import PolicyEngine
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Catalogue, Ledger
from lacuna.usecases.approvals import Approvals
from lacuna.usecases.evaluate import Allowed, Evaluate
from lacuna.usecases.lineage_events import LineageEvents
from lacuna.usecases.policy_facts import Observed
from lacuna.usecases.resources import Resources
from lacuna.usecases.trace import Trace
from lacuna.wiring.catalog import back_end


@dataclass(frozen=True, slots=True)
class Stores:
    """What the use cases read and write."""

    ledger: Ledger
    catalogue: Catalogue
    datasets: DatasetStore


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The use cases."""

    evaluate: Evaluate
    lineage_events: LineageEvents


def allowed(settings: Settings) -> Allowed:
    """What the configuration allows."""
    models = (settings.llm, settings.llm.fallback, settings.external_llm)
    approved = {each.name for each in models if each.approved and each.name}
    return Allowed(settings.policy.purposes, frozenset(approved))


def evaluation(
    settings: Settings,
    stores: Stores,
    trace: Trace,
    policy: PolicyEngine,
    approvals: Approvals,
    classify: Callable[[str], Classification],
    keys: KeyRing,
    clock: Clock,
    ids: Ids,
    observed: Observed,
) -> Evaluated:
    """Both use cases over the same stores."""
    strategy = settings.classification.strategy
    resources = Resources(stores.catalogue, stores.datasets, stores.ledger, trace, strategy)
    code = back_end("code", "sql_or_python")()
    may = allowed(settings)
    return Evaluated(
        Evaluate(resources, policy, code, classify, stores.ledger, keys, clock, ids, may, approvals, observed),
        LineageEvents(stores.datasets, stores.ledger, classify, strategy, keys, clock),
    )
