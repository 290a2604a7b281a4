"""Which inputs made which output: a directed graph whose edges point from input to output."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from lacuna.domain.tiers import Tier


class NodeKind(StrEnum):
    QUERY = "query"
    ANSWER = "answer"
    CHUNK = "chunk"
    DOCUMENT = "document"
    MODEL = "model"
    OUTBOUND = "outbound"
    WEB_RESULT = "web_result"
    DATASET = "dataset"
    JOB = "job"


class Direction(StrEnum):
    UPSTREAM = "upstream"
    DOWNSTREAM = "downstream"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Node:
    """`label` is a title, host or model name, never query or answer text. An empty one leaves the label that the node
    has."""

    node_id: str
    kind: NodeKind
    tier: Tier
    label: str


@dataclass(frozen=True, slots=True)
class Edge:
    """`source` went into `target`; `relation` says how ("part_of", "retrieved", "cited", "generated", "reused",
    "sent", "read", "wrote")."""

    source: str
    target: str
    relation: str


@dataclass(frozen=True, slots=True)
class Graph:
    """A part of the lineage. `truncated` is true when more was reachable than the limits allowed."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class LineageDelta:
    """Nodes and edges that become visible together with a ledger record."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()

    @classmethod
    def of(cls, nodes: Iterable[Node], edges: Iterable[Edge]) -> "LineageDelta":
        return cls(tuple(nodes), tuple(edges))
