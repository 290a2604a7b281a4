"""Record how an answer ended and what went into it, before it is called finished."""

import asyncio
from collections import Counter

from lacuna.domain.audit import Json, Receipt, Record
from lacuna.domain.lineage import Edge, LineageDelta, Node, NodeKind
from lacuna.domain.tiers import Tier
from lacuna.ports.clock import Clock, Ids
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Entry, Ledger
from lacuna.usecases.asked import Run
from lacuna.usecases.classify import Classify
from lacuna.usecases.mark import suspicions


class Outcomes:
    """See the module."""

    def __init__(self, classify_: Classify, ledger: Ledger, keys: KeyRing, clock: Clock, ids: Ids) -> None:
        self._classify = classify_
        self._ledger = ledger
        self._keys = keys
        self._clock = clock
        self._ids = ids

    async def close(self, run: Run, outcome: str) -> tuple[str, Receipt]:
        """Binds what was said to its conversation and appends the outcome with its lineage; returns the answer's id and
        the receipt. Raises StorageError."""
        answer_id = self._ids.new("ans")
        who = run.principal
        data: dict[str, Json] = {
            "answer": answer_id,
            "outcome": outcome,
            "tier": str(run.tier),
            "model": run.model,
            "answer_hmac": self._keys.hmac(run.text),
            "hmac_key": self._keys.hmac_key_id,
            "answer_length": len(run.text),
            "chunks": [hit.chunk.chunk_id for hit in run.evidence.local],
            "documents": sorted({hit.chunk.document_id for hit in run.evidence.local}),
            "web_results": len(run.evidence.web),
            "outbound": [node.node_id for node in run.outbound],
            "degraded": list(dict.fromkeys(run.degraded)),
            "claims": dict(Counter(str(claim.standing) for claim in run.claims)),
            "removed": {what: count for what, count in run.removed.items() if count},
            "suspicious": dict(suspicions(run.evidence.passages)),
            **({"cached_from": run.recalled} if run.recalled else {}),
        }
        record = Record("answer.released", self._clock.now_us(), who.user_id, who.via, run.decided.decision_id, data)
        entry = Entry(record, _lineage(answer_id, run))
        await self._classify.keep(run.decided, who, "answer", run.text)
        # Both at once: they share one commit.
        [stored], _ = await asyncio.gather(
            self._ledger.append(entry), self._classify.answered(run.wanted.question, who, run.text, run.tier)
        )
        return answer_id, await self._ledger.receipt(stored.index)


def _lineage(answer_id: str, run: Run) -> LineageDelta:
    decision = run.decided.decision_id
    nodes = [Node(answer_id, NodeKind.ANSWER, run.tier, f"answer to {decision}")]
    edges = [Edge(decision, answer_id, "asked")]
    for hit in run.evidence.local:
        chunk = hit.chunk
        # Labels come from the ingest and go with the deletion: an answer that takes long must not bring one back.
        nodes.append(Node(chunk.chunk_id, NodeKind.CHUNK, chunk.tier, ""))
        nodes.append(Node(chunk.document_id, NodeKind.DOCUMENT, chunk.tier, ""))
        edges.append(Edge(chunk.document_id, chunk.chunk_id, "part_of"))
        edges.append(Edge(chunk.chunk_id, answer_id, "retrieved"))
    if run.model != "none":
        nodes.append(Node(f"model:{run.model}", NodeKind.MODEL, Tier.PUBLIC, run.model))
        edges.append(Edge(f"model:{run.model}", answer_id, "generated"))
    edges += [Edge(node.node_id, answer_id, "returned") for node in run.outbound]
    if run.recalled:
        edges.append(Edge(run.recalled, answer_id, "reused"))
    return LineageDelta.of(dict.fromkeys(nodes), dict.fromkeys(edges))
