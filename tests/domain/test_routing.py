"""The plan and the release, over the full product of what can meet: nothing above PUBLIC ever goes outside."""

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.domain.classification import Classification, Layer, Strategy, text_digest
from lacuna.domain.errors import OutboundRefused
from lacuna.domain.policy import EXTERNAL, Obligation, ObligationKind, PolicyDecision, Source, deny
from lacuna.domain.policy import PolicyInput as Asked
from lacuna.domain.routing import DEFAULT_TABLE, Outbound, Plan, RoutingTable, plan, release
from lacuna.domain.tiers import Tier

TEXT = "what is TLS"

SUBSETS = [frozenset(chosen) for size in range(4) for chosen in itertools.combinations(Source, size)]
ALL = frozenset(Source)


def classified(tier: Tier, degraded: bool = False, text: str = TEXT) -> Classification:
    return Classification(
        tier=tier,
        confidence=1.0,
        tags=(),
        findings=(),
        layer=Layer.HEURISTIC,
        reasoning="",
        strategy=Strategy.BALANCED,
        ruleset="r",
        digest=text_digest(text),
        degraded=("heuristic:failed",) if degraded else (),
    )


def decided(tier: Tier, sources: frozenset[Source] = ALL, allowed: bool = True) -> PolicyDecision:
    return PolicyDecision(allowed, tier, sources, (), "p", "1")


def every_case() -> Iterator[tuple[Classification, PolicyDecision, frozenset[Source], frozenset[Source], Plan]]:
    """All tiers x degraded x policy tiers x policy verdicts x policy sources x table rows x availability x requests:
    165,888 plans. Yields the classification, the decision, what table, availability and request leave, what policy
    leaves, and the plan."""
    requests: list[frozenset[Source] | None] = [None, *SUBSETS]
    for tier, degraded, policy_tier, allowed in itertools.product(Tier, (False, True), Tier, (False, True)):
        classification = classified(tier, degraded)
        for granted, row, available in itertools.product(SUBSETS, SUBSETS, SUBSETS):
            decision = decided(policy_tier, granted, allowed)
            table = dict.fromkeys(Tier, row)
            for requested in requests:
                made = plan(classification, decision, table, available, requested)
                yield (
                    classification,
                    decision,
                    row & available & (ALL if requested is None else requested),
                    granted,
                    made,
                )


def test_over_every_case_a_plan_uses_only_what_everybody_permits() -> None:
    for classification, decision, offered, granted, made in every_case():
        assert made.tier is max(classification.tier, decision.tier)
        assert made.sources <= offered & granted
        assert made.denied is not decision.allowed
        if made.denied:
            assert not made.sources
        if made.tier is not Tier.PUBLIC or classification.degraded:
            assert not made.sources & EXTERNAL
        else:
            assert made.denied or made.sources == offered & granted
        if Source.LOCAL_RAG in offered & granted:
            assert made.denied or made.uses(Source.LOCAL_RAG)


tables: st.SearchStrategy[RoutingTable] = st.dictionaries(st.sampled_from(Tier), st.sampled_from(SUBSETS))


@given(st.sampled_from(Tier), st.sampled_from(Tier), tables, st.sampled_from(SUBSETS))
def test_no_table_opens_the_door_above_public(
    found: Tier, raised: Tier, table: RoutingTable, granted: frozenset[Source]
) -> None:
    made = plan(classified(found), decided(raised, granted), table, ALL)
    assert made.sources <= table.get(made.tier, frozenset())
    if max(found, raised) > Tier.PUBLIC:
        assert made.sources.isdisjoint(EXTERNAL)


@given(st.sampled_from(Tier), st.sampled_from(SUBSETS), st.sampled_from(SUBSETS), st.sampled_from(SUBSETS))
def test_a_higher_tier_never_gains_an_external_source(
    tier: Tier, row: frozenset[Source], granted: frozenset[Source], available: frozenset[Source]
) -> None:
    table = dict.fromkeys(Tier, row)
    outside = plan(classified(tier), decided(tier, granted), table, available).sources & EXTERNAL
    for higher in (other for other in Tier if other > tier):
        assert plan(classified(higher), decided(higher, granted), table, available).sources & EXTERNAL <= outside


def test_every_source_left_out_has_its_reason() -> None:
    for _classification, _decision, _offered, _granted, made in itertools.islice(every_case(), 0, None, 7):
        if not made.denied:
            for source in Source:
                named = [reason for reason in made.reasons if reason.startswith(f"{source}: ")]
                assert len(named) == (0 if made.uses(source) else 1)


def test_a_denial_names_a_reason_even_where_policy_gave_none() -> None:
    assert plan(classified(Tier.PUBLIC), decided(Tier.PUBLIC, allowed=False), DEFAULT_TABLE, ALL).reasons


def test_the_default_table_goes_nowhere_outside() -> None:
    for tier in Tier:
        assert plan(classified(tier), decided(tier), DEFAULT_TABLE, ALL).sources == {Source.LOCAL_RAG}


def test_a_failed_policy_engine_opens_nothing() -> None:
    asked = Asked("query", Tier.PUBLIC, (), "u", (), Tier.PUBLIC, None, tuple(Source))
    made = plan(classified(Tier.PUBLIC), deny(asked, "the engine failed", "p"), dict.fromkeys(Tier, ALL), ALL)
    assert made.denied
    assert made.tier is Tier.PROPRIETARY
    assert not made.sources


OPEN = Plan(Tier.PUBLIC, ALL, False, ())


@pytest.mark.parametrize("destination", sorted(EXTERNAL))
def test_public_text_of_an_open_plan_is_released_as_it_is(destination: Source) -> None:
    outbound = release(TEXT, classified(Tier.PUBLIC), OPEN, destination)
    assert outbound.text == TEXT
    assert outbound.destination is destination


@given(
    st.sampled_from(Tier),
    st.booleans(),
    st.sampled_from(Tier),
    st.sampled_from(SUBSETS),
    st.booleans(),
    st.sampled_from(Source),
    st.sampled_from([TEXT, TEXT + " ", TEXT.upper(), "", "TLS\u200b"]),
)
def test_release_happens_only_where_every_condition_holds(
    tier: Tier,
    degraded: bool,
    plan_tier: Tier,
    sources: frozenset[Source],
    denied: bool,
    destination: Source,
    text: str,
) -> None:
    made = Plan(plan_tier, sources, denied, ())
    rightful = (
        text == TEXT
        and tier is Tier.PUBLIC
        and plan_tier is Tier.PUBLIC
        and not degraded
        and not denied
        and destination in sources & EXTERNAL
    )
    if rightful:
        assert release(text, classified(tier, degraded), made, destination).text == text
    else:
        with pytest.raises(OutboundRefused):
            release(text, classified(tier, degraded), made, destination)


@given(st.text(), st.text())
def test_a_classification_of_another_text_releases_nothing(classified_text: str, sent: str) -> None:
    if classified_text == sent:
        assert release(sent, classified(Tier.PUBLIC, text=classified_text), OPEN, Source.WEB_SEARCH).text == sent
    else:
        with pytest.raises(OutboundRefused):
            release(sent, classified(Tier.PUBLIC, text=classified_text), OPEN, Source.WEB_SEARCH)


@pytest.mark.parametrize("seal", [None, object(), "seal", True])
def test_an_outbound_cannot_be_made_elsewhere(seal: object) -> None:
    with pytest.raises(OutboundRefused):
        Outbound(seal, TEXT, Source.WEB_SEARCH)


def test_an_outbound_cannot_be_changed_or_shown() -> None:
    outbound = release(TEXT, classified(Tier.PUBLIC), OPEN, Source.WEB_SEARCH)
    for name in ("text", "destination", "other"):
        with pytest.raises(AttributeError):
            setattr(outbound, name, "secret")
    with pytest.raises(TypeError):
        replace(outbound, text="secret")  # type: ignore[type-var]
    assert TEXT not in repr(outbound)
    assert outbound.text == TEXT


def test_an_obligation_denies_unless_somebody_carries_it_out() -> None:
    duty = Obligation(ObligationKind.APPROVAL, "board", "the board grants it", ("board",), 8)
    decision = replace(decided(Tier.PUBLIC), obligations=(duty,))

    def made(*carried_out: ObligationKind) -> Plan:
        return plan(classified(Tier.PUBLIC), decision, DEFAULT_TABLE, ALL, carried_out=frozenset(carried_out))

    assert (made().denied, made().sources) == (True, frozenset())
    assert "the board grants it" in made().reasons[0]
    assert made(ObligationKind.REDACT).denied
    assert not made(ObligationKind.APPROVAL).denied
