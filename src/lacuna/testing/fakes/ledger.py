"""A ledger in a list, with the real tree, the real signatures and the real lineage walk; only the disk is missing."""

from collections.abc import AsyncIterator, Iterable

from lacuna.domain.audit import EVERYTHING, Examination, Receipt, Stored, Verification, body_of
from lacuna.domain.errors import InvalidInput, NotFound, StorageError
from lacuna.domain.lineage import Direction, Edge, Graph, LineageDelta, Node
from lacuna.domain.merkle import (
    EMPTY_ROOT,
    TILE_HEIGHT,
    CompactRange,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    perfect_root,
)
from lacuna.domain.notes import Checkpoint, parse_note, signed_note
from lacuna.domain.tiers import join
from lacuna.domain.tiles import WIDTH, Tile, bundle
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Entry, RecordFilter

MAX_PAGE = 1_000


class InMemoryLedger:
    """A `Ledger`, held to `lacuna.testing.contracts.ledger`. `fail_with` makes every append raise that error, so that a
    caller's behaviour with a broken store can be tested."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._stored: list[Stored] = []
        self._leaves: list[bytes] = []
        self._nodes: dict[str, Node] = {}
        self._edges: dict[Edge, None] = {}
        self.fail_with: StorageError | None = None

    async def append(self, *entries: Entry) -> list[Stored]:
        bodies = [body_of(entry.record) for entry in entries]
        self._require_ends([entry.lineage for entry in entries])
        if self.fail_with is not None:
            raise self.fail_with
        added = [Stored(index, body) for index, body in enumerate(bodies, len(self._stored))]
        self._stored.extend(added)
        self._leaves.extend(leaf_hash(body) for body in bodies)
        for entry in entries:
            self._take(entry.lineage)
        return added

    async def receipt(self, index: int) -> Receipt:
        size = len(self._leaves)
        await self.get(index)
        proof = inclusion_proof(index, size, self._subtree)
        return Receipt(index, size, self._leaves[index], proof, await self.checkpoint())

    async def get(self, index: int) -> Stored:
        if not 0 <= index < len(self._stored):
            raise NotFound(f"The ledger has no record {index}.")
        return self._stored[index]

    async def find(self, wanted: RecordFilter) -> list[Stored]:
        if not 1 <= wanted.limit <= MAX_PAGE:
            raise InvalidInput(f"A page of {wanted.limit} records was asked for.", cure=f"Ask for 1 to {MAX_PAGE}.")
        ordered = reversed(self._stored) if wanted.newest_first else iter(self._stored)
        return [stored for stored in ordered if _matches(stored, wanted)][: wanted.limit]

    async def read(self, start: int = 0) -> AsyncIterator[Stored]:
        while start < len(self._stored):
            yield self._stored[start]
            start += 1

    async def checkpoint(self) -> str:
        size, root = len(self._leaves), self._root()
        name = self._keys.signer_name
        return signed_note(Checkpoint(name, size, root).text(), name, self._keys.public_key, self._keys.sign)

    async def consistency(self, first: int, second: int) -> tuple[bytes, ...]:
        if not 0 < first <= second <= len(self._leaves):
            raise InvalidInput(f"There is no consistency proof from size {first} to size {second}.")
        return consistency_proof(first, second, self._subtree)

    async def tile(self, tile: Tile) -> bytes:
        if not tile.within(len(self._leaves)):
            raise NotFound(f"The log has no tile {tile.path} yet.")
        numbers = range(tile.index * WIDTH, tile.index * WIDTH + tile.width)
        if tile.level is None:
            try:
                return bundle([self._stored[number].body for number in numbers])
            except ValueError as reason:
                raise InvalidInput(f"There is no entry bundle: {reason}.", code="record_too_long") from None
        return b"".join(self._subtree(TILE_HEIGHT * tile.level, number) for number in numbers)

    async def verify(self, wanted: Examination = EVERYTHING) -> Verification:
        """Always in full."""
        for stored, leaf in zip(self._stored, self._leaves, strict=True):
            if leaf_hash(stored.body) != leaf:
                problem = f"Record {stored.index} does not match its leaf hash."
                return Verification(len(self._leaves), self._root(), problem, stored.index)
        size = len(self._leaves)
        for kept in wanted.against:
            old = Checkpoint.of(parse_note(kept.note).text)
            root = EMPTY_ROOT if old.size > size else CompactRange().extended(self._leaves[: old.size])[0].root
            if old.size and root != old.root:
                return Verification(size, self._root(), f"The log does not extend the checkpoint in {kept.where}.", 0)
        return Verification(size, self._root(), checked=size)

    async def lineage(self, node_id: str, direction: Direction, depth: int, limit: int) -> Graph:
        if node_id not in self._nodes:
            raise NotFound("No lineage is known under this id.")
        nodes: dict[str, None] = {node_id: None}
        edges: dict[Edge, None] = {}
        truncated = False
        for upstream in (True, False):
            if direction is (Direction.DOWNSTREAM if upstream else Direction.UPSTREAM):
                continue
            frontier = {node_id}
            visited = {node_id}
            for step in range(depth + 1):
                ahead: set[str] = set()
                for edge in self._edges:
                    near, far = (edge.target, edge.source) if upstream else (edge.source, edge.target)
                    if near not in frontier:
                        continue
                    if step == depth or (far not in nodes and len(nodes) >= limit):
                        truncated = True
                        continue
                    nodes[far] = None
                    edges[edge] = None
                    ahead |= {far} - visited
                visited |= ahead
                frontier = ahead
        return Graph(tuple(self._nodes[found] for found in nodes), tuple(edges), truncated)

    async def check(self) -> None:
        if self.fail_with is not None:
            raise self.fail_with

    async def close(self) -> None:
        return None

    def _subtree(self, height: int, index: int) -> bytes:
        return perfect_root(self._leaves[index << height : (index + 1) << height])

    def _root(self) -> bytes:
        return CompactRange().extended(self._leaves)[0].root

    def _require_ends(self, deltas: Iterable[LineageDelta]) -> None:
        known = set(self._nodes)
        deltas = list(deltas)
        known.update(node.node_id for delta in deltas for node in delta.nodes)
        for edge in (edge for delta in deltas for edge in delta.edges):
            if edge.source not in known or edge.target not in known:
                raise InvalidInput("A lineage edge names a node that is not stored.")

    def _take(self, delta: LineageDelta) -> None:
        for node in delta.nodes:
            old = self._nodes.get(node.node_id)
            tier = node.tier if old is None else join((node.tier, old.tier))
            kind, label = (node.kind, node.label) if old is None else (old.kind, node.label or old.label)
            self._nodes[node.node_id] = Node(node.node_id, kind, tier, label)
        self._edges.update(dict.fromkeys(delta.edges))


def _matches(stored: Stored, wanted: RecordFilter) -> bool:
    record = stored.record()
    if wanted.cursor is not None:
        beyond = stored.index > wanted.cursor if wanted.newest_first else stored.index < wanted.cursor
        if beyond:
            return False
    return (
        wanted.kind in (None, record.kind)
        and wanted.actor in (None, record.actor)
        and wanted.decision in (None, record.decision)
        and (wanted.since is None or record.at >= wanted.since)
        and (wanted.before is None or record.at < wanted.before)
    )
