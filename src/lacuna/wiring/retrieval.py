"""Finding passages, from settings: the search with its reranker, and what is read beside what it finds."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from lacuna.config import Settings
from lacuna.ports.embeddings import Embedder
from lacuna.ports.reranker import Reranker
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Catalogue
from lacuna.ports.telemetry import Telemetry
from lacuna.ports.vectors import VectorStore
from lacuna.usecases.neighbours import Neighbours
from lacuna.usecases.search import Search
from lacuna.wiring.application import Part
from lacuna.wiring.catalog import back_end
from lacuna.wiring.guard import Guard, GuardedReranker


@dataclass(frozen=True, slots=True)
class Retrieval:
    """`neighbours` is None where passages are read alone, as without a language model; `parts` are for readiness."""

    search: Search
    neighbours: Neighbours | None
    parts: dict[str, Part]


def retrieval(
    settings: Settings,
    store: VectorStore,
    catalogue: Catalogue,
    keys: KeyRing,
    embedder: Embedder | None,
    count_tokens: Callable[[str], int],
    telemetry: Telemetry,
    stack: AsyncExitStack,
) -> Retrieval:
    """Built and guarded; `stack` closes it. Raises ConfigError."""
    wanted = settings.retrieval
    judge = _reranker(settings, telemetry, stack)
    search = Search(store, catalogue, embedder, count_tokens, judge, wanted.reranker.passages)
    alone = settings.llm.backend == "none" or not wanted.neighbour_tokens
    neighbours = None if alone else Neighbours(store, catalogue, keys, wanted.neighbour_tokens)
    return Retrieval(search, neighbours, {} if judge is None else {"reranker": Part(judge.check, required=False)})


def _reranker(settings: Settings, telemetry: Telemetry, stack: AsyncExitStack) -> Reranker | None:
    wanted = settings.retrieval.reranker
    if wanted.backend == "none" or wanted.endpoint is None:
        return None
    built: Any = back_end("reranker", wanted.backend)(
        wanted.backend,
        str(wanted.endpoint),
        wanted.model,
        api_key="" if wanted.api_key is None else wanted.api_key.get_secret_value(),
        timeout_s=wanted.timeout_s,
    )
    stack.push_async_callback(built.close)
    return GuardedReranker(built, Guard("reranker", telemetry, wanted.timeout_s))
