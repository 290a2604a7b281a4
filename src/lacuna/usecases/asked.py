"""One question on its way to an answer: what is wanted, what was found for it, and what producing the answer used."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from lacuna.domain.claims import Claim
from lacuna.domain.classification import Question
from lacuna.domain.identity import Principal, Reach
from lacuna.domain.lineage import Node
from lacuna.domain.policy import Source
from lacuna.domain.retrieval import Citation, Hit, WebResult
from lacuna.domain.tiers import Tier
from lacuna.ports.cache import Key
from lacuna.ports.llm import Passage
from lacuna.usecases.classify import Decided

SNIPPET = 280
"""Characters of a passage shown in a citation."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. `sources` limits where the answer may come from; `generate` false returns passages only,
    `cache` false has the answer written anew and not kept."""

    question: Question
    top_k: int = 5
    sources: frozenset[Source] | None = None
    generate: bool = True
    reach: Reach | None = None
    cache: bool = True


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found: `passages` numbered from 1 as the answer cites them, made of `local` hits and `web` results."""

    passages: tuple[Passage, ...] = ()
    local: tuple[Hit, ...] = ()
    web: tuple[WebResult, ...] = ()

    @classmethod
    def of(
        cls, local: tuple[Hit, ...], web: tuple[WebResult, ...], wider: Mapping[str, str] | None = None
    ) -> "Evidence":
        """The passages of both, in this order; `wider` has longer texts to read, by chunk id."""
        texts = wider or {}
        inside = [
            Passage(_local_citation(n, hit), texts.get(hit.chunk.chunk_id, hit.chunk.text))
            for n, hit in enumerate(local, start=1)
        ]
        outside = [
            Passage(_web_citation(n, result), result.text or result.snippet)
            for n, result in enumerate(web, len(local) + 1)
        ]
        return cls((*inside, *outside), local, web)


@dataclass(frozen=True, slots=True)
class Left:
    """What left the house for an answer: to which service, and the text itself where it was a search or an address.
    `derived` says that the asker did not write it."""

    destination: Source
    service: str
    host: str
    size: int
    text: str | None = None
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """What a model wrote to the end, as it came from it, and what it depends on."""

    key: Key
    text: str


@dataclass(slots=True)
class Run:
    """The production of one answer: who asked what, and what it turned out to use. `tier`, `model`, `pieces`,
    `outbound`, `left` and `degraded` grow while it runs; `removed` counts the "citations" and "links" that were taken
    out, `searched` is what the documents were searched for. `recalled` names the answer that the text was written for,
    where it was not written for this one; `draft` is there where it was and may be kept."""

    wanted: Wanted
    decided: Decided
    principal: Principal
    tier: Tier
    evidence: Evidence = field(default_factory=Evidence)
    searched: str = ""
    model: str = "none"
    pieces: list[str] = field(default_factory=list)
    outbound: list[Node] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    degraded: list[str] = field(default_factory=list)
    removed: Counter[str] = field(default_factory=Counter)
    claims: tuple[Claim, ...] = ()
    recalled: str = ""
    draft: Draft | None = None

    @classmethod
    def begin(cls, wanted: Wanted, decided: Decided, principal: Principal) -> "Run":
        """Nothing found and nothing said yet."""
        return cls(wanted, decided, principal, decided.plan.tier, degraded=list(decided.classification.degraded))

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def reach(self) -> Reach:
        """What may be searched for this asker."""
        return self.principal.reach if self.wanted.reach is None else self.wanted.reach


def _local_citation(n: int, hit: Hit) -> Citation:
    chunk = hit.chunk
    return Citation(
        n=n,
        source="local",
        title=chunk.title,
        url=chunk.source,
        tier=chunk.tier,
        score=round(hit.score, 6),
        snippet=_snippet(chunk.text),
        document_id=chunk.document_id,
        chunk_id=chunk.chunk_id,
        page=chunk.page,
        heading=chunk.heading,
    )


def _web_citation(n: int, result: WebResult) -> Citation:
    return Citation(n, "web", result.title, result.url, Tier.PUBLIC, 0.0, _snippet(result.text or result.snippet))


def _snippet(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= SNIPPET else flat[: SNIPPET - 1].rsplit(" ", 1)[0] + "…"
