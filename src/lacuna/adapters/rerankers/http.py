"""A cross-encoder behind `POST /rerank`: Text Embeddings Inference's form of it, or the one that Cohere began and vLLM,
Jina, Infinity and llama.cpp speak.

Promise: texts go to a private address only, whatever a name leads to; an answer that does not have exactly one finite
score for each text is refused.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver

from lacuna.adapters.addresses import AddressRule, Endpoint
from lacuna.adapters.http_client import HttpClient
from lacuna.domain.errors import ConfigError, DependencyNonsense

_MOST_BYTES: Final = 16 * 1024 * 1024
_CURES: Final = {
    404: "Check the endpoint: it is the base address, to which /rerank is added.",
    413: "Lower retrieval.reranker.passages, or raise the server's limit.",
    422: "Check retrieval.reranker.backend: `tei` and `cohere` name the fields differently.",
}


class _Scored(msgspec.Struct):
    index: int
    score: float | None = None
    relevance_score: float | None = None


class _Results(msgspec.Struct):
    results: list[_Scored]


_tei: Final = msgspec.json.Decoder(list[_Scored])
_cohere: Final = msgspec.json.Decoder(_Results)


class RerankServer:
    """A `Reranker`."""

    def __init__(
        self,
        name: str,
        endpoint: str,
        model: str = "",
        *,
        api_key: str = "",
        timeout_s: float = 2.0,
        resolver: Callable[[], AbstractResolver] = aiohttp.ThreadedResolver,
    ) -> None:
        """`name` is "tei" or "cohere". Raises ConfigError where `endpoint` is no plain http(s) URL or is an address
        outside private networks, and where a model has to be named."""
        if name == "cohere" and not model.strip():
            raise ConfigError("The reranker has no model name.", cure="Set retrieval.reranker.model.")
        if not (api_key.isascii() and api_key.isprintable()):
            raise ConfigError("The reranker's API key has characters that no HTTP header can hold.", cure="Check it.")
        parsed = Endpoint.parse(endpoint, AddressRule.PRIVATE_ONLY)
        self.name = name
        self._model = model
        self._host = parsed.authority
        self._client = HttpClient(
            "The reranker",
            parsed,
            AddressRule.PRIVATE_ONLY,
            timeout_s=timeout_s,
            max_body_bytes=_MOST_BYTES,
            headers={"Authorization": f"Bearer {api_key}"} if api_key else None,
            reuse_connections=True,
            resolver=resolver,
        )

    @property
    def host(self) -> str:
        return self._host

    async def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """Raises a DependencyError."""
        if not texts:
            return []
        wanted: dict[str, Any] = {"query": question}
        if self.name == "tei":
            wanted |= {"texts": list(texts), "raw_scores": False, "truncate": True}
        else:
            wanted |= {"model": self._model, "documents": list(texts), "top_n": len(texts), "return_documents": False}
        body = await self._client.post("/rerank", msgspec.json.encode(wanted), cures=_CURES)
        return self._read(body, len(texts))

    async def check(self) -> None:
        """Has one text judged. Raises a DependencyError."""
        await self.scores("ready", ["ready"])

    async def close(self) -> None:
        await self._client.close()

    def _read(self, body: bytes, count: int) -> list[float]:
        found = self._decoded(body)
        by_index = {one.index: one.score if one.score is not None else one.relevance_score for one in found}
        scores = [by_index.get(index) for index in range(count)]
        if len(found) != count or not all(score is not None and math.isfinite(score) for score in scores):
            raise self._nonsense()
        return [float(score) for score in scores if score is not None]

    def _decoded(self, body: bytes) -> list[_Scored]:
        try:
            return _tei.decode(body) if self.name == "tei" else _cohere.decode(body).results
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            fault = self._nonsense()
        raise fault  # outside the handler, where no context holds a piece of the body

    def _nonsense(self) -> DependencyNonsense:
        return DependencyNonsense(
            f"{self._client.where} answered something that is no list of one score a passage.",
            cure="Check that retrieval.reranker.backend names what the server at its endpoint speaks.",
        )
