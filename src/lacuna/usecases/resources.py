"""Find what an operation names: documents, data sets, passages, answers, questions; each with the tier it has now.

Promise: what is not there and what is outside the asker's reach give the same answer; a tier is the join of what the
thing is and everything upstream of it, and PROPRIETARY where its lineage is too large to be seen whole.
"""

from collections.abc import Sequence
from typing import Final

from lacuna.domain.classification import Strategy
from lacuna.domain.errors import NotFound
from lacuna.domain.identity import Principal
from lacuna.domain.lineage import Direction, Graph, NodeKind
from lacuna.domain.operations import Input
from lacuna.domain.tiers import Tier, join
from lacuna.ports.datasets import DatasetStore
from lacuna.ports.storage import Catalogue, Ledger
from lacuna.usecases.trace import Trace

MAX_UPSTREAM: Final = 5_000
MAX_STEPS: Final = 200

_RESOURCES: Final = frozenset({NodeKind.DOCUMENT, NodeKind.CHUNK, NodeKind.ANSWER, NodeKind.QUERY})


class Resources:
    """See the module."""

    def __init__(
        self, catalogue: Catalogue, datasets: DatasetStore, ledger: Ledger, trace: Trace, strategy: Strategy
    ) -> None:
        self._catalogue = catalogue
        self._datasets = datasets
        self._strategy = strategy
        self._ledger = ledger
        self._trace = trace

    async def inputs(self, ids: Sequence[str], principal: Principal) -> tuple[Input, ...]:
        """What `ids` name, each once. Raises NotFound."""
        return tuple([await self._one(each, principal) for each in dict.fromkeys(ids)])

    async def _one(self, resource_id: str, principal: Principal) -> Input:
        document = await self._catalogue.get(resource_id)
        if document is not None:
            if not principal.reach.permits(document.tier, document.groups):
                raise unknown(resource_id)
            said = document.tier if document.tier > document.found_tier else Tier.PUBLIC
            names = frozenset({resource_id.casefold()})
            return Input(resource_id, document.tier, tags=document.tags, lasting=said, names=names)
        dataset = await self._datasets.get(resource_id)
        if dataset is not None:
            known = dataset.as_input(self._strategy, await self._inherited(resource_id))
            if not principal.reach.permits(known.base, dataset.groups):
                raise unknown(resource_id)
            return known
        try:
            node = await self._trace.node(resource_id, principal)
        except NotFound:
            raise unknown(resource_id) from None
        if node.kind not in _RESOURCES:
            raise unknown(resource_id)
        return Input(resource_id, max(node.tier, await self._inherited(resource_id)))

    async def _inherited(self, node_id: str) -> Tier:
        return upstream_tier(await self._ledger.lineage(node_id, Direction.UPSTREAM, MAX_STEPS, MAX_UPSTREAM), node_id)


def upstream_tier(graph: Graph, node_id: str) -> Tier:
    """The join over everything that went into a node; PROPRIETARY where the graph is not all of it. Jobs count by what
    they read, so that a data set that is written in place does not count as made from its own columns."""
    if graph.truncated:
        return Tier.PROPRIETARY
    return join(node.tier for node in graph.nodes if node.node_id != node_id and node.kind is not NodeKind.JOB)


def unknown(resource_id: str) -> NotFound:
    """What is said of everything that is not there for the asker."""
    return NotFound(
        f"No resource {resource_id[:120]!r} within your reach.",
        cure="Name documents, datasets or lineage nodes by their ids.",
    )
