"""Take in what other systems tell of their runs, and let tiers follow the data.

Promise: an event is in the ledger, durable, before it is acknowledged, once however often it is sent; an output is
never below what went into it, nor is what was made from it. Whoever reports lineage raises what others may see, so it
is for stewards. Samples are classified and forgotten.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from lacuna.domain.audit import Json, Record
from lacuna.domain.classification import Classification, Strategy
from lacuna.domain.column_names import column, words
from lacuna.domain.datasets import Dataset, inherited, merged, narrowed, with_columns
from lacuna.domain.errors import NotFound
from lacuna.domain.identity import EVERYONE, Permission, Principal
from lacuna.domain.lineage import Direction, Edge, LineageDelta, Node, NodeKind
from lacuna.domain.openlineage import RunEvent, ToldDataset
from lacuna.domain.operations import Column
from lacuna.domain.tiers import Tier, join
from lacuna.ports.clock import Clock
from lacuna.ports.datasets import DatasetStore
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Entry, Ledger
from lacuna.usecases.operation_facts import Names
from lacuna.usecases.resources import MAX_STEPS, MAX_UPSTREAM, upstream_tier
from lacuna.usecases.sampled import Said, sampled_columns

KIND: Final = "lineage.recorded"


@dataclass(frozen=True, slots=True)
class Recorded:
    """`new` is false where the event had come before. `datasets` counts those that it names."""

    new: bool
    job: str
    datasets: int


class LineageEvents:
    """See the module. `classify` classifies one text by what stands in it; it blocks and is thread-safe."""

    def __init__(
        self,
        datasets: DatasetStore,
        ledger: Ledger,
        classify: Callable[[str], Classification],
        strategy: Strategy,
        keys: KeyRing,
        clock: Clock,
    ) -> None:
        self._datasets = datasets
        self._ledger = ledger
        self._classify = classify
        self._strategy = strategy
        self._keys = keys
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()

    async def record(self, event: RunEvent, principal: Principal) -> Recorded:
        """Raises Forbidden, TooLarge, or StorageError where it cannot be kept."""
        principal.require(Permission.REPORT_LINEAGE)
        told = [*event.inputs, *event.outputs]
        job = f"job:{event.job_namespace}/{event.job_name}"
        async with self._one_at_a_time:  # a tier that rises is seen by the event that comes after
            known = await self._datasets.many([each.dataset_id for each in _named(told)])
            now = self._clock.now_us()
            found = await asyncio.to_thread(self._told, told, known, principal.user_id, now)
            nodes = await self._tiers(event, job, found)
            found = _after_job(event, found)
            entry = Entry(
                await asyncio.to_thread(self._record, event, nodes, principal, now), _delta(event, job, nodes)
            )
            key = self._keys.lasting(f"lineage event\0{event.key}")
            new = await self._datasets.record(key, list(found.values()), [entry])
        return Recorded(new, job, len({each.dataset_id for each in told}))

    def _told(
        self, told: Iterable[ToldDataset], known: Mapping[str, Dataset], owner: str, now: int
    ) -> dict[str, Dataset]:
        """Every data set of the event as it is after it, by id. Blocking."""
        found = dict(known)
        for each in told:
            before = found.get(each.dataset_id)
            found[each.dataset_id] = merged(before, self._classified(each, owner, now))
        for each in told:
            dataset = found[each.dataset_id]
            made = tuple(_made(dataset, name, sources, found, self._strategy) for name, sources in _lines(each))
            found[each.dataset_id] = replace(dataset, columns=with_columns(dataset.columns, made))
        return {each.dataset_id: found[each.dataset_id] for each in told}

    def _classified(self, told: ToldDataset, owner: str, now: int) -> Dataset:
        name = f"{told.namespace} {told.name}\n{' '.join(words(told.name))}"
        named = Said.of(self._classify(name).findings)
        columns = tuple(column(each) for each in told.columns)
        sampled = Said()
        if isinstance(told.sample, str) and told.sample:
            sampled = Said.of(self._classify(told.sample).findings)
        elif told.sample:
            columns = with_columns(columns, sampled_columns(told.sample, self._classify).values())
        kinds = {*named.kinds, *sampled.kinds}
        return Dataset(
            namespace=told.namespace,
            name=told.name,
            named=named.tier,
            sampled=sampled.tier,
            declared=told.tier,
            columns=columns,
            tags=tuple(sorted(kinds | {kind.split(".")[0] for kind in kinds})),
            groups=told.groups or frozenset({EVERYONE}),
            owner=owner,
            updated_at=now,
        )

    async def _tiers(self, event: RunEvent, job: str, found: Mapping[str, Dataset]) -> dict[str, Node]:
        """The nodes of the event with the tiers that they have after it, and all that lie downstream and rise."""
        tiers: dict[str, Tier] = {}
        for name in {told.dataset_id for told in (*event.inputs, *event.outputs)}:
            tiers[name] = found[name].whole(self._strategy, await self._upstream(name))
        read = join(tiers[each.dataset_id] for each in event.inputs)
        tiers[job] = max(read, await self._upstream(job))
        for each in event.outputs:
            tiers[each.dataset_id] = max(tiers[each.dataset_id], tiers[job])
        nodes = {name: Node(name, NodeKind.DATASET, tiers[name], found[name].name) for name in tiers if name != job}
        nodes[job] = Node(job, NodeKind.JOB, tiers[job], f"{event.job_namespace}/{event.job_name}")
        for node_id, tier in list(tiers.items()):
            for below in await self._below(node_id):
                known = nodes.get(below.node_id, below)
                if tier > known.tier:
                    nodes[below.node_id] = replace(known, tier=tier)
        return nodes

    async def _upstream(self, node_id: str) -> Tier:
        try:
            graph = await self._ledger.lineage(node_id, Direction.UPSTREAM, MAX_STEPS, MAX_UPSTREAM)
        except NotFound:
            return Tier.PUBLIC
        return upstream_tier(graph, node_id)

    async def _below(self, node_id: str) -> tuple[Node, ...]:
        try:
            graph = await self._ledger.lineage(node_id, Direction.DOWNSTREAM, MAX_STEPS, MAX_UPSTREAM)
        except NotFound:
            return ()
        return tuple(node for node in graph.nodes if node.kind in (NodeKind.DATASET, NodeKind.JOB))

    def _record(self, event: RunEvent, nodes: Mapping[str, Node], principal: Principal, now: int) -> Record:
        """The record without any text but names. Blocking: names are classified."""
        names = Names(self._keys.hmac, lambda text: bool(self._classify(text).findings))

        def listed(told: Iterable[ToldDataset]) -> list[Json]:
            ids = [each.dataset_id for each in told]
            return [{"id": names.kept(each), "tier": str(nodes[each].tier)} for each in ids]

        data: dict[str, Json] = {
            "event": event.event_type,
            "event_at": event.at,
            "run": event.run_id,
            "job": names.kept(f"{event.job_namespace}/{event.job_name}"),
            "inputs": listed(event.inputs),
            "outputs": listed(event.outputs),
            "raised": len(nodes),
            "hmac_key": self._keys.hmac_key_id,
        }
        return Record(KIND, now, principal.user_id, principal.via, "", data)


def _named(told: Iterable[ToldDataset]) -> list[ToldDataset]:
    """The data sets of an event, with those that only its column lineage names."""
    found = list(told)
    for each in told:
        found += [_only_named(source.dataset_id) for _, sources in each.made_from for source in sources]
    return found


def _only_named(dataset_id: str) -> ToldDataset:
    namespace, _, name = dataset_id.removeprefix("dataset:").rpartition("/")
    return ToldDataset(namespace, name)


def _lines(told: ToldDataset) -> list[tuple[str, list[tuple[str, str]]]]:
    return [(name, [(s.dataset_id, s.column) for s in sources]) for name, sources in told.made_from]


def _made(
    dataset: Dataset,
    name: str,
    sources: Iterable[tuple[str, str]],
    found: Mapping[str, Dataset],
    strategy: Strategy,
) -> Column:
    """A column with what it was made from. A column that its data set is not known to have counts as all of it."""
    own = next((each for each in dataset.columns if each.name.casefold() == name.casefold()), column(name))
    made_from = []
    for dataset_id, field in sources:
        source = found.get(dataset_id)
        if source is None:
            continue  # nothing is known of it; what went into the job counts all the same
        known = next((each for each in source.columns if each.name.casefold() == field.casefold()), None)
        made_from.append(known or Column(field, source.whole(strategy)))
    return inherited(own, made_from)


def _after_job(event: RunEvent, found: Mapping[str, Dataset]) -> dict[str, Dataset]:
    """Outputs are for nobody who may not know of every input."""
    groups = frozenset({EVERYONE})
    for told in event.inputs:
        groups = narrowed(groups, found[told.dataset_id].groups)
    outputs = {each.dataset_id for each in event.outputs}
    return {
        name: replace(dataset, groups=narrowed(dataset.groups, groups)) if name in outputs else dataset
        for name, dataset in found.items()
    }


def _delta(event: RunEvent, job: str, nodes: Mapping[str, Node]) -> LineageDelta:
    edges = [Edge(each.dataset_id, job, "read") for each in event.inputs]
    edges += [Edge(job, each.dataset_id, "wrote") for each in event.outputs]
    return LineageDelta.of(nodes.values(), dict.fromkeys(edges))
