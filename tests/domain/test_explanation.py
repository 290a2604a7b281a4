"""The smallest set of findings without which a tier would be lower, from the classification and from its record."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.domain.audit import Json
from lacuna.domain.classification import Finding, Layer, LayerResult, Strategy, classify
from lacuna.domain.explanation import explained, facts_of, for_clearance, judged, recorded
from lacuna.domain.tiers import Tier

KINDS = ("PII.EMAIL", "ORG.TERM", "SECRET.API_KEY", "CONTEXT.FILE")


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    start = draw(st.none() | st.integers(0, 50))
    end = None if start is None else start + 3
    kind, tier = draw(st.sampled_from(KINDS)), draw(st.sampled_from(Tier))
    return Finding(kind, "rule", Layer.HEURISTIC, tier, 0.5, start, end)


def facts(found: list[Finding], evidence: float, strategy: Strategy, listed: int = 200) -> dict[str, Json]:
    """What the ledger keeps of a classification, as usecases/classify.py writes it."""
    c = classify("text", [LayerResult(Layer.HEURISTIC, tuple(found), evidence)], strategy, "rs")
    counts: dict[str, int] = {}
    for f in c.findings:
        counts[f.kind] = counts.get(f.kind, 0) + 1
    lines: list[Json] = [
        {
            "kind": f.kind,
            "rule": f.rule,
            "layer": str(f.layer),
            "tier": str(f.tier),
            "confidence": round(f.confidence * 1000),
            "start": f.start,
            "end": f.end,
        }
        for f in c.findings[:listed]
    ]
    return {
        "tier": str(c.tier),
        "strategy": str(c.strategy),
        "findings": lines,
        "finding_counts": counts,
        **facts_of(c),
    }


@given(st.lists(findings(), max_size=6), st.sampled_from([0.0, 0.7, 0.95]), st.sampled_from(Strategy))
def test_exactly_that_set_lowers_the_tier_and_no_smaller_one_does(
    found: list[Finding], evidence: float, strategy: Strategy
) -> None:
    def tier_of(kept: list[Finding]) -> Tier:
        return classify("text", [LayerResult(Layer.HEURISTIC, tuple(kept), evidence)], strategy, "rs").tier

    c = classify("text", [LayerResult(Layer.HEURISTIC, tuple(found), evidence)], strategy, "rs")
    why = explained(judged(c))
    places = range(len(found))
    lowering = [
        set(gone)
        for size in range(len(found) + 1)
        for gone in combinations(places, size)
        if tier_of([f for n, f in enumerate(found) if n not in gone]) < c.tier
    ]
    if why.without is None:
        assert lowering == []
        assert why.decisive == ()
    else:
        decisive = {n for n in places if found[n] in why.findings}
        assert tier_of([f for n, f in enumerate(found) if n not in decisive]) is why.without < c.tier
        assert decisive in lowering
        assert all(decisive <= other for other in lowering), "no smaller set, and no other one"
        assert sum(n for _, n in why.decisive) == len(decisive)
        assert why.complete
    if why.public is not None:
        # Taking away what stands there and adding the evidence that is missing is enough.
        kept = [f for f in found if f.tier is Tier.PUBLIC]
        strong = max(evidence, why.public.evidence_needed)
        assert classify("t", [LayerResult(Layer.LLM, tuple(kept), strong)], strategy, "rs").tier is Tier.PUBLIC
        assert sum(n for _, n in why.public.without) == len(found) - len(kept)


@given(st.lists(findings(), max_size=8), st.sampled_from([0.0, 0.7, 0.95]), st.sampled_from(Strategy))
def test_the_record_tells_the_same(found: list[Finding], evidence: float, strategy: Strategy) -> None:
    c = classify("text", [LayerResult(Layer.HEURISTIC, tuple(found), evidence)], strategy, "rs")
    read = recorded(facts(found, evidence, strategy))
    assert read is not None
    assert explained(read) == explained(judged(c))


@given(st.lists(findings(), min_size=3, max_size=9), st.integers(0, 2), st.sampled_from(Strategy))
def test_a_record_that_lists_some_findings_still_counts_all(
    found: list[Finding], listed: int, strategy: Strategy
) -> None:
    whole, cut = recorded(facts(found, 0.7, strategy)), recorded(facts(found, 0.7, strategy, listed))
    assert whole is not None
    assert cut is not None
    everything, some = explained(whole), explained(cut)
    assert (some.decisive, some.without, some.public) == (everything.decisive, everything.without, everything.public)
    assert set(some.findings) <= set(everything.findings)
    assert some.complete is (len(some.findings) == len(everything.findings))


def test_an_older_record_is_explained_only_where_it_is_complete() -> None:
    mail = Finding("PII.EMAIL", "rule", Layer.HEURISTIC, Tier.PROPRIETARY, 0.9, 0, 3)
    old = {k: v for k, v in facts([mail] * 3, 0.0, Strategy.BALANCED).items() if k not in ("tier_counts", "evidence")}
    read = recorded(old)
    assert read is not None
    assert explained(read).decisive == (("PII.EMAIL", 3),)
    assert explained(read).public is not None
    assert recorded({**old, "findings": [], "tier": "PROPRIETARY"}) is None
    assert recorded({}) is None


def test_plain_words() -> None:
    mail = Finding("PII.EMAIL", "rule", Layer.HEURISTIC, Tier.PROPRIETARY, 0.9, 0, 3)
    term = Finding("ORG.TERM", "term", Layer.HEURISTIC, Tier.INTERNAL, 0.9, 5, 8)

    def words(*found: Finding, evidence: float = 0.0, strategy: Strategy = Strategy.CONSERVATIVE) -> list[str]:
        c = classify("text", [LayerResult(Layer.HEURISTIC, found, evidence)], strategy, "rs")
        return explained(judged(c)).sentences()

    assert words(mail, mail, term)[0] == "Without these 2 findings: PII.EMAIL (2 times), it would be INTERNAL."
    assert words(mail)[1] == (
        "PUBLIC would need that all findings above PUBLIC are gone and evidence that the text is public of 0.90 or "
        "more (there is 0.00) under the conservative strategy."
    )
    assert words(term)[0] == "Even without this finding: ORG.TERM, it would be INTERNAL."
    assert words(term, evidence=0.95)[0] == "Without this finding: ORG.TERM, it would be PUBLIC."
    assert words()[0] == "Nothing sensitive was found; it is not known to be public."
    assert words(evidence=1.0) == ["It is PUBLIC: nothing has to be taken away."]


@pytest.mark.parametrize(("clearance", "shown"), [(Tier.PUBLIC, 0), (Tier.INTERNAL, 0), (Tier.PROPRIETARY, 2)])
def test_rules_and_places_are_for_those_with_the_clearance(clearance: Tier, shown: int) -> None:
    mail = Finding("PII.EMAIL", "rule", Layer.HEURISTIC, Tier.PROPRIETARY, 0.9, 0, 3)
    c = classify("text", [LayerResult(Layer.HEURISTIC, (mail, mail))], Strategy.BALANCED, "rs")
    seen = for_clearance(explained(judged(c)), clearance)
    assert (len(seen.findings), seen.complete) == (shown, shown == 2)
    assert seen.decisive == (("PII.EMAIL", 2),)
