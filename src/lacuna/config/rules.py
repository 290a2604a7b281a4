"""What must hold between settings, each of which is fine by itself."""

import ipaddress
from collections.abc import Iterator
from itertools import chain
from urllib.parse import urlsplit

from lacuna.config.llm_settings import IN_PROCESS, ModelSettings, external_model
from lacuna.config.schema import KeyPath
from lacuna.config.settings import Settings
from lacuna.config.tenants import schemas_of
from lacuna.config.values import is_loopback, is_private_address
from lacuna.config.vault import VaultReference
from lacuna.domain.policy import EXTERNAL
from lacuna.domain.tiers import Tier

_SHORTEST_KEY = 20

Broken = tuple[KeyPath, tuple[KeyPath, ...], str]
"""The setting to change, the others that matter, and the fault."""


def broken(settings: Settings) -> Iterator[Broken]:
    """Every rule that `settings` break."""
    metrics, server, ingest = settings.metrics, settings.server, settings.ingest
    yield from _routing(settings)
    yield from _back_ends(settings)
    yield from _stores(settings)
    yield from _headers(settings)
    yield from _tenancy(settings)
    tls = server.tls
    if (tls.certificate is None) != (tls.key is None):
        yield (
            ("server", "tls", "certificate"),
            (("server", "tls", "key"),),
            "and server.tls.key go together; set both or neither",
        )
    if tls.client_ca is not None and tls.certificate is None:
        fault = "is missing: clients are asked for certificates over TLS only"
        yield ("server", "tls", "certificate"), (("server", "tls", "client_ca"),), fault
    if metrics.enabled and metrics.prometheus_port == server.port != 0:
        fault = "is the port of the API too (server.port); choose another"
        yield ("metrics", "prometheus_port"), (("server", "port"),), fault
    if ingest.chunk_overlap * 2 > ingest.chunk_tokens:
        fault = f"must be at most half of ingest.chunk_tokens ({ingest.chunk_tokens})"
        yield ("ingest", "chunk_overlap"), (("ingest", "chunk_tokens"),), fault
    layers = settings.classification.layers
    if layers.ner.enabled and layers.ner.backend != "presidio" and not layers.ner.model:
        fault = "needs classification.layers.ner.model, an installed model package or a folder"
        yield ("classification", "layers", "ner", "enabled"), (("classification", "layers", "ner", "model"),), fault
    yield from _judge(settings)
    yield from _questions(settings)
    if not (layers.heuristic.enabled or layers.embedding.enabled or layers.llm.enabled):
        path = ("classification", "layers", "heuristic", "enabled")
        others = (("classification", "layers", "embedding", "enabled"), ("classification", "layers", "llm", "enabled"))
        yield path, others, "leaves no layer to classify with; enable at least one"


def _tenancy(settings: Settings) -> Iterator[Broken]:
    tenancy = settings.tenancy
    path = ("tenancy", "tenant")
    if tenancy.tenant is not None and tenancy.tenant not in tenancy.tenants:
        yield path, (("tenancy", "tenants"),), "is not among tenancy.tenants"
    if len({*tenancy.tenants}) != len(tenancy.tenants):
        yield ("tenancy", "tenants"), (), "names one tenant twice"
    elif len({*chain.from_iterable(schemas_of(settings, name) for name in tenancy.tenants)}) < 2 * len(tenancy.tenants):
        fault = "names tenants whose ledgers and passages would meet in one schema; rename one, or set vectors.name"
        yield ("tenancy", "tenants"), (("vectors", "name"), ("storage", "postgres_schema")), fault


def _judge(settings: Settings) -> Iterator[Broken]:
    """The LLM layer sees text before it has a tier, so its service must be inside the house."""
    layers, llm = settings.classification.layers, settings.llm
    layer = layers.llm
    for name, cheaper in (("embedding", layers.heuristic), ("llm", layers.embedding), ("llm", layers.heuristic)):
        if getattr(layers, name).enabled and cheaper.enabled and getattr(layers, name).priority <= cheaper.priority:
            fault = "must be above that of the layers before it: heuristic, embedding, llm run in this order"
            yield ("classification", "layers", name, "priority"), (), fault
    if not layer.enabled:
        return
    path = ("classification", "layers", "llm")
    if layer.endpoint is not None:
        if _is_public(layer.endpoint):
            yield (*path, "endpoint"), (), "is a public address; the layer sees text before it has a tier"
    elif llm.backend == "none" or llm.endpoint is None or llm.location != "local":
        fault = "needs classification.layers.llm.endpoint, or a local LLM under llm"
        yield (*path, "enabled"), ((*path, "endpoint"), ("llm", "location"), ("llm", "endpoint")), fault


def doubtful(settings: Settings) -> Iterator[tuple[KeyPath, str]]:
    """What is allowed but hardly meant: the setting and the remark."""
    if settings.routing.public.web_search and not settings.web_search.enabled:
        yield ("routing", "public", "web_search"), "has no effect while web_search.enabled is false"
    if settings.web_search.api_key is not None and settings.web_search.backend not in ("kagi", "brave"):
        yield ("web_search", "api_key"), f"is not sent to {settings.web_search.backend}, which takes none"
    if settings.split_view.enabled and not (settings.routing.public.web_search and settings.web_search.enabled):
        yield ("split_view", "enabled"), "has no effect without web search for PUBLIC questions"
    if settings.routing.public.external_llm and external_model(settings.llm, settings.external_llm) is None:
        remark = "has no effect without an LLM outside (external_llm, llm.location)"
        yield ("routing", "public", "external_llm"), remark
    if settings.llm.backend == "none" and settings.llm.endpoint is not None:
        yield ("llm", "endpoint"), "has no effect while llm.backend is none"
    if not settings.classification.layers.heuristic.enabled:
        path = ("classification", "layers", "heuristic", "enabled")
        yield path, "is off: terms, personal data and secrets are not looked for"
    vault = settings.secrets.vault_url
    if vault is not None and vault.startswith("http://") and not is_loopback(urlsplit(vault).hostname or ""):
        yield ("secrets", "vault_url"), "is not https: the token and every secret cross the network in the clear"
    key = settings.auth.api_key
    if key is not None and not isinstance(key, VaultReference) and len(key.get_secret_value()) < _SHORTEST_KEY:
        yield ("auth", "api_key"), f"is shorter than {_SHORTEST_KEY} characters and can be guessed"


def _routing(settings: Settings) -> Iterator[Broken]:
    for tier, sources in settings.routing.table.items():
        for source in sorted(sources & EXTERNAL):
            if tier is not Tier.PUBLIC:
                path = ("routing", tier.name.lower(), source.value)
                yield path, (), "must be false: nothing above PUBLIC goes outside"


def _back_ends(settings: Settings) -> Iterator[Broken]:
    web = settings.web_search
    yield from _models(settings)
    if web.enabled and web.endpoint is None:
        yield ("web_search", "enabled"), (("web_search", "endpoint"),), "needs web_search.endpoint"
    if web.enabled and web.backend in ("kagi", "brave") and web.api_key is None:
        fault = "needs web_search.api_key, the key of an account at the service"
        yield ("web_search", "backend"), (("web_search", "api_key"),), fault

    reranker = settings.retrieval.reranker
    if reranker.backend != "none" and reranker.endpoint is None:
        yield ("retrieval", "reranker", "backend"), (("retrieval", "reranker", "endpoint"),), "needs its endpoint"
    if reranker.backend == "cohere" and not reranker.model:
        yield ("retrieval", "reranker", "backend"), (("retrieval", "reranker", "model"),), "needs the model's name"
    if reranker.backend != "none" and reranker.endpoint is not None and _is_public(reranker.endpoint):
        fault = "is a public address: the reranker sees passages of every tier and has to be in the house"
        yield ("retrieval", "reranker", "endpoint"), (), fault


def _models(settings: Settings) -> Iterator[Broken]:
    llm, beside = settings.llm, settings.external_llm
    sections: tuple[tuple[KeyPath, ModelSettings], ...] = (
        (("llm",), llm),
        (("llm", "fallback"), llm.fallback),
        (("external_llm",), beside),
    )
    for path, model in sections:
        name = ".".join(path)
        missing = "model_path" if model.backend == IN_PROCESS else "endpoint"
        if model.backend != "none" and getattr(model, missing) is None:
            what = "a GGUF file" if missing == "model_path" else "the address of the service"
            yield (*path, "backend"), ((*path, missing),), f"needs {name}.{missing}, {what}"
    if llm.location == "local" and llm.endpoint is not None and llm.backend != "none" and _is_public(llm.endpoint):
        fault = "is a public address, so it is not local; set llm.location to external or use a private address"
        yield ("llm", "endpoint"), (("llm", "location"), ("llm", "backend")), fault
    fallback = llm.fallback
    if fallback.configured and fallback.endpoint is not None and _is_public(fallback.endpoint):
        yield ("llm", "fallback", "endpoint"), (), "is a public address; a fallback sees text of every tier"
    for path, model, outside in ((("llm",), llm, llm.location == "external"), (("external_llm",), beside, True)):
        if outside and model.backend == IN_PROCESS:
            yield (*path, "backend"), (), "runs in this house, so it cannot be an external LLM"
    if llm.location == "local" and llm.network == "public":
        fault = "must be private: a local LLM sees text of every tier"
        yield ("llm", "network"), (("llm", "location"),), fault
    away = external_model(llm, beside)
    if away is not None and away.endpoint is not None:
        path = ("llm",) if away is llm else ("external_llm",)
        if away.network == "public" and is_private_address(away.endpoint):
            yield (*path, "endpoint"), ((*path, "network"),), "is a private address, which network: public refuses"
        if away.network == "private" and _is_public(away.endpoint):
            yield (*path, "endpoint"), ((*path, "network"),), "is a public address, which network: private refuses"
    if beside.configured and llm.configured and llm.location == "external":
        fault = "is a second LLM outside the house; configure one of the two"
        yield ("external_llm", "endpoint"), (("llm", "location"),), fault


def _stores(settings: Settings) -> Iterator[Broken]:
    if settings.vectors.backend == "pgvector" and settings.vectors.postgres(settings.storage.postgres_url) is None:
        fault = "needs the address of a PostgreSQL: vectors.postgres_url, or storage.postgres_url"
        yield ("vectors", "backend"), (("vectors", "postgres_url"), ("storage", "postgres_url")), fault
    if settings.vectors.backend == "qdrant" and settings.vectors.qdrant_url is None:
        fault = "needs vectors.qdrant_url, the address of the service"
        yield ("vectors", "backend"), (("vectors", "qdrant_url"),), fault


def _questions(settings: Settings) -> Iterator[Broken]:
    llm, wanted = settings.llm, settings.split_view
    if wanted.enabled and wanted.method == "llm" and (llm.backend == "none" or llm.location != "local"):
        path = ("split_view", "method")
        yield (
            path,
            (("llm", "location"), ("llm", "backend")),
            "needs a local LLM under llm; questions stay in the house",
        )
    if settings.follow_ups.method == "llm" and (llm.endpoint is None or llm.location != "local"):
        fault = "needs a local LLM with an endpoint under llm; conversations stay in the house"
        yield ("follow_ups", "method"), (("llm", "location"), ("llm", "endpoint")), fault


def _headers(settings: Settings) -> Iterator[Broken]:
    seen: dict[str, str] = {}
    for name in ("user_header", "email_header", "groups_header", "name_header", "proxy_secret_header"):
        header = str(getattr(settings.auth, name)).lower()
        if header in seen:
            yield ("auth", name), (("auth", seen[header]),), f"is the same header as auth.{seen[header]}"
        seen.setdefault(header, name)
    groups: dict[str, str] = {}
    for name in ("admin_group", "steward_group", "auditor_group", "text_reader_group"):
        group = str(getattr(settings.auth, name))
        if group and group in groups:
            yield ("auth", name), (("auth", groups[group]),), f"is the same group as auth.{groups[group]}"
        groups.setdefault(group, name)


def _is_public(address: str) -> bool:
    """Whether the host is an address of the open internet. Names are judged by the client when it connects."""
    try:
        return ipaddress.ip_address(urlsplit(address).hostname or "").is_global
    except ValueError:
        return False
