"""Explain decisions and show lineage, each to those who may see them.

A decision is for its owner and administrators; of its findings, rules and places are for those with the clearance for
the finding's tier, kinds and counts for both. Of the lineage a person sees own queries and answers, documents within
reach, and nothing that would tell of the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from lacuna.domain.audit import Json, Record, Stored
from lacuna.domain.errors import NotFound
from lacuna.domain.explanation import Counterfactual, explained, for_clearance, recorded
from lacuna.domain.identity import EVERYONE, Permission, Principal
from lacuna.domain.lineage import Direction, Graph, Node, NodeKind
from lacuna.domain.tiers import Tier
from lacuna.ports.datasets import DatasetStore
from lacuna.ports.storage import Catalogue, Ledger, RecordFilter
from lacuna.usecases.operation_facts import told

MAX_DEPTH = 10
MAX_NODES = 500

_HIDDEN = "(outside your reach)"


@dataclass(frozen=True, slots=True)
class Explanation:
    """One decision in plain words. `records` are the indexes of its ledger records, `facts` the decision record's data
    as far as the reader's clearance goes. `counterfactual` is None where the record tells too little for one."""

    decision_id: str
    kind: str
    at: int
    actor: str
    summary: tuple[str, ...]
    facts: Mapping[str, Json]
    outcome: Mapping[str, Json] | None
    records: tuple[int, ...]
    counterfactual: Counterfactual | None = None


async def decision_records(ledger: Ledger, decision_id: str, principal: Principal) -> list[Stored]:
    """The records of a decision, its own first. Raises NotFound where there is none, or none that this principal may
    see: the answer is the same."""
    stored = await ledger.find(RecordFilter(decision=decision_id, limit=100, newest_first=False))
    decided = bool(stored) and stored[0].record().kind.startswith("decision.")
    if not decided or not _owns(stored[0].record(), principal):
        raise NotFound(
            f"No decision {decision_id[:80]!r}.", cure="Check the id; decisions are shown to their owner only."
        )
    return stored


class Trace:
    """See the module."""

    def __init__(self, ledger: Ledger, catalogue: Catalogue, datasets: DatasetStore) -> None:
        self._ledger = ledger
        self._catalogue = catalogue
        self._datasets = datasets

    async def decision(self, decision_id: str, principal: Principal) -> Explanation:
        """Raises NotFound where there is none, or none that this principal may see."""
        stored = await decision_records(self._ledger, decision_id, principal)
        records = [s.record() for s in stored]
        first = records[0]
        judged = recorded(first.data)
        why = None if judged is None else for_clearance(explained(judged), principal.clearance)
        facts = _for_clearance(first.data, principal.clearance)
        outcome = next((r for r in records if r.kind == "answer.released"), None)
        sent = [r for r in records if r.kind == "outbound.sent"]
        return Explanation(
            decision_id=decision_id,
            kind=first.kind,
            at=first.at,
            actor=first.actor,
            summary=tuple(_story(replace(first, data=facts), sent, outcome, why)),
            facts=facts,
            outcome=None if outcome is None else _for_reader(outcome.data, principal),
            records=tuple(s.index for s in stored),
            counterfactual=why,
        )

    async def lineage(self, node_id: str, direction: Direction, depth: int, principal: Principal) -> Graph:
        """The graph around a node, without what the principal may not see. Raises NotFound."""
        graph = await self._ledger.lineage(node_id, direction, min(depth, MAX_DEPTH), MAX_NODES)
        if principal.may(Permission.READ_ALL_DECISIONS) and principal.reads_all_groups:
            return graph
        seen = {node.node_id: node for node in [await self._visible(n, graph, principal) for n in graph.nodes] if node}
        if node_id not in seen or seen[node_id].label == _HIDDEN:
            raise NotFound(f"No lineage for {node_id[:80]!r}.", cure="Check the id.")
        edges = tuple(e for e in graph.edges if e.source in seen and e.target in seen)
        return Graph(tuple(seen.values()), edges, graph.truncated)

    async def node(self, node_id: str, principal: Principal) -> Node:
        """One node that the principal may see. Raises NotFound."""
        graph = await self.lineage(node_id, Direction.UPSTREAM, 1, principal)
        return next(node for node in graph.nodes if node.node_id == node_id)

    async def _visible(self, node: Node, graph: Graph, principal: Principal) -> Node | None:
        match node.kind:
            case NodeKind.QUERY:
                records = await self._of(node.node_id)
                return node if records and _owns(records[0].record(), principal) else None
            case NodeKind.ANSWER:
                asked = next((e.source for e in graph.edges if e.target == node.node_id and e.relation == "asked"), "")
                records = await self._of(asked or node.label.removeprefix("answer to "))
                return node if records and _owns(records[0].record(), principal) else None
            case NodeKind.DOCUMENT | NodeKind.CHUNK:
                owner = node.node_id
                if node.kind is NodeKind.CHUNK:
                    parents = [e.source for e in graph.edges if e.target == node.node_id and e.relation == "part_of"]
                    owner = parents[0] if parents else ""
                document = await self._catalogue.get(owner)
                if document is not None and principal.reach.permits(document.tier, document.groups):
                    return node
                return replace(node, label=_HIDDEN)
            case NodeKind.DATASET | NodeKind.JOB:
                # Their ids are names, so what is out of reach is not shown at all.
                dataset = await self._datasets.get(node.node_id)
                groups = frozenset({EVERYONE}) if dataset is None else dataset.groups
                return node if principal.reach.permits(node.tier, groups) else None
            case _:
                return node

    async def _of(self, decision_id: str) -> list[Stored]:
        return await self._ledger.find(RecordFilter(decision=decision_id, limit=100, newest_first=False))


def _owns(record: Record, principal: Principal) -> bool:
    return principal.may(Permission.READ_ALL_DECISIONS) or record.actor == principal.user_id


def _for_clearance(facts: Mapping[str, Json], clearance: Tier) -> Mapping[str, Json]:
    """The facts with rules and places of findings up to this clearance only."""
    found = [f for f in _items(facts.get("findings")) if isinstance(f, Mapping)]
    kept: list[Json] = [f if _permitted(f, clearance) else _bare(f) for f in found]
    return {**facts, "findings": kept}


def _for_reader(outcome: Mapping[str, Json], principal: Principal) -> Mapping[str, Json]:
    """The outcome; which earlier answer its text was written for, perhaps somebody else's, is for auditors."""
    hidden = set() if principal.may(Permission.READ_ALL_DECISIONS) else {"cached_from"}
    return {name: value for name, value in outcome.items() if name not in hidden}


def _permitted(finding: Mapping[str, Json], clearance: Tier) -> bool:
    return Tier.parse(str(finding.get("tier"))) <= clearance


def _bare(finding: Mapping[str, Json]) -> dict[str, Json]:
    return {"kind": finding.get("kind"), "tier": finding.get("tier")}


def _derived(sent: Record) -> str:
    decision = sent.data.get("derived")
    return "." if decision is None else f": a derived question, decision {decision}."


def _story(first: Record, sent: list[Record], outcome: Record | None, why: Counterfactual | None) -> list[str]:
    data = first.data
    when = datetime.fromtimestamp(first.at / 1_000_000, UTC).isoformat(timespec="seconds")
    if first.kind == "decision.evaluate":
        return [f"On {when} {first.actor} asked about data.", *told(data)]
    lines = [f"On {when} {first.actor} asked a question of {data.get('text_length')} characters."]
    if first.kind == "decision.split":
        origin = f"decision {data.get('derived_from')} by {data.get('by')}"
        lines = [f"On {when} a question of {data.get('text_length')} characters was derived from that of {origin}."]
    lines.append(f"It was classified {data.get('tier')}: {data.get('reasoning')}")
    findings = data.get("findings")
    if isinstance(findings, (list, tuple)):
        lines += [_finding_line(f) for f in findings[:20] if isinstance(f, Mapping)]
    if why is not None:
        lines += why.sentences()
    sources = data.get("sources")
    allowed = ", ".join(str(s) for s in sources) if isinstance(sources, (list, tuple)) and sources else "none"
    lines.append(f"Sources it may use: {allowed}.")
    reasons = data.get("reasons")
    if isinstance(reasons, (list, tuple)):
        lines += [f"Not used: {reason}." for reason in reasons]
    if first.kind == "decision.query":
        lines += [
            f"{r.data.get('bytes')} bytes left the house to {r.data.get('host')} ({r.data.get('adapter')})"
            + _derived(r)
            for r in sent
        ] or ["Nothing left the house."]
    if outcome is not None:
        o = outcome.data
        documents = o.get("documents")
        count = len(documents) if isinstance(documents, (list, tuple)) else 0
        lines.append(
            f"The answer ({o.get('outcome')}) is {o.get('tier')}, from {count} document(s), by {o.get('model')}."
        )
        if o.get("cached_from"):
            lines.append("It was written for an earlier answer from the same passages; no model was asked this time.")
        if o.get("degraded"):
            lines.append(f"Parts that failed: {', '.join(str(d) for d in _items(o.get('degraded')))}.")
    return lines


def _items(value: Json) -> list[Json]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _finding_line(finding: Mapping[str, Json]) -> str:
    if "rule" not in finding:
        return f"- {finding.get('kind')} ({finding.get('tier')})"
    start, end = finding.get("start"), finding.get("end")
    where = f" at characters {start} to {end}" if start is not None else ""
    found = f"- {finding.get('kind')} ({finding.get('tier')}) found by the {finding.get('layer')} layer"
    return f"{found}, rule {finding.get('rule')}{where}."
