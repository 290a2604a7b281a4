"""What writes answers and what they come from: language models, web search, and the use case around them."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from lacuna.config import Settings
from lacuna.domain.policy import Source
from lacuna.ports.clock import Clock, Ids
from lacuna.ports.parsers import Parser
from lacuna.ports.policy import PolicyEngine
from lacuna.ports.search import PageReader, WebSearch
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Ledger
from lacuna.ports.telemetry import Telemetry
from lacuna.usecases.ask import Ask
from lacuna.usecases.classify import Classify
from lacuna.usecases.gather import Gather
from lacuna.usecases.generate import ExternalModel, Generate, LocalModel
from lacuna.usecases.leave import Gate
from lacuna.usecases.neighbours import Neighbours
from lacuna.usecases.outcome import Outcomes
from lacuna.usecases.pages import Pages
from lacuna.usecases.recall import Recall
from lacuna.usecases.search import Search
from lacuna.wiring.application import Part
from lacuna.wiring.catalog import back_end
from lacuna.wiring.guard import Guard, GuardedGenerator, GuardedPages, GuardedSearch
from lacuna.wiring.models import external_model, local_models
from lacuna.wiring.rewriting import rewriting
from lacuna.wiring.splitting import split_view


@dataclass(frozen=True, slots=True)
class ModelsAndWeb:
    """What the configuration has besides the documents; None where it has none."""

    local: tuple[LocalModel, ...]
    external: ExternalModel | None
    web: WebSearch | None

    @property
    def available(self) -> frozenset[Source]:
        """The sources that a plan may use."""
        sources = {Source.LOCAL_RAG}
        if self.web is not None:
            sources.add(Source.WEB_SEARCH)
        if self.external is not None:
            sources.add(Source.EXTERNAL_LLM)
        return frozenset(sources)

    @property
    def parts(self) -> dict[str, Part]:
        """For readiness: none of them is needed for an answer."""
        models = (*self.local, *(() if self.external is None else (self.external,)))
        return {each.part: Part(each.generator.check, required=False) for each in models}


def models_and_web(settings: Settings, telemetry: Telemetry, stack: AsyncExitStack) -> ModelsAndWeb:
    """Built and guarded; `stack` closes them."""
    return ModelsAndWeb(
        local_models(settings, telemetry, stack),
        external_model(settings, telemetry, stack),
        _web_search(settings, telemetry, stack),
    )


def asking(
    settings: Settings,
    classify: Classify,
    search: Search,
    ledger: Ledger,
    keys: KeyRing,
    clock: Clock,
    ids: Ids,
    telemetry: Telemetry,
    outside: ModelsAndWeb,
    policy: PolicyEngine,
    parser: Parser,
    stack: AsyncExitStack,
    neighbours: Neighbours | None,
    recall: Recall | None,
) -> Ask:
    """The use case with its steps."""
    gate = Gate(classify, ledger, keys, clock, ids)
    split = split_view(settings, classify, policy, gate, ledger, clock, telemetry, stack)
    web = settings.web_search
    reader = _pages(settings, parser, telemetry)
    pages = None if reader is None else Pages(reader, gate, telemetry, web.fetch_pages)
    rewrite = rewriting(settings, telemetry, stack)
    gather = Gather(classify, search, gate, outside.web, telemetry, web.max_results, split, neighbours, pages, rewrite)
    extractive = back_end("generator", "extractive")()
    quoting = GuardedGenerator(extractive, Guard("extractive", telemetry, 30.0))
    generate = Generate(outside.local, outside.external, quoting, gate, search, telemetry, extractive.plain, recall)
    outcomes = Outcomes(classify, ledger, keys, clock, ids)
    return Ask(classify, search, gather, generate, outcomes, ledger, telemetry, recall)


def _web_search(settings: Settings, telemetry: Telemetry, stack: AsyncExitStack) -> WebSearch | None:
    wanted = settings.web_search
    if not wanted.enabled or wanted.endpoint is None:
        return None
    built = back_end("web_search", wanted.backend)(
        str(wanted.endpoint),
        network=wanted.network,
        api_key="" if wanted.api_key is None else wanted.api_key.get_secret_value(),
        timeout_s=wanted.timeout_s,
    )
    stack.push_async_callback(built.close)
    return GuardedSearch(built, Guard("web_search", telemetry, wanted.timeout_s))


def _pages(settings: Settings, parser: Parser, telemetry: Telemetry) -> PageReader | None:
    wanted = settings.web_search
    if not wanted.enabled or wanted.fetch_pages == 0:
        return None
    built = back_end("web_pages", "http")(parser, timeout_s=wanted.timeout_s)
    return GuardedPages(built, Guard("web_pages", telemetry, wanted.timeout_s))
