"""The whole way of a question in one process, over the shipped fakes; a test puts others in their place."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from lacuna.adapters.llm.extractive import Extractive
from lacuna.adapters.splitting.public_words import vocabulary
from lacuna.domain.classification import Question, Strategy
from lacuna.domain.identity import Principal, Role
from lacuna.domain.policy import EXTERNAL, Source
from lacuna.domain.retrieval import Document, WebResult
from lacuna.domain.tiers import Tier
from lacuna.ports.classifier import ClassifierLayer
from lacuna.ports.deriving import Deriver
from lacuna.ports.judge import Judge
from lacuna.ports.llm import Generator, Prompt
from lacuna.ports.policy import PolicyEngine
from lacuna.ports.storage import RecordFilter
from lacuna.ports.vectors import IndexedChunk
from lacuna.testing.fakes.cache import DictCache
from lacuna.testing.fakes.catalogue import InMemoryCatalogue
from lacuna.testing.fakes.classifier import WordLayer
from lacuna.testing.fakes.clock import CountingIds, FrozenClock
from lacuna.testing.fakes.conversation import InMemoryConversations
from lacuna.testing.fakes.embedder import HashingEmbedder
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.testing.fakes.llm import ScriptedExternalGenerator, ScriptedGenerator
from lacuna.testing.fakes.policy import TablePolicy
from lacuna.testing.fakes.search import ListedSearch
from lacuna.testing.fakes.telemetry import CountingTelemetry
from lacuna.testing.fakes.vectors import InMemoryVectorStore
from lacuna.testing.passages import passage
from lacuna.usecases.ask import Answer, Ask
from lacuna.usecases.asked import Wanted
from lacuna.usecases.classify import Classify, Routing
from lacuna.usecases.gather import Gather
from lacuna.usecases.generate import ExternalModel, Generate, LocalModel
from lacuna.usecases.leave import Gate
from lacuna.usecases.outcome import Outcomes
from lacuna.usecases.recall import Recall
from lacuna.usecases.rewrite import Rewrite
from lacuna.usecases.search import Search
from lacuna.usecases.split import Split

EVERYWHERE = dict.fromkeys(Tier, frozenset(Source))
"""A routing table that holds nothing back, so that only the rules do."""

WORDS = WordLayer({"Apollo": Tier.PROPRIETARY, "staging": Tier.INTERNAL}, evidence=1.0)

READER = Principal(
    "reader", "", frozenset({"everyone"}), Tier.PROPRIETARY, frozenset({Role.USER}), "test", reads_all_groups=True
)


class Obedient:
    """A local model in bad hands: it says whatever a passage tells it to, and quotes what it was given otherwise."""

    name = model = "obedient"
    host = ""

    def __init__(self, order: str = "SAY: ", cut: int = 7) -> None:
        self.order = order
        self.cut = cut
        self.prompts: list[Prompt] = []

    async def generate(self, prompt: Prompt) -> AsyncIterator[str]:
        self.prompts.append(prompt)
        orders = [p.text.partition(self.order)[2] for p in prompt.passages if self.order in p.text]
        said = "\n".join(orders) or "".join(p.text for p in prompt.passages) or "Nothing."
        for at in range(0, len(said), self.cut):
            yield said[at : at + self.cut]

    async def check(self) -> None: ...

    async def close(self) -> None: ...


@dataclass
class House:
    """Parts by name; `ask` puts them together."""

    layers: Sequence[ClassifierLayer] = (WORDS,)
    judge: Judge | None = None
    policy: PolicyEngine = field(default_factory=lambda: TablePolicy(EVERYWHERE))
    local: Sequence[LocalModel] = ()
    external: ExternalModel | None = None
    web: Any = None
    quoting: Generator = field(default_factory=Extractive)
    store: Any = field(default_factory=InMemoryVectorStore)
    catalogue: InMemoryCatalogue = field(default_factory=InMemoryCatalogue)
    embedder: Any = field(default_factory=HashingEmbedder)
    conversations: InMemoryConversations = field(default_factory=InMemoryConversations)
    cache: DictCache = field(default_factory=DictCache)
    telemetry: CountingTelemetry = field(default_factory=CountingTelemetry)
    texts: Any = None
    corpus: Sequence[ClassifierLayer] = ()
    recall: Recall | None = None
    rewrite: Rewrite | None = None
    derivers: Sequence[Deriver] = ()
    unapproved: Sequence[str] = ()

    def __post_init__(self) -> None:
        self.keys = FixedKeys()
        self.ledger = InMemoryLedger(self.keys)
        self.clock = FrozenClock()
        self.ids = CountingIds()

    def put_together(self, **more: Any) -> Ask:
        """The use case."""
        outside = {Source.WEB_SEARCH: self.web, Source.EXTERNAL_LLM: self.external}
        available = frozenset(Source) - {source for source in EXTERNAL if outside[source] is None}
        self.classify = Classify(
            layers=self.layers,
            policy=self.policy,
            routing=Routing(EVERYWHERE, available),
            strategy=Strategy.BALANCED,
            cache=self.cache,
            taint=self.conversations,
            ledger=self.ledger,
            keys=self.keys,
            clock=self.clock,
            ids=self.ids,
            telemetry=self.telemetry,
            judge=self.judge,
            texts=self.texts,
            corpus_layers=self.corpus,
        )
        search = Search(self.store, self.catalogue, self.embedder)
        gate = Gate(self.classify, self.ledger, self.keys, self.clock, self.ids)
        split = self._split(gate) if self.derivers else None
        gather = Gather(self.classify, search, gate, self.web, self.telemetry, split=split, rewrite=self.rewrite)
        generate = Generate(
            self.local, self.external, self.quoting, gate, search, self.telemetry, Extractive.plain, self.recall
        )
        outcomes = Outcomes(self.classify, self.ledger, self.keys, self.clock, self.ids)
        return Ask(self.classify, search, gather, generate, outcomes, self.ledger, self.telemetry, self.recall, **more)

    def _split(self, gate: Gate) -> Split:
        parts = (self.derivers, vocabulary(), EVERYWHERE, self.ledger, self.clock, self.telemetry, self.unapproved)
        return Split(self.classify, self.policy, gate, *parts)

    async def put(self, text: str, *, name: str = "doc", tier: Tier = Tier.PUBLIC, title: str = "") -> None:
        """Stores a document of one passage."""
        built = passage(f"{name}-1", text, document_id=name, tier=tier, title=title)
        [vector] = self.embedder.embed([text])
        await self.store.replace(name, self.embedder.fingerprint, [IndexedChunk(built.chunk, vector)])
        await self.catalogue.put(document(name, tier, built.chunk.groups), ready=True)

    async def records(self, kind: str) -> list[dict[str, Any]]:
        """The data of every record of a kind."""
        stored = await self.ledger.find(RecordFilter(kind=kind, limit=1000))
        return [dict(each.record().data) for each in stored]


def document(name: str, tier: Tier, groups: frozenset[str]) -> Document:
    """What the catalogue knows of a document."""
    return Document(
        document_id=name,
        title=name,
        source="",
        tier=tier,
        found_tier=tier,
        groups=groups,
        tags=(),
        chunks=1,
        text_length=1,
        content_hmac="",
        media_type="text/plain",
        ruleset="",
        owner="",
        updated_at=0,
    )


async def asked(ask: Ask, question: str | Question, who: Principal = READER, **more: Any) -> Answer:
    """The answer."""
    wanted = Question(question) if isinstance(question, str) else question
    return await ask.answer(Wanted(wanted, **more), who)


async def a_house_of(*texts: str, **parts: Any) -> tuple[House, Ask]:
    """A house with public documents."""
    house = House(**parts)
    for number, text in enumerate(texts):
        await house.put(text, name=f"doc{number}")
    return house, house.put_together()


def web_of(*snippets: str) -> ListedSearch:
    """A web search with these results."""
    return ListedSearch([WebResult("A page", f"https://page.example/{n}", each) for n, each in enumerate(snippets)])


def outside(**script: Any) -> tuple[ScriptedExternalGenerator, ExternalModel]:
    """A model outside, and what it was sent."""
    generator = ScriptedExternalGenerator(**script)
    return generator, ExternalModel(generator)


def inside(*pieces: str, part: str = "llm", failure: Any = None) -> LocalModel:
    """A local model that says this."""
    return LocalModel(ScriptedGenerator(pieces or ("It is so", " [1]."), failure), part)


Change = Callable[[House], None]
