"""Every back end by port and name: adding one is one new file and one line here.

Modules are imported when the configuration names them, so what is not used costs nothing.
"""

from importlib import import_module
from typing import Any, Final

from lacuna.domain.errors import ConfigError

BACK_ENDS: Final[dict[str, dict[str, str]]] = {
    "classifier": {
        "fingerprint": "lacuna.adapters.classifiers.fingerprint:FingerprintLayer",
        "heuristic": "lacuna.adapters.classifiers.heuristic:HeuristicLayer",
        "ner": "lacuna.adapters.classifiers.entities:EntityLayer",
    },
    "judge": {
        "llamacpp": "lacuna.adapters.classifiers.llm:LlmJudge",
        "ollama": "lacuna.adapters.classifiers.llm:LlmJudge",
        "openai": "lacuna.adapters.classifiers.llm:LlmJudge",
        "tgi": "lacuna.adapters.classifiers.llm:LlmJudge",
        "vllm": "lacuna.adapters.classifiers.llm:LlmJudge",
    },
    "plugin": {
        "presidio": "lacuna.wiring.presidio:build",
    },
    "ner": {
        "gliner": "lacuna.adapters.ner.gliner:GlinerRecogniser",
        "presidio": "lacuna.adapters.ner.presidio:PresidioRecogniser",
        "spacy": "lacuna.adapters.ner.spacy:SpacyRecogniser",
    },
    "policy": {
        "opa": "lacuna.adapters.policy.opa:OpaPolicy",
        "rego": "lacuna.adapters.policy.rego:RegoPolicy",
    },
    "code": {
        "sql_or_python": "lacuna.adapters.code.reader:SqlOrPython",
    },
    "storage": {
        "postgres": "lacuna.adapters.storage.postgres:open_storage",
        "sqlite": "lacuna.adapters.storage.sqlite:open_storage",
    },
    "storage_rights": {
        "postgres": "lacuna.adapters.storage.postgres:grant_rights",
    },
    "fingerprints": {
        "sqlite": "lacuna.adapters.storage.fingerprints:SqliteFingerprints",
    },
    "vectors": {
        "embedded": "lacuna.adapters.vectors.embedded:EmbeddedVectorStore",
        "pgvector": "lacuna.adapters.vectors.pgvector:PgvectorStore",
        "qdrant": "lacuna.adapters.vectors.qdrant:QdrantStore",
    },
    "vectors_rights": {
        "pgvector": "lacuna.adapters.vectors.pgvector:grant_rights",
    },
    "embeddings": {
        "all-MiniLM-L6-v2": "lacuna.adapters.embeddings.minilm:find_embedder",
    },
    "reranker": {
        "cohere": "lacuna.adapters.rerankers.http:RerankServer",
        "tei": "lacuna.adapters.rerankers.http:RerankServer",
    },
    "parser": {
        "child_process": "lacuna.adapters.parsers.child_process:ChildProcessParser",
    },
    "source": {
        "folder": "lacuna.adapters.sources.folder:configured",
        "git": "lacuna.adapters.sources.git:GitSource",
        "s3": "lacuna.adapters.sources.bucket:BucketSource",
        "sitemap": "lacuna.adapters.sources.sitemap:SitemapSource",
    },
    "generator": {
        "extractive": "lacuna.adapters.llm.extractive:Extractive",
        "llamacpp": "lacuna.adapters.llm.openai:OpenAICompatible",
        "ollama": "lacuna.adapters.llm.openai:OpenAICompatible",
        "openai": "lacuna.adapters.llm.openai:OpenAICompatible",
        "tgi": "lacuna.adapters.llm.openai:OpenAICompatible",
        "vllm": "lacuna.adapters.llm.openai:OpenAICompatible",
        "xllamacpp": "lacuna.adapters.llm.xllamacpp:LlamaCppChild",
    },
    "external_generator": {
        "llamacpp": "lacuna.adapters.llm.openai:ExternalOpenAICompatible",
        "ollama": "lacuna.adapters.llm.openai:ExternalOpenAICompatible",
        "openai": "lacuna.adapters.llm.openai:ExternalOpenAICompatible",
        "tgi": "lacuna.adapters.llm.openai:ExternalOpenAICompatible",
        "vllm": "lacuna.adapters.llm.openai:ExternalOpenAICompatible",
    },
    "deriver": {
        "extractive": "lacuna.adapters.splitting.extractive:ExtractiveDeriver",
        "llm": "lacuna.adapters.splitting.llm:LlmDeriver",
    },
    "rewriter": {
        "llm": "lacuna.adapters.rewriting.llm:LlmRewriter",
    },
    "web_pages": {
        "http": "lacuna.adapters.search.pages:WebPages",
    },
    "web_search": {
        "brave": "lacuna.adapters.search.brave:Brave",
        "duckduckgo": "lacuna.adapters.search.duckduckgo:DuckDuckGo",
        "kagi": "lacuna.adapters.search.kagi:Kagi",
        "searxng": "lacuna.adapters.search.searxng:SearxNG",
    },
    "cache": {
        "memory": "lacuna.adapters.cache.memory:MemoryClassificationCache",
        "redis": "lacuna.adapters.cache.redis:RedisClassificationCache",
    },
    "answer_cache": {
        "memory": "lacuna.adapters.cache.answers:in_memory",
        "redis": "lacuna.adapters.cache.answers_redis:open_shared",
    },
    "identity": {
        "oidc": "lacuna.adapters.identity.oidc:OidcTokens",
    },
    "keys": {
        "files": "lacuna.adapters.secrets.files:FileKeyRing",
    },
    "secrets": {
        "vault": "lacuna.adapters.secrets.vault:VaultSecrets",
    },
    "anchor": {
        "file": "lacuna.adapters.anchors.file:FileAnchor",
        "object_store": "lacuna.adapters.anchors.object_store:ObjectStoreAnchor",
        "witness": "lacuna.adapters.anchors.witness:WitnessAnchor",
    },
    "texts": {
        "sealed": "lacuna.adapters.texts.sealed:SealedTexts",
    },
    "telemetry": {
        "prometheus": "lacuna.adapters.telemetry.prometheus:PrometheusTelemetry",
    },
}


def back_end(port: str, name: str) -> Any:
    """The class or factory that a port knows under a name. Raises ConfigError that lists the names."""
    known = BACK_ENDS[port]
    if name not in known:
        raise ConfigError(f"No {port} back end is called {name!r}.", cure=f"Use one of {', '.join(sorted(known))}.")
    module, _, attribute = known[name].partition(":")
    return getattr(import_module(module), attribute)
