"""`/lineage/{id}` and `/decisions/{id}`: where an answer came from, and why a decision was made."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from lacuna.api.context import PREFIX
from lacuna.api.dependencies import App, Asker
from lacuna.domain.lineage import Direction, Graph
from lacuna.usecases.trace import MAX_DEPTH

router = APIRouter(prefix=PREFIX, tags=["lineage"])

NodeId = Annotated[str, Path(min_length=1, max_length=300)]


class NodeModel(BaseModel):
    """`label` is a title, host or model name."""

    id: str
    kind: str
    tier: str
    label: str


class EdgeModel(BaseModel):
    """`source` went into `target`."""

    source: str
    target: str
    relation: str


class GraphModel(BaseModel):
    """The part of the lineage that was asked for; `truncated` if more was reachable."""

    nodes: list[NodeModel]
    edges: list[EdgeModel]
    truncated: bool


class DecisionModel(BaseModel):
    """One decision in plain words. `facts` and `outcome` are its ledger records' data, `records` their indexes."""

    decision_id: str
    kind: str
    at: int
    actor: str
    explanation: list[str]
    facts: Mapping[str, Any]
    outcome: Mapping[str, Any] | None
    records: list[int]


@router.get("/lineage/{node_id:path}/impact")
async def impact(
    node_id: NodeId, app: App, principal: Asker, depth: Annotated[int, Query(ge=1, le=MAX_DEPTH)] = MAX_DEPTH
) -> GraphModel:
    """Everything that a node went into: the answers to look at again when a document turns out wrong."""
    return graph_model(await app.trace.lineage(node_id, Direction.DOWNSTREAM, depth, principal))


@router.get("/lineage/{node_id:path}")
async def lineage(
    node_id: NodeId,
    app: App,
    principal: Asker,
    direction: Direction = Direction.BOTH,
    depth: Annotated[int, Query(ge=1, le=MAX_DEPTH)] = 3,
) -> GraphModel:
    """What went into a node (upstream) and what came out of it (downstream)."""
    return graph_model(await app.trace.lineage(node_id, direction, depth, principal))


@router.get("/decisions/{decision_id}")
async def decision(
    decision_id: Annotated[str, Path(min_length=1, max_length=100)], app: App, principal: Asker
) -> DecisionModel:
    """The plain explanation of one decision, for its owner and administrators."""
    found = await app.trace.decision(decision_id, principal)
    return DecisionModel(
        decision_id=found.decision_id,
        kind=found.kind,
        at=found.at,
        actor=found.actor,
        explanation=list(found.summary),
        facts=found.facts,
        outcome=found.outcome,
        records=list(found.records),
    )


def graph_model(graph: Graph) -> GraphModel:
    """The wire form of a graph."""
    return GraphModel(
        nodes=[NodeModel(id=n.node_id, kind=n.kind, tier=n.tier.name, label=n.label) for n in graph.nodes],
        edges=[EdgeModel(source=e.source, target=e.target, relation=e.relation) for e in graph.edges],
        truncated=graph.truncated,
    )
