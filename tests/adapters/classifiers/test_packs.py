"""Packs: every rule finds its examples, leaves its counterexamples, and goes with those that ship."""

import re

import pytest

from lacuna.adapters.classifiers import pack_checks
from lacuna.adapters.classifiers.folding import fold
from lacuna.adapters.classifiers.heuristic import HeuristicLayer
from lacuna.adapters.classifiers.packs import PACKS, pack
from lacuna.adapters.classifiers.pattern_set import PatternSet
from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.adapters.classifiers.recognisers import ALL
from lacuna.adapters.classifiers.terms import TermSet
from lacuna.domain.classification import Question
from lacuna.domain.tiers import Tier

EVERY = [recogniser for name in PACKS for recogniser in pack(name)]
GENERAL_QUESTIONS = (
    "What are the side effects of metformin in adults?",
    "How is an ISIN built, and what does its check digit protect?",
    "What is material non-public information under MAR?",
    "How do I write a post-mortem for an outage?",
    "Explain the HL7 PID segment.",
    "What does ARN stand for in AWS?",
    "How long is a CVV?",
    "Is 10.0.0.0/8 a private range?",
    "When was the hospital in Bremen founded?",
    "How do savings accounts earn interest?",
)


@pytest.mark.parametrize("recogniser", EVERY, ids=lambda r: r.rule)
def test_finds_its_examples_and_not_its_counterexamples(recogniser: Recogniser) -> None:
    alone = PatternSet([recogniser])
    assert [text for text in recogniser.examples if not alone.find(fold(text))[0]] == []
    assert [text for text in recogniser.counterexamples if alone.find(fold(text))[0]] == []


def test_together_they_find_what_each_finds_alone() -> None:
    together = PatternSet((*ALL, *EVERY))
    for recogniser in EVERY:
        for text in recogniser.examples:
            assert recogniser.rule in {match.recogniser.rule for match in together.find(fold(text))[0]}, text


def test_rules_are_unique_and_raise() -> None:
    rules = [recogniser.rule for recogniser in (*ALL, *EVERY)]
    assert len(set(rules)) == len(rules)
    for recogniser in EVERY:
        assert recogniser.examples
        assert recogniser.counterexamples
        assert re.fullmatch(r"[A-Z]+\.[A-Z_]+", recogniser.kind)
        assert recogniser.tier > Tier.PUBLIC
        assert 0.5 < recogniser.confidence <= 1.0


def test_a_pack_raises_the_tier_of_what_it_knows_and_of_nothing_else() -> None:
    without, layer = HeuristicLayer(TermSet()), HeuristicLayer(TermSet(), added=EVERY)
    for text in GENERAL_QUESTIONS:
        assert layer.examine(Question(text)).findings == without.examine(Question(text)).findings, text
    [found] = layer.examine(Question("My mother takes metformin twice a day")).findings
    assert (found.kind, found.tier) == ("PHI.MEDICATION", Tier.PROPRIETARY)
    assert layer.version != without.version


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (pack_checks.npi, "1245319599", "1245319598"),
        (pack_checks.dea, "FH1234563", "FH1234562"),
        (pack_checks.kvnr, "A123456780", "A123456789"),
        (pack_checks.loinc, "4548-4", "4548-1"),
        (pack_checks.snomed, "73211009", "73211001"),
        (pack_checks.track_data, ";4111111111111111=2704101", ";4111111111111110=2704101"),
        (pack_checks.cloud_account, "739284610573", "123456789012"),
        (pack_checks.ticket_key, "PAY-1182", "CVE-2024"),
        (pack_checks.record_code, "H-48291", "2024-03-14"),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_check_digits_and_exceptions(check: pack_checks.Check, right: str, wrong: str) -> None:
    assert check(right) == len(right)
    assert check(wrong) == 0


@pytest.mark.parametrize("digit", "0123456789")
def test_an_identifier_has_one_check_digit(digit: str) -> None:
    assert bool(pack_checks.npi("124531959" + digit)) == (digit == "9")
    assert bool(pack_checks.dea("FH123456" + digit)) == (digit == "3")
    assert bool(pack_checks.kvnr("A12345678" + digit)) == (digit == "0")
