"""Terms of file and database to classifier layers."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

import structlog

from lacuna.adapters.classifiers.compiled import searchable
from lacuna.adapters.classifiers.heuristic import HeuristicLayer
from lacuna.adapters.classifiers.probes import ProbeFilter
from lacuna.config import Loaded
from lacuna.config.terms import FILE_NAME
from lacuna.config.watched import WatchedTerms
from lacuna.domain.errors import ConfigError, LacunaError
from lacuna.domain.terms import TermSet
from lacuna.ports.classifier import ClassifierLayer
from lacuna.ports.clock import Clock, Ids
from lacuna.ports.secrets import KeyRing
from lacuna.ports.terms import TermStore
from lacuna.usecases.classify import Classify
from lacuna.usecases.follow_terms import FollowTerms
from lacuna.usecases.terms import Terms
from lacuna.wiring.guard import Guard, GuardedLayer

log = structlog.get_logger("lacuna.terms")

_SHOWN = 5


class NewestTerms:
    """A configuration whose terms are those of the file as it last could be used, so that a worker that is started late
    begins with what the others have."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self._watched = None if loaded.folder is None else WatchedTerms(loaded.folder / FILE_NAME, loaded.terms)

    def look(self) -> None:
        """Looks at the file; what is wrong with it, the workers say."""
        with suppress(LacunaError):
            if self._watched is not None and (fresh := self._watched.look()) is not None:
                self.loaded = replace(self.loaded, terms=fresh)


class TermLayers:
    """The layers for the terms in force. `engine` knows no terms yet; those `before` and `after` it do without. Not for
    several threads at once."""

    def __init__(
        self,
        engine: HeuristicLayer,
        guard: Guard,
        after: Sequence[ClassifierLayer],
        before: Sequence[ClassifierLayer] = (),
        *,
        short_circuit: bool = True,
    ) -> None:
        self._layer = engine
        self._guard = guard
        self._before = before
        self._after = after
        self._short_circuit = short_circuit

    @property
    def probes(self) -> ProbeFilter:
        """What looks for the recognisers' probes, in every layer."""
        return self._layer.filter

    def first(self, terms: TermSet) -> list[ClassifierLayer]:
        """The layers to start with. Blocking."""
        self._layer = self._layer.with_terms(terms)
        return self._guarded()

    def towards(self, terms: TermSet) -> Iterator[list[ClassifierLayer]]:
        """Layers to use one after the other, as in `HeuristicLayer.towards`. Blocking."""
        for layer in self._layer.towards(terms):
            self._layer = layer
            yield self._guarded()

    def _guarded(self) -> list[ClassifierLayer]:
        heuristic = GuardedLayer(self._layer, self._guard, short_circuit=self._short_circuit)
        return [*self._before, heuristic, *self._after]


async def first_layers(found: Loaded, store: TermStore, layers: TermLayers) -> tuple[int, list[ClassifierLayer]]:
    """The layers to start with, and the version of the database's terms that is in them."""
    version, stored = await store.everything()
    return version, await asyncio.to_thread(layers.first, found.terms.joined(stored))


def administration(
    found: Loaded,
    store: TermStore,
    version: int,
    classify: Classify,
    layers: TermLayers,
    keys: KeyRing,
    clock: Clock,
    ids: Ids,
    *,
    answers: bool,
) -> tuple[Terms, FollowTerms]:
    """The use cases around terms. `answers` says whether this process examines questions beyond one command: only then
    do its layers follow."""
    watched = WatchedTerms(found.folder / FILE_NAME, found.terms) if found.folder is not None else None

    def apply(terms: TermSet) -> None:
        if answers:
            for fresh in layers.towards(terms):
                classify.use(fresh)

    follow = FollowTerms(
        look_at_file=watched.look if watched is not None and answers else _nothing,
        configured=found.terms,
        store=store,
        version=version,
        apply=apply,
        failed=_report,
    )
    return Terms(store, follow, searchable, keys, clock, ids), follow


def _nothing() -> None:
    return None


def _report(fault: LacunaError) -> None:
    problems = fault.problems[:_SHOWN] if isinstance(fault, ConfigError) else ()
    log.warning("terms_not_in_force", code=fault.code, fault=fault.message, problems=problems, cure=fault.cure)
