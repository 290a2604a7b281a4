"""Every subset of failed dependencies, at every tier: nothing above PUBLIC goes outside, and what comes back is an
answer that names what failed or a refusal with a stable code."""

import random
from collections.abc import Iterator, Sequence
from itertools import chain, combinations

import numpy as np
import numpy.typing as npt
import pytest

from lacuna.domain.audit import Stored
from lacuna.domain.classification import LayerResult, Question
from lacuna.domain.errors import DependencyUnavailable, LacunaError, PolicyDenied, StorageLocked
from lacuna.domain.identity import Reach
from lacuna.domain.judging import verdict
from lacuna.domain.policy import PolicyDecision, PolicyInput
from lacuna.domain.retrieval import Document, Scored, WebResult
from lacuna.domain.tiers import Tier
from lacuna.ports.storage import Entry
from lacuna.testing.fakes.catalogue import InMemoryCatalogue
from lacuna.testing.fakes.classifier import WordLayer
from lacuna.testing.fakes.conversation import InMemoryConversations
from lacuna.testing.fakes.embedder import HashingEmbedder
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.testing.fakes.llm import ScriptedExternalGenerator, ScriptedGenerator
from lacuna.testing.fakes.policy import TablePolicy
from lacuna.testing.fakes.search import ListedSearch
from lacuna.testing.fakes.telemetry import CountingTelemetry
from lacuna.testing.fakes.vectors import InMemoryVectorStore
from lacuna.usecases.ask import Answer, Ask
from lacuna.usecases.generate import ExternalModel, LocalModel
from lacuna.wiring.guard import (
    Guard,
    GuardedEmbedder,
    GuardedExternalGenerator,
    GuardedGenerator,
    GuardedJudge,
    GuardedLayer,
    GuardedPolicy,
    GuardedSearch,
    GuardedStore,
)
from tests.usecases.asking import EVERYWHERE, House, asked

QUESTIONS = {
    Tier.PUBLIC: "How long does the Kestrel battery last?",
    Tier.INTERNAL: "How long does the Kestrel battery on staging last?",
    Tier.PROPRIETARY: "How long does the Kestrel battery of Apollo last?",
}
GONE = DependencyUnavailable("gone")
LOCKED = StorageLocked("held by another process")

KEPT = ("texts", "ledger")
CLASSIFYING = ("plugin", "fingerprints", "judge", "conversations")
EXTERNAL = ("web_search", "external_llm")
PARTS = (*KEPT, "policy", *CLASSIFYING, "vectors", "catalogue", "embedder", "llm", "llm_fallback", *EXTERNAL)
ALIKE = {"texts", "fingerprints", "catalogue"}
"""Each of them stands at the same place as another part: the ledger, a plug-in, the store."""


class Switches(set[str]):
    """The names of the parts that are down now."""

    def may(self, part: str, error: LacunaError = GONE) -> None:
        if part in self:
            raise error


class Layer(WordLayer):
    def __init__(self, down: Switches, part: str) -> None:
        super().__init__({"Apollo": Tier.PROPRIETARY, "staging": Tier.INTERNAL}, evidence=0.7)
        self.down, self.part = down, part

    def examine(self, question: Question) -> LayerResult:
        self.down.may(self.part)
        return super().examine(question)


class Model:
    """A judge that finds nothing."""

    name = "llm"
    version = "1"

    def __init__(self, down: Switches) -> None:
        self.down = down

    async def judge(self, question: Question) -> LayerResult:
        self.down.may("judge")
        return verdict("unclear", Tier.PUBLIC)

    async def check(self) -> None: ...

    async def close(self) -> None: ...


class Policy(TablePolicy):
    def __init__(self, down: Switches) -> None:
        super().__init__(EVERYWHERE)
        self.down = down

    async def decide(self, asked: PolicyInput) -> PolicyDecision:
        self.down.may("policy")
        return await super().decide(asked)


class Store(InMemoryVectorStore):
    def __init__(self, down: Switches) -> None:
        super().__init__()
        self.down = down

    async def lexical(self, text: str, reach: Reach, limit: int) -> list[Scored]:
        self.down.may("vectors", LOCKED)
        return await super().lexical(text, reach, limit)

    async def dense(self, vector: npt.NDArray[np.float32], fingerprint: str, reach: Reach, limit: int) -> list[Scored]:
        self.down.may("vectors", LOCKED)
        return await super().dense(vector, fingerprint, reach, limit)


class Catalogue(InMemoryCatalogue):
    def __init__(self, down: Switches) -> None:
        super().__init__()
        self.down = down

    async def many(self, document_ids: Sequence[str]) -> dict[str, Document]:
        self.down.may("catalogue", LOCKED)
        return await super().many(document_ids)


class Taint(InMemoryConversations):
    def __init__(self, down: Switches) -> None:
        super().__init__()
        self.down = down

    async def highest(self, keys: Sequence[str]) -> Tier:
        self.down.may("conversations", LOCKED)
        return await super().highest(keys)


class Kept:
    """Stored texts that keep nothing."""

    def __init__(self, down: Switches) -> None:
        self.down = down

    async def keep(self, *given: object) -> None:
        self.down.may("texts", LOCKED)


class Counting(InMemoryLedger):
    """Knows how often something was recorded as sent."""

    outbound = 0

    async def append(self, *entries: Entry) -> list[Stored]:
        stored = await super().append(*entries)
        self.outbound += sum(entry.record.kind == "outbound.sent" for entry in entries)
        return stored


class World:
    """A house whose every part can be switched off, and what went out of it."""

    def __init__(self) -> None:
        self.down = Switches()
        self.telemetry = CountingTelemetry()
        self.web = ListedSearch([WebResult("Page", "https://page.example", "The Kestrel battery lasts four years.")])
        self.external = ScriptedExternalGenerator(("It lasts four years [1].",))
        self.local = ScriptedGenerator(("It lasts four years [1].",))
        self.fallback = ScriptedGenerator(("Four years [1].",))
        self.embedder = HashingEmbedder()
        store = Store(self.down)
        self.house = House(
            layers=[self._layer("plugin"), WordLayer(evidence=0.7)],
            judge=GuardedJudge(Model(self.down), self._guard("classifier.llm")),
            policy=GuardedPolicy(Policy(self.down), self._guard("policy")),
            local=[
                LocalModel(GuardedGenerator(self.local, self._guard("llm"))),
                LocalModel(GuardedGenerator(self.fallback, self._guard("llm_fallback")), "llm_fallback"),
            ],
            external=ExternalModel(GuardedExternalGenerator(self.external, self._guard("external_llm"))),
            web=GuardedSearch(self.web, self._guard("web_search")),
            store=GuardedStore(store, self._guard("vectors"), self._guard("vectors")),
            catalogue=Catalogue(self.down),
            embedder=GuardedEmbedder(self.embedder, self._guard("embedder")),
            conversations=Taint(self.down),
            telemetry=self.telemetry,
            texts=Kept(self.down),
            corpus=[self._layer("fingerprints")],
        )
        self.house.ledger = self.ledger = Counting(self.house.keys)
        self.ask: Ask = self.house.put_together()

    def _guard(self, part: str) -> Guard:
        return Guard(part, self.telemetry, 5.0)

    def _layer(self, part: str) -> GuardedLayer:
        return GuardedLayer(Layer(self.down, part), self._guard(f"classifier.{part}"))

    def switch(self, down: Sequence[str]) -> None:
        self.down.clear()
        self.down.update(down)
        self.embedder.broken = GONE if "embedder" in down else None
        self.house.ledger.fail_with = LOCKED if "ledger" in down else None
        self.local.failure, self.local.pieces = (GONE, ()) if "llm" in down else (None, ("It lasts four years [1].",))
        self.fallback.failure = GONE if "llm_fallback" in down else None
        self.fallback.pieces = () if "llm_fallback" in down else ("Four years [1].",)
        self.external.failure = GONE if "external_llm" in down else None
        self.external.pieces = () if "external_llm" in down else ("It lasts four years [1].",)
        self.web.failure = GONE if "web_search" in down else None
        self.sent().clear()

    def sent(self) -> list[str]:
        everything = [*self.web.sent, *self.external.sent]
        self.web.sent.clear()
        self.external.sent.clear()
        return everything


def subsets(of: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(of, size) for size in range(len(of) + 1))


def expected(tier: Tier, down: set[str]) -> tuple[str, set[str], str]:
    """The code of the refusal, or "", what must be named in `degraded`, and who writes."""
    if down & set(KEPT):
        return LOCKED.code, set(), ""
    if "policy" in down:
        return PolicyDenied.code, set(), ""
    if down & {"vectors", "catalogue"}:
        return LOCKED.code, set(), ""
    failed = down & {"plugin", "fingerprints", "conversations"}
    named = {"embedder"} & down
    # The judge is asked about what is open; where something else has raised the tier it is not.
    if tier is Tier.PUBLIC and not failed & {"plugin", "fingerprints"} and "judge" in down:
        failed |= {"judge"}
    outside = tier is Tier.PUBLIC and not failed
    if outside:
        named |= down & set(EXTERNAL)
    if outside and "external_llm" not in down:
        return "", named, "scripted"
    named |= {"llm"} & down
    if "llm" not in down:
        return "", named, "scripted"
    named |= {"llm_fallback"} & down
    return "", named, "extractive" if "llm_fallback" in down else "scripted"


@pytest.mark.parametrize("tier", Tier)
async def test_every_subset_of_failures_keeps_everything_in_and_says_what_failed(tier: Tier) -> None:
    world = await a_world()
    left_out = ALIKE if tier is Tier.PUBLIC else {*ALIKE, *EXTERNAL}  # above PUBLIC, those are up and not asked
    for number, down in enumerate(subsets([part for part in PARTS if part not in left_out])):
        if number % 256 == 255:
            world = await a_world()  # a long ledger takes longer
        await holds(world, tier, down)


async def test_subsets_of_all_parts_at_random() -> None:
    draw = random.Random(8)
    world = await a_world()
    for _ in range(300):
        share = draw.random()
        await holds(world, draw.choice(list(Tier)), tuple(part for part in PARTS if draw.random() < share))


async def a_world() -> World:
    world = World()
    await world.house.put("The Kestrel battery lasts four years.")
    return world


async def holds(world: World, tier: Tier, down: tuple[str, ...]) -> None:
    world.switch(down)
    before = world.ledger.outbound
    counted = world.telemetry.counts.total()
    code, named, writer = expected(tier, set(down))
    question = Question(QUESTIONS[tier], conversation_id=f"c{counted}")
    result: Answer | LacunaError
    try:
        result = await asked(world.ask, question)
    except LacunaError as error:
        result = error
    sent = world.sent()
    safe = tier is Tier.PUBLIC and not set(down) & {*KEPT, "policy", *CLASSIFYING, "vectors", "catalogue"}
    assert bool(sent) is safe, (tier, down, sent)
    if isinstance(result, LacunaError):
        assert result.code == code, (tier, down)
        return
    assert not code, (tier, down)
    assert named <= set(result.degraded), (tier, down, result.degraded)
    assert result.model == writer, (tier, down)
    assert result.tier >= tier
    if set(down) & set(CLASSIFYING) and not safe and tier is Tier.PUBLIC:
        assert result.tier is Tier.PROPRIETARY
        assert result.degraded
    assert world.ledger.outbound - before == len(sent)
    assert all(world.telemetry.counts["failed", part, GONE.code] for part in named)
