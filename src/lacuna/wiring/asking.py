"""What writes answers and what they come from: language models, web search, and the use case around them."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from lacuna.config import Settings
from lacuna.domain.policy import Source
from lacuna.ports.clock import Clock, Ids
from lacuna.ports.llm import ExternalGenerator, Generator
from lacuna.ports.policy import PolicyEngine
from lacuna.ports.search import WebSearch
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
from lacuna.usecases.search import Search
from lacuna.wiring.application import Part
from lacuna.wiring.catalog import back_end
from lacuna.wiring.guard import Guard, GuardedExternalGenerator, GuardedGenerator, GuardedSearch
from lacuna.wiring.splitting import split_view


@dataclass(frozen=True, slots=True)
class ModelsAndWeb:
    """What the configuration has besides the documents; None where it has none."""

    generator: Generator | None
    external: ExternalGenerator | None
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
        models = {"llm": self.generator, "external_llm": self.external}
        return {name: Part(each.check, required=False) for name, each in models.items() if each is not None}


def models_and_web(settings: Settings, telemetry: Telemetry, stack: AsyncExitStack) -> ModelsAndWeb:
    """Built and guarded; `stack` closes them."""
    generator, external = _generators(settings, telemetry, stack)
    return ModelsAndWeb(generator, external, _web_search(settings, telemetry, stack))


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
    stack: AsyncExitStack,
    neighbours: Neighbours | None,
) -> Ask:
    """The use case with its steps."""
    gate = Gate(classify, ledger, keys, clock, ids)
    split = split_view(settings, classify, policy, gate, ledger, clock, telemetry, stack)
    gather = Gather(classify, search, gate, outside.web, telemetry, settings.web_search.max_results, split, neighbours)
    extractive = back_end("generator", "extractive")()
    quoting = GuardedGenerator(extractive, Guard("extractive", telemetry, 30.0))
    approved = settings.llm.approved
    local = [] if outside.generator is None else [LocalModel(outside.generator, approved=approved)]
    external = None if outside.external is None else ExternalModel(outside.external, approved=approved)
    generate = Generate(local, external, quoting, gate, search, telemetry, plain=extractive.plain)
    return Ask(classify, search, gather, generate, Outcomes(classify, ledger, keys, clock, ids), ledger, telemetry)


def _generators(
    settings: Settings, telemetry: Telemetry, stack: AsyncExitStack
) -> tuple[Generator | None, ExternalGenerator | None]:
    """The language model on its side of the door: local, or outside."""
    llm = settings.llm
    if llm.backend == "none" or llm.endpoint is None:
        return None, None
    port = "generator" if llm.location == "local" else "external_generator"
    built = back_end(port, llm.backend)(
        llm.backend,
        str(llm.endpoint),
        llm.model or "",
        api_key="" if llm.api_key is None else llm.api_key.get_secret_value(),
        timeout_s=llm.timeout_s,
        max_tokens=llm.max_tokens,
    )
    stack.push_async_callback(built.close)
    if llm.location == "local":
        return GuardedGenerator(built, Guard("llm", telemetry, llm.timeout_s)), None
    return None, GuardedExternalGenerator(built, Guard("external_llm", telemetry, llm.timeout_s))


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
