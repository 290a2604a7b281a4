"""Every setting there is: its name, type, range, default and meaning.

The tree is frozen and holds only values that passed their own check; what must hold between settings is checked by
`lacuna.config.rules` when a configuration is loaded. Secrets are `SecretStr`, and addresses that may carry a password
are secrets too. docs/configuration.md is generated from this module.
"""

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from lacuna.config.access_settings import AuthSettings, TenancySettings
from lacuna.config.audit_settings import AuditSettings
from lacuna.config.llm_settings import ExternalLlmSettings, LlmSettings
from lacuna.config.retrieval_settings import RetrievalSettings
from lacuna.config.section import Port, Seconds, Section
from lacuna.config.values import (
    Device,
    Folder,
    ListenHost,
    LowerText,
    Number,
    PostgresAddress,
    RedisAddress,
    SecretWebAddress,
    StoreName,
    Text,
    Token,
    UpperText,
    WebAddress,
    Whole,
    is_private_address,
)
from lacuna.config.vector_settings import VectorsSettings
from lacuna.domain.classification import Strategy
from lacuna.domain.policy import Source
from lacuna.domain.routing import RoutingTable
from lacuna.domain.tiers import Tier

PACKAGED_MODEL: Final = "all-MiniLM-L6-v2"
"""The embedding model that comes with Lacuna."""

MEBIBYTE: Final = 1024 * 1024
_DAY_S: Final = 86_400


class HeuristicLayerSettings(Section):
    enabled: bool = Field(True, description="Whether terms and recognisers are looked for.")
    priority: Annotated[Whole, Field(ge=1, le=100)] = Field(1, description="Layers run in ascending order.")
    timeout_s: Seconds = Field(5.0, description="Seconds before the layer counts as failed (PROPRIETARY).")
    compile_patterns: bool = Field(
        True, description="Whether a server compiles the recognisers in the background where the cache lacks them."
    )


class EmbeddingLayerSettings(Section):
    enabled: bool = Field(
        True, description="Whether texts are judged by what they are about; without the model this layer abstains."
    )
    priority: Annotated[Whole, Field(ge=1, le=100)] = Field(2, description="Layers run in ascending order.")
    model: Text | None = Field(None, description="Model of this layer; only the packaged one has a trained head.")
    endpoint: WebAddress | None = Field(None, description="Embedding service of this layer; none is supported yet.")
    timeout_s: Seconds = Field(5.0, description="Seconds before the layer counts as failed (PROPRIETARY).")


class LlmLayerSettings(Section):
    enabled: bool = Field(False, description="Whether a local LLM judges what the other layers left open.")
    priority: Annotated[Whole, Field(ge=1, le=100)] = Field(3, description="Layers run in ascending order.")
    model: Text | None = Field(None, description="Model of this layer; empty: `llm.model`, else the first listed.")
    endpoint: WebAddress | None = Field(
        None, description="LLM service of this layer, inside the house; empty: `llm.endpoint`."
    )
    api_key: Token | None = Field(None, description="Key sent to `endpoint`; empty: `llm.api_key` for `llm.endpoint`.")
    timeout_s: Seconds = Field(10.0, description="Seconds before the layer counts as failed (PROPRIETARY).")


class NerLayerSettings(Section):
    enabled: bool = Field(False, description="Whether a named-entity model on this machine looks for persons.")
    backend: Annotated[Literal["spacy", "gliner", "presidio"], LowerText] = Field(
        "spacy", description="Package that runs the model; docs/names.md says what each needs."
    )
    model: Text | None = Field(
        None,
        description="Installed model package or folder; `presidio` takes a spaCy model or, if empty, patterns alone.",
    )
    language: Text | None = Field(None, description="Language of the model (`en`); empty: the model's own.")
    threshold: Annotated[Number, Field(ge=0, le=1)] = Field(0.5, description="Least score of an entity that counts.")
    names: Annotated[Literal["personal", "every"], LowerText] = Field(
        "personal", description="`personal`: a name counts beside something personal. `every`: every name counts."
    )


class LayersSettings(Section):
    heuristic: HeuristicLayerSettings = Field(default_factory=HeuristicLayerSettings)
    ner: NerLayerSettings = Field(default_factory=NerLayerSettings)
    embedding: EmbeddingLayerSettings = Field(default_factory=EmbeddingLayerSettings)
    llm: LlmLayerSettings = Field(default_factory=LlmLayerSettings)


class ClassificationSettings(Section):
    """How the tier of a text is found. Layers only raise it."""

    strategy: Annotated[Strategy, LowerText] = Field(
        Strategy.CONSERVATIVE, description="How much evidence PUBLIC needs where nothing was found."
    )
    layers: LayersSettings = Field(default_factory=LayersSettings)


class OverridesSettings(Section):
    """What people may set against the classifier, granted by stewards."""

    max_days: Annotated[Whole, Field(ge=1, le=3_650)] = Field(
        90, description="Most days an override that lowers a tier may count."
    )


class RouteSettings(Section):
    local_rag: bool = Field(True, description="Whether the organisation's own documents may answer.")
    web_search: bool = Field(False, description="Whether web search may be used (`PUBLIC` only).")
    external_llm: bool = Field(False, description="Whether an external LLM may be used (`PUBLIC` only).")

    @property
    def sources(self) -> frozenset[Source]:
        return frozenset(source for source in Source if getattr(self, source.value))


class RoutingSettings(Section):
    """Which sources each tier may use. Tier names are accepted in any case; nothing above PUBLIC goes outside."""

    public: RouteSettings = Field(default_factory=RouteSettings)
    internal: RouteSettings = Field(default_factory=RouteSettings)
    proprietary: RouteSettings = Field(default_factory=RouteSettings)

    @property
    def table(self) -> RoutingTable:
        return {
            Tier.PUBLIC: self.public.sources,
            Tier.INTERNAL: self.internal.sources,
            Tier.PROPRIETARY: self.proprietary.sources,
        }


class LineageSettings(Section):
    """How much detail lineage keeps. Decisions are always recorded, whatever stands here."""

    enabled: bool = Field(True, description="Whether answers are traced down to single chunks.")
    sampling_rate: Annotated[Number, Field(ge=0, le=1)] = Field(
        1.0, description="Share of answers traced down to chunks; never applies to decisions or PROPRIETARY answers."
    )


class StorageSettings(Section):
    """Where the ledger, lineage, documents and vectors are kept."""

    data_path: Folder = Field(Path("data"), description="Data folder; a relative path starts at the working folder.")
    cache_path: Folder | None = Field(
        None, description="Folder for what can be made again; empty: `lacuna` in the user's cache folder."
    )
    postgres_url: PostgresAddress | None = Field(None, description="PostgreSQL; empty: SQLite in the data folder.")
    postgres_schema: StoreName | None = Field(
        None, description="Schema of its tables in PostgreSQL; empty: the user's own."
    )
    pool_size: Annotated[Whole, Field(ge=1, le=1_000)] = Field(20, description="PostgreSQL connections per process.")
    postgres_timeout_s: Annotated[Number, Field(gt=0, le=3_600)] = Field(20.0, description="Seconds for one answer.")


class AnswerCacheSettings(Section):
    """Answers of language models that need not be written again. They are texts that are kept, sealed, for a while."""

    kept_for: Annotated[Literal["nobody", "user", "reach"], LowerText] = Field(
        "nobody",
        description="Who is given an answer that was written before: nobody, who asked for it, or everybody who may "
        "read the same.",
    )
    ttl: Annotated[Whole, Field(ge=1, le=30 * _DAY_S)] = Field(3_600, description="Seconds an answer is kept.")
    max_entries: Annotated[Whole, Field(ge=1, le=1_000_000)] = Field(
        1_000, description="Answers kept in process, of at most 64 KiB each."
    )


class CacheSettings(Section):
    """Classifications and answers that need not be made again."""

    enabled: bool = Field(True, description="Whether classifications are cached.")
    redis_url: RedisAddress | None = Field(None, description="Redis; empty: in process only.")
    ttl: Annotated[Whole, Field(ge=1, le=30 * _DAY_S)] = Field(3_600, description="Seconds an entry lives.")
    max_entries: Annotated[Whole, Field(ge=1, le=10_000_000)] = Field(100_000, description="Entries kept in process.")
    answers: AnswerCacheSettings = Field(default_factory=AnswerCacheSettings)


class MetricsSettings(Section):
    """Prometheus metrics. They carry no text and no user ids."""

    enabled: bool = Field(True, description="Whether `/metrics` is served, on its own port.")
    prometheus_port: Port = Field(9090, description="Port of `/metrics`; 0: any free port.")


class LoggingSettings(Section):
    """Logs. They carry no query, document or answer text at any level."""

    level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], UpperText] = Field(
        "INFO", description="Least severe level that is written."
    )
    format: Annotated[Literal["json", "console"], LowerText] = Field("json", description="Form of a log line.")
    loki_url: SecretWebAddress | None = Field(None, description="Loki to push logs to; empty: standard error only.")


class EmbeddingSettings(Section):
    """The model that turns texts into vectors for retrieval."""

    model: Text = Field(PACKAGED_MODEL, description="Model name; the default is packaged and needs no download.")
    device: Device = Field("cpu", description="`auto`, `cpu`, `mps`, `cuda` or `cuda:N`.")


HOSTED_SEARCH: Final = {
    "kagi": "https://kagi.com",
    "brave": "https://api.search.brave.com",
    "duckduckgo": "https://html.duckduckgo.com",
}
"""Services that everybody reaches at the same address."""


class WebSearchSettings(Section):
    """Web search for PUBLIC questions. Off until turned on here *and* in `routing.public.web_search`."""

    enabled: bool = Field(False, description="Whether web search exists at all.")
    backend: Annotated[Literal["searxng", "kagi", "brave", "duckduckgo"], LowerText] = Field(
        "searxng", description="Kind of search service."
    )
    endpoint: WebAddress | None = Field(
        None, description="Base address of the search service; needed for `searxng`, the others have their own."
    )
    network: Annotated[Literal["public", "private"], LowerText] = Field(
        "public",
        description="Where the service stands: private addresses are refused on `public`, all others on `private`. "
        "Default: `private` where `endpoint` is a private address or `localhost`.",
    )
    api_key: Token | None = Field(None, description="Key of the account at `kagi` or `brave`.")
    timeout_s: Seconds = Field(10.0, description="Seconds a search may take.")
    max_results: Annotated[Whole, Field(ge=1, le=50)] = Field(5, description="Results used of one search.")
    fetch_pages: Annotated[Whole, Field(ge=0, le=10)] = Field(
        0, description="Pages of the first results that are read, each from its own site; 0: none."
    )

    @model_validator(mode="before")
    @classmethod
    def _derived(cls, values: object) -> object:
        """Hosted services have an address of their own; an address that is written as a private one is meant so."""
        if not isinstance(values, dict):
            return values
        backend = values.get("backend")
        hosted = HOSTED_SEARCH.get(backend.strip().lower() if isinstance(backend, str) else "")
        endpoint = values.get("endpoint", hosted)
        network = "private" if isinstance(endpoint, str) and is_private_address(endpoint) else "public"
        return {"network": network, **({} if endpoint is None else {"endpoint": endpoint}), **values}


class TlsSettings(Section):
    """Certificates of the server, in PEM files. Empty: no TLS, for a proxy on the same machine."""

    certificate: Folder | None = Field(None, description="File with the server's certificate and its chain.")
    key: Folder | None = Field(None, description="File with the certificate's key.")
    client_ca: Folder | None = Field(
        None, description="File with the authority whose clients alone may connect (mutual TLS)."
    )


class SplitViewSettings(Section):
    """A general question, derived inside the house from one above PUBLIC, that may be searched for outside. Off until
    turned on here *and* allowed by policy (`lacuna.routing.split`)."""

    enabled: bool = Field(False, description="Whether questions are derived at all.")
    method: Annotated[Literal["auto", "extractive", "llm"], LowerText] = Field(
        "auto",
        description="`extractive`: by leaving out. `llm`: by the local LLM. `auto`: by the local LLM if there is one, "
        "by leaving out where it fails.",
    )
    timeout_s: Seconds = Field(10.0, description="Seconds that deriving may take.")


class FollowUpSettings(Section):
    """How a follow-up question is made one of its own, for the search in the documents."""

    method: Annotated[Literal["words", "llm"], LowerText] = Field(
        "words",
        description="`words`: with words of the questions before it. `llm`: by the local LLM, by words where it fails "
        "or adds what nobody said.",
    )
    timeout_s: Seconds = Field(5.0, description="Seconds that the LLM may take for it.")


class ServerSettings(Section):
    """The HTTP server and its limits."""

    host: ListenHost = Field("127.0.0.1", description="Address to listen on.")
    port: Port = Field(8000, description="Port to listen on; 0: any free port.")
    tls: TlsSettings = Field(default_factory=TlsSettings)
    workers: Annotated[Whole, Field(ge=1, le=64)] = Field(
        1, description="Processes that answer requests; `lacuna dev` always runs one."
    )
    max_body_bytes: Annotated[Whole, Field(ge=1_024, le=1_024 * MEBIBYTE)] = Field(
        32 * MEBIBYTE, description="Largest request body (413 above it)."
    )
    max_query_chars: Annotated[Whole, Field(ge=1, le=10_000_000)] = Field(
        100_000, description="Longest question with its conversation, in characters (413 above it)."
    )
    max_batch: Annotated[Whole, Field(ge=1, le=1_000)] = Field(1_000, description="Most texts in one batch.")
    request_timeout_s: Seconds = Field(120.0, description="Seconds a request may take.")
    rate_limit_per_minute: Annotated[Whole, Field(ge=0, le=10_000_000)] = Field(
        6_000, description="Requests per principal and minute (429 above it); 0: no limit."
    )


class IngestSettings(Section):
    """Limits on documents and how they are cut."""

    max_file_bytes: Annotated[Whole, Field(ge=1, le=1_024 * MEBIBYTE)] = Field(
        32 * MEBIBYTE, description="Largest document."
    )
    workers: Annotated[Whole, Field(ge=1, le=64)] = Field(
        2, description="Documents that are parsed, and threads that classify and embed, at once."
    )
    parse_timeout_s: Seconds = Field(60.0, description="Seconds one document may take to parse.")
    parse_memory_mb: Annotated[Whole, Field(ge=64, le=65_536)] = Field(
        1_024, description="Memory of a parsing process, in MiB."
    )
    max_chunks: Annotated[Whole, Field(ge=1, le=1_000_000)] = Field(
        20_000, description="Most passages of one document."
    )
    chunk_tokens: Annotated[Whole, Field(ge=16, le=4_096)] = Field(220, description="Longest chunk, in tokens.")
    chunk_overlap: Annotated[Whole, Field(ge=0, le=2_048)] = Field(32, description="Tokens neighbours share.")


class PolicySettings(Section):
    """Where policy is decided."""

    opa_url: WebAddress | None = Field(None, description="OPA server on a private address; empty: Rego in process.")
    shipped: bool = Field(True, description="Whether the shipped packages are loaded beneath those of `policies/`.")
    packs: tuple[Annotated[Literal["cui", "gdpr", "hipaa", "itar", "pci_dss", "sox"], LowerText], ...] = Field(
        (), description="Example packs to load."
    )
    purposes: tuple[Annotated[str, LowerText], ...] = Field(
        (), description="Purposes that may be stated; empty: any short name."
    )
    timeout_s: Annotated[Number, Field(gt=0, le=60)] = Field(
        1.0, description="Seconds one evaluation may take; then the answer is no."
    )
    memory_mb: Annotated[Whole, Field(ge=64, le=65_536)] = Field(
        512, description="Memory of the policy process, in MiB."
    )


class SecretsSettings(Section):
    """Where secrets come from besides the environment and files."""

    vault_url: WebAddress | None = Field(
        None, description="Address of HashiCorp Vault, for secrets written as `vault:MOUNT/PATH#FIELD`."
    )
    vault_token: Token | None = Field(None, description="Token for Vault, whose policy has `read` on what is named.")


class Settings(Section):
    """The whole configuration. `lacuna.config.load` makes one."""

    classification: ClassificationSettings = Field(default_factory=ClassificationSettings)
    overrides: OverridesSettings = Field(default_factory=OverridesSettings)
    routing: RoutingSettings = Field(default_factory=RoutingSettings)
    lineage: LineageSettings = Field(default_factory=LineageSettings)
    storage: StorageSettings = Field(default_factory=StorageSettings)
    vectors: VectorsSettings = Field(default_factory=VectorsSettings)
    retrieval: RetrievalSettings = Field(default_factory=RetrievalSettings)
    cache: CacheSettings = Field(default_factory=CacheSettings)
    metrics: MetricsSettings = Field(default_factory=MetricsSettings)
    logging: LoggingSettings = Field(default_factory=LoggingSettings)
    llm: LlmSettings = Field(default_factory=LlmSettings)
    external_llm: ExternalLlmSettings = Field(default_factory=ExternalLlmSettings)
    embedding: EmbeddingSettings = Field(default_factory=EmbeddingSettings)
    web_search: WebSearchSettings = Field(default_factory=WebSearchSettings)
    split_view: SplitViewSettings = Field(default_factory=SplitViewSettings)
    follow_ups: FollowUpSettings = Field(default_factory=FollowUpSettings)
    server: ServerSettings = Field(default_factory=ServerSettings)
    auth: AuthSettings = Field(default_factory=AuthSettings)
    ingest: IngestSettings = Field(default_factory=IngestSettings)
    policy: PolicySettings = Field(default_factory=PolicySettings)
    audit: AuditSettings = Field(default_factory=AuditSettings)
    tenancy: TenancySettings = Field(default_factory=TenancySettings)
    secrets: SecretsSettings = Field(default_factory=SecretsSettings)
