"""The configuration as the proof sees it: what each tier may use, and which back ends see text of every tier."""

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from lacuna.config import Settings
from lacuna.config.llm_settings import external_model
from lacuna.domain.no_exit import House, LocalBackEnd
from lacuna.domain.policy import Source


def house(settings: Settings) -> House:
    """The house that these settings build. Every local adapter connects to private addresses only
    (`adapters.addresses.AddressRule.PRIVATE_ONLY`), whatever its name leads to."""
    available = {Source.LOCAL_RAG}
    if settings.web_search.enabled and settings.web_search.endpoint is not None:
        available.add(Source.WEB_SEARCH)
    if external_model(settings.llm, settings.external_llm) is not None:
        available.add(Source.EXTERNAL_LLM)
    return House(
        table=settings.routing.table,
        available=frozenset(available),
        strategy=settings.classification.strategy,
        local=tuple(_local(settings)),
        split=settings.split_view.enabled,
        pages=settings.web_search.fetch_pages > 0,
    )


def _local(settings: Settings) -> Iterator[LocalBackEnd]:
    yield LocalBackEnd("heuristics and embedder", "", private=True)
    llm, judge = settings.llm, settings.classification.layers.llm
    for name, model in llm.local:
        yield _at(name, str(model.endpoint)) if model.endpoint is not None else LocalBackEnd(name, "", private=True)
    if settings.split_view.enabled and llm.backend != "none" and llm.endpoint is not None and llm.location == "local":
        yield _at("split_view", str(llm.endpoint))
    if settings.follow_ups.method == "llm" and llm.endpoint is not None:
        yield _at("follow_ups", str(llm.endpoint))
    reranker = settings.retrieval.reranker
    if reranker.backend != "none":
        yield _at("retrieval.reranker", str(reranker.endpoint))
    if judge.enabled:
        yield _at("classification.layers.llm", str(judge.endpoint or llm.endpoint))


def _at(name: str, address: str) -> LocalBackEnd:
    """A name is private as far as its adapter refuses every other address that it leads to; a number speaks for
    itself."""
    parts = urlsplit(address)
    try:
        private = not ipaddress.ip_address(parts.hostname or "").is_global
    except ValueError:
        private = True
    return LocalBackEnd(name, parts.netloc.rpartition("@")[2], private)
