"""The tier of a document, over every combination of what was found and said."""

from hypothesis import given
from hypothesis import strategies as st

from lacuna.domain.classification import Classification, Finding, Layer, LayerResult, Strategy, classify
from lacuna.domain.documents import Fingerprint, kinds, verdict
from lacuna.domain.tiers import Tier, join

tiers = st.sampled_from(list(Tier))


def part(found: list[Tier], strategy: Strategy, evidence: float) -> Classification:
    findings = tuple(Finding(f"K.{tier.name}", "r", Layer.HEURISTIC, tier, 1.0) for tier in found)
    return classify("t", [LayerResult(Layer.HEURISTIC, findings, evidence)], strategy, "rules")


parts = st.lists(
    st.builds(part, st.lists(tiers, max_size=3), st.sampled_from(list(Strategy)), st.floats(0, 1)),
    min_size=1,
    max_size=5,
)


@given(parts, st.none() | tiers, tiers)
def test_a_tier_is_never_below_a_finding_a_floor_or_a_declaration(
    given_parts: list[Classification], declared: Tier | None, floor: Tier
) -> None:
    result = verdict(given_parts, declared, floor)
    found = join(finding.tier for part in given_parts for finding in part.findings)
    assert result.found is found
    assert result.tier >= max(found, floor, declared or Tier.PUBLIC)
    assert result.overruled == (declared is not None and declared < found)
    if declared is None:
        assert result.tier >= max(part.tier for part in given_parts)
    elif floor is Tier.PUBLIC:
        assert result.tier is max(found, declared)


@given(parts, st.none() | tiers, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(
    given_parts: list[Classification], declared: Tier | None, shuffle: object
) -> None:
    mixed = [*given_parts, *given_parts]
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    assert verdict(mixed, declared) == verdict(given_parts, declared)


def test_overlapping_passages_do_not_count_a_finding_twice() -> None:
    one = part([Tier.INTERNAL], Strategy.BALANCED, 0)
    other = part([Tier.PROPRIETARY], Strategy.BALANCED, 0)
    assert kinds(one, [one, one, other]) == {"K.INTERNAL": 1, "K.PROPRIETARY": 1}


hashes = st.text(alphabet="0123456789abcdef", min_size=1, max_size=64)


@given(st.builds(Fingerprint, hashes, hashes, hashes, st.booleans()))
def test_a_fingerprint_survives_storage(fingerprint: Fingerprint) -> None:
    assert Fingerprint.parse(str(fingerprint)) == fingerprint


@given(st.text(max_size=50), hashes)
def test_what_is_no_fingerprint_equals_no_upload(stored: str, value: str) -> None:
    parsed = Fingerprint.parse(stored)
    assert not parsed.same_upload(Fingerprint(value, value, "pipeline"))
