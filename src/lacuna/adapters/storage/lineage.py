"""The lineage graph as two tables: writing what comes with a record, and walking it.

A node that comes again keeps the higher of its tiers and takes the newer label, unless that is empty. Guarantees that
every edge leads between stored nodes and that walks are bounded in nodes and edges. The tables are an index: the
ledger's records carry what auditors rely on.
"""

from collections.abc import Sequence

from lacuna.adapters.storage import rows
from lacuna.adapters.storage.connection import Connection
from lacuna.adapters.storage.entries import Prepared
from lacuna.domain.errors import InvalidInput, NotFound
from lacuna.domain.lineage import Direction, Edge, Graph, Node, NodeKind
from lacuna.domain.tiers import Tier

_EDGES_PER_NODE = 8
_LOOKUP = 500

_INSERT_NODES = "INSERT INTO lineage_nodes (node_id, kind, tier, label)"
_KEEP_HIGHER = (
    "ON CONFLICT (node_id) DO UPDATE SET "
    "tier = CASE WHEN excluded.tier > lineage_nodes.tier THEN excluded.tier ELSE lineage_nodes.tier END, "
    "label = CASE excluded.label WHEN '' THEN lineage_nodes.label ELSE excluded.label END "
    "WHERE excluded.tier > lineage_nodes.tier OR excluded.label NOT IN ('', lineage_nodes.label)"
)
_INSERT_EDGES = "INSERT INTO lineage_edges (source, target, relation)"
_FROM_SOURCES = (
    "SELECT source, target, relation FROM lineage_edges WHERE source IN ({}) ORDER BY source, target LIMIT ?"
)
_TO_TARGETS = "SELECT source, target, relation FROM lineage_edges WHERE target IN ({}) ORDER BY target, source LIMIT ?"
_NODES = "SELECT node_id, kind, tier, label FROM lineage_nodes WHERE node_id IN ({})"


class LineageWrites:
    """The lineage of one transaction, gathered and written at its end."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._nodes: dict[str, tuple[str, str, int, str]] = {}
        self._edges: list[tuple[str, str, str]] = []

    def add(self, entries: Sequence[Prepared]) -> None:
        """Raises InvalidInput, before anything is taken, where an edge names a node that nobody stored."""
        entries = [entry for entry in entries if entry.nodes or entry.edges]
        if not entries:
            return
        own = {node[0] for entry in entries for node in entry.nodes}
        foreign = frozenset().union(*(entry.foreign for entry in entries)) - own
        if foreign:
            missing = foreign - self._nodes.keys()
            missing -= _existing(self._connection, sorted(missing))
            if missing:
                raise InvalidInput(f"A lineage edge names a node that is not stored: {min(missing)}.")
        for entry in entries:
            for node in entry.nodes:
                self._nodes[node[0]] = _joined(self._nodes.get(node[0]), node)
            self._edges.extend(entry.edges)

    def write(self) -> None:
        """Stores what was gathered."""
        self._connection.insert(_INSERT_NODES, list(self._nodes.values()), _KEEP_HIGHER)
        self._connection.insert(_INSERT_EDGES, self._edges, "ON CONFLICT DO NOTHING")


def _joined(before: tuple[str, str, int, str] | None, node: tuple[str, str, int, str]) -> tuple[str, str, int, str]:
    """The node that two of one id make, as `_KEEP_HIGHER` has it: a statement may name a row only once."""
    if before is None:
        return node
    node_id, kind, tier, label = before
    return node_id, kind, max(tier, node[2]), node[3] or label


def graph(connection: Connection, node_id: str, direction: Direction, depth: int, limit: int) -> Graph:
    """What is within `depth` steps of `node_id` against or along the edges, nearest first, at most `limit` nodes and
    eight edges for each; `Direction.BOTH` is the union of the two walks. Raises NotFound."""
    if not _existing(connection, [node_id]):
        raise NotFound("No lineage is known under this id.", cure="Check the id; `lacuna audit query` lists decisions.")
    walk = _Walk(connection, node_id, limit)
    if direction is not Direction.DOWNSTREAM:
        walk.run(_TO_TARGETS, 0, depth)
    if direction is not Direction.UPSTREAM:
        walk.run(_FROM_SOURCES, 1, depth)
    return walk.graph()


class _Walk:
    """Breadth first. `end` of a run says which end of an edge lies further away: 0 the source, 1 the target."""

    def __init__(self, connection: Connection, start: str, limit: int) -> None:
        self._connection = connection
        self._start = start
        self._limit = max(1, limit)
        self._max_edges = self._limit * _EDGES_PER_NODE
        self._seen: dict[str, None] = {start: None}
        self._edges: dict[tuple[str, str, str], None] = {}
        self._truncated = False

    def run(self, statement: str, end: int, depth: int) -> None:
        frontier, visited = [self._start], {self._start}
        for step in range(depth + 1):
            found = self._step(statement, frontier)
            ahead: list[str] = []
            for edge in found:
                further = edge[end]
                if edge in self._edges and further in visited:
                    continue
                if step == depth or not self._admit(further):
                    # One more look beyond the last step, only to say whether there was more.
                    self._truncated = True
                    continue
                self._edges[edge] = None
                if further not in visited:
                    visited.add(further)
                    ahead.append(further)
            if not ahead:
                return
            frontier = ahead

    def _step(self, statement: str, frontier: list[str]) -> list[tuple[str, str, str]]:
        found: list[tuple[str, str, str]] = []
        for start in range(0, len(frontier), _LOOKUP):
            part = frontier[start : start + _LOOKUP]
            room = self._max_edges - len(self._edges) - len(found)
            if room <= 0:
                self._truncated = True
                break
            batch = self._connection.execute(
                statement.format(rows.placeholders(len(part))), (*part, room + 1)
            ).fetchall()
            if len(batch) > room:
                self._truncated = True
                batch.pop()
            found.extend(batch)
        return found

    def _admit(self, node_id: str) -> bool:
        if node_id in self._seen:
            return True
        if len(self._seen) >= self._limit:
            return False
        self._seen[node_id] = None
        return True

    def graph(self) -> Graph:
        ids = list(self._seen)
        known: dict[str, Node] = {}
        for start in range(0, len(ids), _LOOKUP):
            part = ids[start : start + _LOOKUP]
            for row in self._connection.execute(_NODES.format(rows.placeholders(len(part))), part):
                known[row[0]] = Node(row[0], NodeKind(row[1]), Tier(row[2]), row[3])
        return Graph(
            nodes=tuple(known[node_id] for node_id in ids if node_id in known),
            edges=tuple(Edge(*edge) for edge in self._edges),
            truncated=self._truncated,
        )


def _existing(connection: Connection, ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(ids), _LOOKUP):
        part = ids[start : start + _LOOKUP]
        found.update(row[0] for row in connection.execute(_NODES.format(rows.placeholders(len(part))), part))
    return found
