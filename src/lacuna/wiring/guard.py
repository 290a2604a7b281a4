"""What every back end is wrapped in: a time limit, size caps, a check that the answer makes sense, translation of
foreign errors, and a count of failures.

This is the one place besides the HTTP error table where any exception is caught: third-party code may raise anything,
and whatever it raises has to end in "fail closed" rather than in a crash. Messages name the part and the exception's
type, never its text, which may hold content.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import structlog

from lacuna.domain.classification import LayerResult, Question
from lacuna.domain.errors import (
    DependencyError,
    DependencyNonsense,
    DependencyTimeout,
    LacunaError,
)
from lacuna.domain.identity import Reach
from lacuna.domain.policy import PolicyDecision, PolicyInput
from lacuna.domain.policy_verdicts import Verdict
from lacuna.domain.retrieval import Chunk, Scored, WebResult
from lacuna.domain.routing import Outbound
from lacuna.domain.sign_in import Identity, Refused
from lacuna.domain.tiers import Tier
from lacuna.ports.classifier import ClassifierLayer
from lacuna.ports.embeddings import Embedder, Vectors
from lacuna.ports.identity_tokens import TokenVerifier
from lacuna.ports.judge import Judge
from lacuna.ports.llm import ExternalGenerator, Generator, Prompt
from lacuna.ports.policy import PolicyEngine
from lacuna.ports.reranker import Reranker
from lacuna.ports.search import PageReader, Site, WebSearch
from lacuna.ports.telemetry import Telemetry
from lacuna.ports.vectors import CorpusLookup, IndexedChunk, StoredDocument, VectorStore

T = TypeVar("T")

MAX_ANSWER_CHARS = 200_000
QUIET_S = 60.0
"""A part that goes on failing is logged once in this time, with the number of failures in between."""

log = structlog.get_logger("lacuna.guard")


class Guard:
    """Limits and translation for one part of the application."""

    def __init__(self, part: str, telemetry: Telemetry, seconds: float) -> None:
        self.part = part
        self.seconds = seconds
        self._telemetry = telemetry
        self._told_at = -QUIET_S
        self._untold = 0

    async def run(self, work: Awaitable[T]) -> T:
        """The result of `work` within the time limit. Raises a LacunaError whatever happens."""
        try:
            async with asyncio.timeout(self.seconds):
                return await work
        except TimeoutError:
            raise self.failed(DependencyTimeout(f"{self.part} did not answer within {self.seconds:g} s.")) from None
        except LacunaError as error:
            raise self.failed(error) from None
        except Exception as error:
            raise self.foreign(error) from None

    def failed(self, error: LacunaError) -> LacunaError:
        """Counts the failure, and logs the first one in a while."""
        self._telemetry.failed(self.part, error.code)
        now = time.monotonic()
        if now - self._told_at < QUIET_S:
            self._untold += 1
        else:
            log.warning("back_end_failed", part=self.part, code=error.code, untold=self._untold)
            self._told_at, self._untold = now, 0
        return error

    def foreign(self, error: BaseException) -> LacunaError:
        """A back end's own exception as ours; counted."""
        return self.failed(DependencyError(f"{self.part} failed with {type(error).__name__}."))

    def nonsense(self, what: str) -> LacunaError:
        """An answer outside the promise; counted."""
        return self.failed(DependencyNonsense(f"{self.part} answered nonsense: {what}."))


class GuardedLayer:
    """A classifier layer whose findings have been checked. Runs in the caller's thread, so a time limit is not possible
    here: layers promise linear time. `short_circuit` says whether the examination may end after it at PROPRIETARY."""

    def __init__(self, layer: ClassifierLayer, guard: Guard, *, short_circuit: bool = True) -> None:
        self.short_circuit = short_circuit
        self._layer = layer
        self._guard = guard
        self.name = layer.name

    @property
    def local(self) -> bool:
        return self._layer.local

    @property
    def version(self) -> str:
        return self._layer.version

    def examine(self, question: Question) -> LayerResult:
        try:
            result = self._layer.examine(question)
        except LacunaError as error:
            raise self._guard.failed(error) from None
        except Exception as error:
            raise self._guard.foreign(error) from None
        if (fault := _fault(result, len(question.text))) is not None:
            raise self._guard.nonsense(fault)
        return result


def outcome(work: Callable[[], T]) -> T | BaseException:
    """What `work` returns, or what it raised: for foreign code on a thread, where even SystemExit ends nothing."""
    try:
        return work()
    except BaseException as error:
        return error


def _fault(result: object, size: int) -> str | None:
    """What is wrong with a layer's answer to a text of `size` characters, if anything: plug-ins are not typed."""
    if not isinstance(result, LayerResult) or not 0.0 <= result.public_evidence <= 1.0:
        return "no layer result"
    for f in result.findings:
        placed = f.start is None or (f.end is not None and 0 <= f.start < f.end <= size)
        if not placed or f.tier not in tuple(Tier) or not 0.0 <= f.confidence <= 1.0:
            return f"a finding of rule {f.rule} outside the text or the scale"
    return None


class GuardedTokens:
    """An identity provider that answers in time; what it refuses is no failure."""

    def __init__(self, tokens: TokenVerifier, guard: Guard) -> None:
        self._tokens = tokens
        self._guard = guard

    async def identity(self, token: str) -> Identity:
        refused: Refused | None = None

        async def work() -> Identity | None:
            nonlocal refused
            try:
                return await self._tokens.identity(token)
            except Refused as error:
                refused = error
                return None

        found = await self._guard.run(work())
        if refused is not None:
            raise refused
        if not isinstance(found, Identity):
            raise self._guard.nonsense("no identity")
        return found

    async def check(self) -> None:
        await self._guard.run(self._tokens.check())

    async def close(self) -> None:
        await self._tokens.close()


class GuardedJudge:
    """A judge that answers in time and only raises."""

    def __init__(self, judge: Judge, guard: Guard) -> None:
        self._judge = judge
        self._guard = guard
        self.name = judge.name

    @property
    def version(self) -> str:
        return self._judge.version

    async def judge(self, question: Question) -> LayerResult:
        result = await self._guard.run(self._judge.judge(question))
        if (fault := _fault(result, len(question.text))) is not None:
            raise self._guard.nonsense(fault)
        return result

    async def check(self) -> None:
        await self._guard.run(self._judge.check())

    async def close(self) -> None:
        await self._judge.close()


class GuardedPolicy:
    """A policy engine with a time limit."""

    def __init__(self, engine: PolicyEngine, guard: Guard) -> None:
        self._engine = engine
        self._guard = guard

    @property
    def version(self) -> str:
        return self._engine.version

    async def decide(self, asked: PolicyInput) -> PolicyDecision:
        return await self._guard.run(self._engine.decide(asked))

    async def judge(self, package: str, asked: PolicyInput) -> tuple[Verdict, str]:
        return await self._guard.run(self._engine.judge(package, asked))

    async def check(self) -> None:
        await self._guard.run(self._engine.check())

    async def close(self) -> None:
        await self._engine.close()


class GuardedEmbedder:
    """An embedder whose vectors have the promised shape and are finite."""

    def __init__(self, embedder: Embedder, guard: Guard) -> None:
        self._embedder = embedder
        self._guard = guard

    @property
    def local(self) -> bool:
        return self._embedder.local

    @property
    def fingerprint(self) -> str:
        return self._embedder.fingerprint

    @property
    def dimension(self) -> int:
        return self._embedder.dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        try:
            vectors = self._embedder.embed(texts)
        except LacunaError as error:
            raise self._guard.failed(error) from None
        except Exception as error:
            raise self._guard.foreign(error) from None
        if vectors.shape != (len(texts), self.dimension) or not np.isfinite(vectors).all():
            raise self._guard.nonsense("vectors of another shape, or not finite")
        return vectors


class GuardedGenerator:
    """A generator whose pieces come in time and end before MAX_ANSWER_CHARS."""

    def __init__(self, generator: Generator, guard: Guard) -> None:
        self._generator = generator
        self._guard = guard
        self.name = generator.name

    @property
    def model(self) -> str:
        return self._generator.model

    @property
    def host(self) -> str:
        return self._generator.host

    async def generate(self, prompt: Prompt) -> AsyncIterator[str]:
        async for piece in _pieces(self._generator.generate(prompt), self._guard):
            yield piece

    async def check(self) -> None:
        await self._guard.run(self._generator.check())

    async def close(self) -> None:
        await self._generator.close()


class GuardedExternalGenerator:
    """The same for a generator outside the house."""

    def __init__(self, generator: ExternalGenerator, guard: Guard) -> None:
        self._generator = generator
        self._guard = guard
        self.name = generator.name

    @property
    def model(self) -> str:
        return self._generator.model

    @property
    def host(self) -> str:
        return self._generator.host

    async def generate(self, outbound: Outbound) -> AsyncIterator[str]:
        async for piece in _pieces(self._generator.generate(outbound), self._guard):
            yield piece

    async def check(self) -> None:
        await self._guard.run(self._generator.check())

    async def close(self) -> None:
        await self._generator.close()


class GuardedSearch:
    """A web search that answers in time and with no more than was asked for."""

    def __init__(self, search: WebSearch, guard: Guard) -> None:
        self._search = search
        self._guard = guard
        self.name = search.name

    @property
    def host(self) -> str:
        return self._search.host

    async def search(self, outbound: Outbound, limit: int) -> list[WebResult]:
        found = await self._guard.run(self._search.search(outbound, limit))
        return found[:limit]

    async def close(self) -> None:
        await self._search.close()


class GuardedPages:
    """A reader of pages that answers in time."""

    def __init__(self, pages: PageReader, guard: Guard) -> None:
        self._pages = pages
        self._guard = guard

    def rules(self, url: str) -> str | None:
        return self._pages.rules(url)

    def site(self, url: str) -> Site:
        return self._pages.site(url)

    async def learn(self, outbound: Outbound) -> None:
        await self._guard.run(self._pages.learn(outbound))

    async def read(self, outbound: Outbound) -> str:
        return await self._guard.run(self._pages.read(outbound))


class GuardedReranker:
    """A reranker that answers in time, with one finite score a text."""

    def __init__(self, reranker: Reranker, guard: Guard) -> None:
        self._reranker = reranker
        self._guard = guard
        self.name = reranker.name

    @property
    def host(self) -> str:
        return self._reranker.host

    async def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        found = await self._guard.run(self._reranker.scores(question, texts))
        if len(found) != len(texts) or not np.isfinite(found).all():
            raise self._guard.failed(DependencyNonsense(f"{self._guard.part} gave other than one score a text."))
        return found

    async def check(self) -> None:
        await self._guard.run(self._reranker.check())

    async def close(self) -> None:
        await self._reranker.close()


class GuardedStore:
    """A vector store whose searches are bounded in time and whose hits are within the reach. Writes take the time they
    need: cutting one off would leave its outcome unknown."""

    def __init__(self, store: VectorStore, guard: Guard, writes: Guard) -> None:
        self._store = store
        self._guard = guard
        self._writes = writes

    async def replace(self, document_id: str, fingerprint: str, chunks: Sequence[IndexedChunk]) -> None:
        await self._writes.run(self._store.replace(document_id, fingerprint, chunks))

    async def remove(self, document_id: str) -> bool:
        return await self._writes.run(self._store.remove(document_id))

    async def retag(self, document_id: str, tier: Tier, groups: frozenset[str]) -> None:
        await self._writes.run(self._store.retag(document_id, tier, groups))

    async def dense(self, vector: npt.NDArray[np.float32], fingerprint: str, reach: Reach, limit: int) -> list[Scored]:
        return self._checked(await self._guard.run(self._store.dense(vector, fingerprint, reach, limit)), reach)

    async def lexical(self, text: str, reach: Reach, limit: int) -> list[Scored]:
        return self._checked(await self._guard.run(self._store.lexical(text, reach, limit)), reach)

    async def chunks(self, chunk_ids: Sequence[str]) -> list[Chunk]:
        return await self._guard.run(self._store.chunks(chunk_ids))

    async def document_ids(self) -> frozenset[str]:
        return await self._writes.run(self._store.document_ids())

    async def stored(self, document_id: str) -> StoredDocument | None:
        return await self._guard.run(self._store.stored(document_id))

    async def states(self) -> dict[str, str]:
        return await self._writes.run(self._store.states())

    def corpus(self, fingerprint: str) -> CorpusLookup:
        return self._store.corpus(fingerprint)

    async def check(self) -> None:
        await self._guard.run(self._store.check())

    async def close(self) -> None:
        await self._store.close()

    def _checked(self, found: list[Scored], reach: Reach) -> list[Scored]:
        rights = {(scored.chunk.tier, scored.chunk.groups) for scored in found}
        if not all(reach.permits(tier, groups) for tier, groups in rights):
            raise self._guard.nonsense("a passage outside the asker's reach")
        return found


async def _pieces(pieces: AsyncIterator[str], guard: Guard) -> AsyncIterator[str]:
    total = 0
    iterator = pieces.__aiter__()
    try:
        while True:
            piece = await guard.run(_next(iterator))
            if piece is None:
                return
            total += len(piece)
            if total > MAX_ANSWER_CHARS:
                raise guard.nonsense(f"an answer of more than {MAX_ANSWER_CHARS} characters")
            yield piece
    finally:
        closer = getattr(iterator, "aclose", None)
        if closer is not None:
            await closer()


async def _next(iterator: AsyncIterator[str]) -> str | None:
    """The next piece, or None at the end: StopAsyncIteration must not cross the guard."""
    try:
        return await anext(iterator)
    except StopAsyncIteration:
        return None
