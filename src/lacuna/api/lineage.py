"""`/lineage/{id}` and `/decisions/{id}`: where an answer came from, and why a decision was made."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel

from lacuna.api.context import PREFIX
from lacuna.api.dependencies import App, DecisionReader, LineageReader, LineageReporter
from lacuna.domain.classification import Finding
from lacuna.domain.explanation import Counterfactual
from lacuna.domain.lineage import Direction, Graph
from lacuna.domain.openlineage import run_event
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


class EventAnswer(BaseModel):
    """What became of an event: `recorded` is false where it had come before. `job` is the job's lineage id, `datasets`
    how many data sets the event names."""

    recorded: bool
    job: str
    datasets: int


class ShownFinding(BaseModel):
    """One finding, without what it matched; `start` and `end` are code points of the text."""

    kind: str
    rule: str
    tier: str
    start: int | None
    end: int | None


class NeededModel(BaseModel):
    """What PUBLIC would need: these findings gone (counts by kind), and `evidence_needed` where there is
    `evidence_found` (null: not recorded)."""

    without: dict[str, int]
    evidence_needed: float
    evidence_found: float | None
    strategy: str


class CounterfactualModel(BaseModel):
    """The smallest set of findings without which the tier would be lower: `decisive` counts it by kind, `without` is
    the tier then (null where no set is enough). `findings` lists those that your clearance reaches, `complete` says
    whether these are all."""

    decisive: dict[str, int]
    without: str | None
    findings: list[ShownFinding]
    complete: bool
    public: NeededModel | None


class DecisionModel(BaseModel):
    """One decision in plain words. `facts` and `outcome` are its ledger records' data, `records` their indexes;
    `counterfactual` is null where an old record tells too little."""

    decision_id: str
    kind: str
    at: int
    actor: str
    explanation: list[str]
    facts: Mapping[str, Any]
    outcome: Mapping[str, Any] | None
    records: list[int]
    counterfactual: CounterfactualModel | None


@router.post("/lineage/events", status_code=201)
async def event(body: dict[str, Any], response: Response, app: App, principal: LineageReporter) -> EventAnswer:
    """Takes an OpenLineage run event (specification 2-0-2); unknown fields and facets are passed over. 200 instead of
    201 where the event had come before. For services and stewards."""
    recorded = await app.lineage_events.record(run_event(body), principal)
    if not recorded.new:
        response.status_code = 200
    return EventAnswer(recorded=recorded.new, job=recorded.job, datasets=recorded.datasets)


@router.get("/lineage/{node_id:path}/impact")
async def impact(
    node_id: NodeId, app: App, principal: LineageReader, depth: Annotated[int, Query(ge=1, le=MAX_DEPTH)] = MAX_DEPTH
) -> GraphModel:
    """Everything that a node went into: the answers to look at again when a document turns out wrong."""
    return graph_model(await app.trace.lineage(node_id, Direction.DOWNSTREAM, depth, principal))


@router.get("/lineage/{node_id:path}")
async def lineage(
    node_id: NodeId,
    app: App,
    principal: LineageReader,
    direction: Direction = Direction.BOTH,
    depth: Annotated[int, Query(ge=1, le=MAX_DEPTH)] = 3,
) -> GraphModel:
    """What went into a node (upstream) and what came out of it (downstream)."""
    return graph_model(await app.trace.lineage(node_id, direction, depth, principal))


@router.get("/decisions/{decision_id}")
async def decision(
    decision_id: Annotated[str, Path(min_length=1, max_length=100)], app: App, principal: DecisionReader
) -> DecisionModel:
    """The plain explanation of one decision, for its owner, auditors and administrators."""
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
        counterfactual=None if found.counterfactual is None else counterfactual_model(found.counterfactual),
    )


def counterfactual_model(why: Counterfactual) -> CounterfactualModel:
    """The wire form of a counterfactual explanation."""
    needed = why.public
    return CounterfactualModel(
        decisive=dict(why.decisive),
        without=None if why.without is None else str(why.without),
        findings=[_shown(finding) for finding in why.findings],
        complete=why.complete,
        public=None
        if needed is None
        else NeededModel(
            without=dict(needed.without),
            evidence_needed=needed.evidence_needed,
            evidence_found=needed.evidence_found,
            strategy=str(needed.strategy),
        ),
    )


def graph_model(graph: Graph) -> GraphModel:
    """The wire form of a graph."""
    return GraphModel(
        nodes=[NodeModel(id=n.node_id, kind=n.kind, tier=n.tier.name, label=n.label) for n in graph.nodes],
        edges=[EdgeModel(source=e.source, target=e.target, relation=e.relation) for e in graph.edges],
        truncated=graph.truncated,
    )


def _shown(finding: Finding) -> ShownFinding:
    return ShownFinding(
        kind=finding.kind, rule=finding.rule, tier=str(finding.tier), start=finding.start, end=finding.end
    )
