"""Proof that nothing above PUBLIC reaches an external back end: every state that a query can be in is enumerated.

What can happen to a query is finite once its text is left out: what was found, which layer failed, what the
conversation was, what policy said, what the asker wanted, which passages were found and what became of them meanwhile.
Each stage of a query hands little on (a tier, whether something failed, a plan), so the stages are enumerated one after
the other over what the stage before can hand on, with the very functions that decide in operation (`Gates`). A question
that is derived from another goes through the same stages as one of its own. A state is a counterexample where an
external back end is sent anything above PUBLIC, or anything after a failure. `walk` takes one whole state through all
stages at once; tests hold the two against each other, also with faulty gates.

Local back ends see text before it has a tier: they are part of the proof by where they are (`LocalBackEnd`). Left to
others: that the code outside calls these functions and no others (the type `Outbound`; tests/surfaces/test_outside.py).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import Final

from lacuna.domain.classification import Classification, Layer, Strategy, outcome, text_digest
from lacuna.domain.errors import OutboundRefused
from lacuna.domain.exits import may_leave
from lacuna.domain.policy import EXTERNAL, PolicyDecision, Source
from lacuna.domain.routing import Outbound, Plan, RoutingTable, plan, release
from lacuna.domain.splitting import apart, may_split
from lacuna.domain.tiers import Tier

TIERS: Final = tuple(Tier)
EVIDENCE: Final = (0.0, 0.7, 1.0)
"""One value of each band that the strategies tell apart."""

_QUESTION: Final = "a question"
_PROMPT: Final = "a question with passages"

Asked = frozenset[Source] | None


@dataclass(frozen=True, slots=True)
class LocalBackEnd:
    """A back end that sees text whatever its tier. `host` is where it is, "" in this process; `private` says whether a
    connection to anything but a private address is refused."""

    name: str
    host: str
    private: bool


@dataclass(frozen=True, slots=True)
class House:
    """The configuration as far as it matters to what may leave."""

    table: RoutingTable
    available: frozenset[Source]
    strategy: Strategy
    local: tuple[LocalBackEnd, ...] = ()
    split: bool = False
    """Whether general questions may be derived from others."""
    pages: bool = False
    """Whether pages that a search found are read."""


@dataclass(frozen=True, slots=True)
class PolicySays:
    """One thing that policy may answer; an engine that fails, or answers nonsense, denies."""

    allowed: bool = True
    tier: Tier = Tier.PUBLIC
    sources: frozenset[Source] = frozenset(Source)


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a derived question can go. `found`, `evidence`, `failed` and `policy` are about it as a question of its own,
    `carries` says that it holds something of the other that it must not, `allowed` what policy says of splitting that
    one."""

    found: Tier
    evidence: float
    failed: bool
    policy: PolicySays
    carries: bool
    allowed: bool


@dataclass(frozen=True, slots=True)
class State:
    """One way that a query can go.

    `found` and `evidence` are what the layers say, `failed` whether one of them failed, `conversation` what the
    conversation was before, `cached` whether the classification comes out of the cache. `passages` is the highest tier
    of the passages found, `later` what it is when the model would be asked (a document may be closed meanwhile),
    `prompt` what is found in the whole text for the model. `down` are external back ends that fail when they are asked:
    they have been sent the text all the same, and what is asked in their place is local.
    """

    found: Tier
    evidence: float
    failed: bool
    conversation: Tier
    cached: bool
    policy: PolicySays
    requested: Asked
    passages: Tier
    later: Tier
    prompt: Tier
    down: frozenset[Source]
    derived: Derivation | None = None


@dataclass(frozen=True, slots=True)
class Gates:
    """The functions that decide in operation. Tests put faulty ones in their place."""

    outcome: Callable[[Tier, float, Strategy], Tier] = outcome
    plan: Callable[[Classification, PolicyDecision, RoutingTable, frozenset[Source], Asked], Plan] = plan
    may_leave: Callable[[Source, Classification, Plan, Tier], bool] = may_leave
    release: Callable[[str, Classification, Plan, Source], Outbound] = release
    may_split: Callable[[bool, Classification, Plan, bool], bool] = may_split
    apart: Callable[[Sequence[str]], bool] = apart


@dataclass(frozen=True, slots=True)
class Counterexample:
    """How `destination` is sent what it must not be sent: the facts of each stage in words."""

    destination: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """`states` is the number of whole states that the enumeration stands for, `evaluated` how many evaluations it took
    stage by stage. Without counterexamples nothing can leave."""

    states: int
    evaluated: int
    counterexamples: tuple[Counterexample, ...]

    @property
    def holds(self) -> bool:
        return not self.counterexamples


OPERATION: Final = Gates()


def _subsets(of: Iterable[Source]) -> tuple[frozenset[Source], ...]:
    members = sorted(of)
    chosen = product((False, True), repeat=len(members))
    return tuple(frozenset(m for m, taken in zip(members, bits, strict=True) if taken) for bits in chosen)


POLICIES: Final = (
    PolicySays(allowed=False, tier=Tier.PROPRIETARY, sources=frozenset()),
    PolicySays(allowed=False),
    *(PolicySays(tier=tier, sources=sources) for tier, sources in product(TIERS, _subsets(Source))),
)
ASKED: Final[tuple[Asked, ...]] = (None, *_subsets(Source))
DOWN: Final = _subsets(EXTERNAL)

_FOUND: Final = (TIERS, EVIDENCE, (False, True), TIERS)
_CACHED: Final = (False, True)
_SAID: Final = (POLICIES, ASKED)
_ALONG: Final = (TIERS, TIERS, TIERS)
_DERIVED: Final = (TIERS, EVIDENCE, (False, True), POLICIES)
_SPLIT: Final = ((False, True), (False, True))


def number_of_states(split: bool = False) -> int:
    """Whole states that one proof stands for, of a house where questions are `split` or not."""
    derived = (*_DERIVED, *_SPLIT) if split else ()
    return prod(len(values) for values in (*_FOUND, _CACHED, *_SAID, *_ALONG, DOWN, *derived))


def prove(house: House, gates: Gates = OPERATION) -> Proof:
    """Enumerates everything that can happen to a query in `house`."""
    found: dict[tuple[str, Tier], Counterexample] = {}
    for back_end in house.local:
        if back_end.host and not back_end.private:
            why = (f"{back_end.name} sees text of every tier", f"nothing keeps {back_end.host} inside the house")
            found[back_end.name, Tier.PROPRIETARY] = Counterexample(back_end.name, why)
    evaluated = len(house.local)
    classified: dict[_Classified, None] = {}
    for first in product(*_FOUND):
        evaluated += 1
        classified[_classified(house, gates, *first)] = None
    decided: dict[_Decided, tuple[PolicySays, Asked]] = {}
    for known, (policy, requested) in product(classified, product(*_SAID)):
        evaluated += 1
        decided.setdefault(_decided(house, gates, known, policy, requested), (policy, requested))
    for each, (policy, requested) in decided.items():
        for passages, later, prompt in product(*_ALONG):
            evaluated += 1
            for destination in _wrongly(gates, each, passages, later, prompt, pages=house.pages):
                facts = (*_told(each), *_said(policy, requested), *_carried(destination, passages, later, prompt))
                found.setdefault((str(destination), each.true), Counterexample(str(destination), facts))
    of_their_own: dict[_Decided, None] = {}
    for seen, evidence, failed, policy in product(*_DERIVED) if house.split else ():
        evaluated += 1
        of_their_own[_derived(house, gates, seen, evidence, failed, policy)] = None
    splitting: dict[_Splitting, _Decided] = {}
    for each, carries, allowed in product(decided if house.split else (), *_SPLIT):
        evaluated += 1
        if (handed_on := _splitting(gates, each, carries, allowed)) is not None:
            splitting.setdefault(handed_on, each)
    for (split, each), own in product(splitting.items(), of_their_own):
        evaluated += 1
        if _wrongly_split(gates, split, own):
            facts = (*_told(each), *_derived_facts(own, split))
            found.setdefault(("derived", each.true), Counterexample(str(Source.WEB_SEARCH), facts))
    return Proof(number_of_states(house.split), evaluated, tuple(found.values()))


def walk(house: House, state: State, gates: Gates = OPERATION) -> frozenset[Source]:
    """The external back ends that this one state sends what it must not."""
    known = _classified(house, gates, state.found, state.evidence, state.failed, state.conversation)
    each = _decided(house, gates, known, state.policy, state.requested)
    wrong = set(_wrongly(gates, each, state.passages, state.later, state.prompt, pages=house.pages))
    if house.split and (derived := state.derived) is not None:
        own = _derived(house, gates, derived.found, derived.evidence, derived.failed, derived.policy)
        split = _splitting(gates, each, derived.carries, derived.allowed)
        if split is not None and _wrongly_split(gates, split, own):
            wrong.add(Source.WEB_SEARCH)
    return frozenset(wrong)


@dataclass(frozen=True, slots=True)
class _Classified:
    """What the first stage hands on. `true` is the tier of what truly went in: for the proof alone."""

    tier: Tier
    failed: bool
    strategy: Strategy
    true: Tier


@dataclass(frozen=True, slots=True)
class _Decided:
    """What the second stage hands on."""

    classification: Classification
    plan: Plan
    true: Tier


def _classified(
    house: House, gates: Gates, found: Tier, evidence: float, failed: bool, conversation: Tier
) -> _Classified:
    """A failed layer counts as PROPRIETARY. The cache keeps no classification with a failure and gives back for a key
    what was put there for it, so a state that is cached is one that is not."""
    joined = max(found, Tier.PROPRIETARY) if failed else found
    tier = max(gates.outcome(joined, evidence, house.strategy), conversation)
    return _Classified(tier, failed, house.strategy, max(joined, conversation))


def _decided(house: House, gates: Gates, known: _Classified, policy: PolicySays, requested: Asked) -> _Decided:
    tier = max(known.tier, policy.tier)
    answer = PolicyDecision(policy.allowed, tier, policy.sources, (), "proof", "")
    classification = _classification(_QUESTION, tier, known)
    planned = gates.plan(classification, answer, house.table, house.available, requested)
    # Reasons are words: plans that differ in nothing else are one.
    return _Decided(classification, replace(planned, reasons=()), max(known.true, policy.tier))


def _wrongly(
    gates: Gates, each: _Decided, passages: Tier, later: Tier, prompt: Tier, *, pages: bool
) -> Iterator[Source]:
    """The external back ends that are sent more than PUBLIC, or anything after a failure; as usecases/gather.py and
    generate.py go about it. A search gets the question alone."""
    question, failed = each.classification, bool(each.classification.degraded)
    sent = gates.may_leave(Source.WEB_SEARCH, question, each.plan, Tier.PUBLIC)
    if sent and _released(gates, _QUESTION, question, each.plan, Source.WEB_SEARCH) and (each.true or failed):
        yield Source.WEB_SEARCH
    # The address of a page is a text of its own, allowed by the decision on the question; `prompt` is what it holds.
    address = replace(question, digest=text_digest(_PROMPT), tier=gates.outcome(prompt, 1.0, question.strategy))
    if pages and sent and _released(gates, _PROMPT, address, each.plan, Source.WEB_SEARCH) and (each.true or prompt):
        yield Source.WEB_SEARCH
    if not all(gates.may_leave(Source.EXTERNAL_LLM, question, each.plan, moment) for moment in (passages, later)):
        return
    # Its parts have tiers of their own; what the whole holds besides is found again.
    held = max(gates.outcome(prompt, 1.0, question.strategy), passages, later)
    whole = replace(question, digest=text_digest(_PROMPT), tier=held)
    true = max(each.true, passages, later, prompt)
    if _released(gates, _PROMPT, whole, each.plan, Source.EXTERNAL_LLM) and (true or failed):
        yield Source.EXTERNAL_LLM


def _derived(house: House, gates: Gates, found: Tier, evidence: float, failed: bool, policy: PolicySays) -> _Decided:
    """A derived question by itself: it has no conversation, and is asked of a web search alone."""
    known = _classified(house, gates, found, evidence, failed, Tier.PUBLIC)
    return _decided(house, gates, known, policy, frozenset({Source.WEB_SEARCH}))


@dataclass(frozen=True, slots=True)
class _Splitting:
    """What a question hands on to one that is derived from it. `forbidden` says that none should have been."""

    true: Tier
    carries: bool
    forbidden: bool


def _splitting(gates: Gates, each: _Decided, carries: bool, allowed: bool) -> _Splitting | None:
    """As usecases/split.py goes about it; None where nothing is derived, or what is derived is not taken."""
    if not gates.may_split(True, each.classification, each.plan, allowed):
        return None
    if not gates.apart(("it holds something of the other",) if carries else ()):
        return None
    return _Splitting(each.true, carries, not allowed or each.plan.denied)


def _wrongly_split(gates: Gates, split: _Splitting, own: _Decided) -> bool:
    """Whether a web search is sent a derived question that it must not be sent."""
    question = own.classification
    if not gates.may_leave(Source.WEB_SEARCH, question, own.plan, Tier.PUBLIC):
        return False
    sent = _released(gates, _QUESTION, question, own.plan, Source.WEB_SEARCH)
    unsound = own.true > Tier.PUBLIC or bool(question.degraded) or (split.carries and split.true > Tier.PUBLIC)
    return sent and (unsound or split.forbidden)


def _released(gates: Gates, text: str, classification: Classification, planned: Plan, destination: Source) -> bool:
    try:
        gates.release(text, classification, planned, destination)
    except OutboundRefused:
        return False
    return True


def _classification(text: str, tier: Tier, known: _Classified) -> Classification:
    return Classification(
        tier=tier,
        confidence=1.0,
        tags=(),
        findings=(),
        layer=Layer.STRATEGY,
        reasoning="",
        strategy=known.strategy,
        ruleset="",
        digest=text_digest(text),
        degraded=("a layer",) if known.failed else (),
    )


def _told(each: _Decided) -> Iterator[str]:
    yield f"the question is {each.true} and was classified {each.classification.tier}"
    if each.classification.degraded:
        yield "a layer failed"


def _said(policy: PolicySays, requested: Asked) -> Iterator[str]:
    yield f"policy leaves {_named(policy.sources)}" if policy.allowed else "policy denies"
    yield f"the asker wants {'every source' if requested is None else _named(requested)}"


def _carried(destination: Source, passages: Tier, later: Tier, prompt: Tier) -> Iterator[str]:
    if destination is Source.EXTERNAL_LLM:
        yield f"passages are {passages}, and {later} when the model is asked; the whole prompt holds {prompt}"


def _derived_facts(own: _Decided, split: _Splitting) -> Iterator[str]:
    yield f"a derived question is {own.true} and was classified {own.classification.tier}"
    if split.carries:
        yield "it holds something of the other question"
    if split.forbidden:
        yield "nothing should have been derived"


def _named(sources: Iterable[Source]) -> str:
    return ", ".join(sorted(sources)) or "no source"
