"""Every recogniser finds its examples, leaves its counterexamples, and is well formed."""

import pytest

from lacuna.adapters.classifiers import pattern_set
from lacuna.adapters.classifiers.folding import fold
from lacuna.adapters.classifiers.pattern_set import PatternSet, disjoint
from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.adapters.classifiers.recognisers import ALL
from lacuna.domain.errors import ConfigError
from lacuna.domain.tiers import Tier


@pytest.mark.parametrize("recogniser", ALL, ids=lambda r: r.rule)
def test_finds_its_examples_and_not_its_counterexamples(recogniser: Recogniser) -> None:
    alone = PatternSet([recogniser])
    assert [text for text in recogniser.examples if not alone.find(fold(text))[0]] == []
    assert [text for text in recogniser.counterexamples if alone.find(fold(text))[0]] == []


def test_all_together_find_what_each_finds_alone() -> None:
    together = PatternSet(ALL)
    for recogniser in ALL:
        for text in recogniser.examples:
            rules = {match.recogniser.rule for match in together.find(fold(text))[0]}
            assert recogniser.rule in rules, text


def test_rules_are_unique_and_named_by_kind() -> None:
    rules = [recogniser.rule for recogniser in ALL]
    assert len(set(rules)) == len(rules)
    for recogniser in ALL:
        assert recogniser.examples
        assert recogniser.kind.split(".")[0] in {"PII", "SECRET", "ORG", "INFRA"}
        assert recogniser.tier is Tier.PROPRIETARY or recogniser.kind in ("ORG.TERM", "INFRA.HOST")
        assert 0.5 < recogniser.confidence <= 1.0


def test_at_least_sixty_key_formats_are_known() -> None:
    assert sum(recogniser.validator == "token_body" for recogniser in ALL) >= 60


def test_overlapping_matches_leave_the_stronger_one() -> None:
    weak = Recogniser("a", "PII.PHONE", r"\d{4}-\d{4}-\d{4}", ("x",), confidence=0.6)
    strong = Recogniser("b", "PII.NATIONAL_ID", r"\d{4}-\d{4}", ("x",), confidence=0.9)
    matches, _ = PatternSet([weak, strong]).find("no. 1234-5678-9012")
    assert [(m.recogniser.rule, m.start, m.end) for m in disjoint(matches)] == [("b", 4, 13)]


def test_a_set_that_ran_out_of_memory_falls_back_to_every_recogniser() -> None:
    patterns = PatternSet(ALL, [r"%[0-9A-F]{2}"])
    assert patterns.one_by_one("mail jo@mail.example.org %41") == patterns.find("mail jo@mail.example.org %41")


def test_context_counts_within_its_distance_only() -> None:
    rule = Recogniser("a", "PII.TAX_ID", r"\b\d{6}\b", ("x",), context="tax", before=10, after=5)
    patterns = PatternSet([rule])
    assert patterns.find("tax id 123456")[0]
    assert patterns.find("123456 tax")[0]
    assert not patterns.find("tax was the word long before 123456")[0]
    assert not patterns.find("123456 comes long before tax")[0]
    assert not patterns.find("syntax 123456")[0]


def test_more_candidates_than_can_be_checked_count_as_found() -> None:
    many = " ".join(
        f"card {number}" for number in range(4000000000000000, 4000000000000000 + 2 * pattern_set.MAX_CANDIDATES)
    )
    rule = next(r for r in ALL if r.rule == "pii.credit_card")
    rejected = "card 4012888888881882"
    assert not PatternSet([rule]).find(rejected)[0]
    assert PatternSet([rule]).find(many)[0]


@pytest.mark.parametrize("pattern", ["(a", r"(?=a)b", r"(a)\1", "(x{1,1000}){1,1000}y"])
def test_a_pattern_that_re2_refuses_is_a_configuration_error(pattern: str) -> None:
    with pytest.raises(ConfigError, match="RE2 refuses"):
        PatternSet([Recogniser("bad", "PII.X", pattern, ("x",))])


def test_an_unknown_validator_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match="unknown validator"):
        PatternSet([Recogniser("bad", "PII.X", "a", ("x",), validator="none_such")])
