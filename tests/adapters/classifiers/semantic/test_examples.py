"""The shipped bank of examples."""

from collections import Counter

from lacuna.adapters.classifiers.semantic.examples import bank_digest, shipped_bank
from lacuna.adapters.classifiers.semantic.head import shipped_head
from lacuna.domain.tiers import Tier

BANK = shipped_bank()


def test_bank_holds_many_examples_of_every_tier_and_language() -> None:
    groups = {(e.group, e.tier) for e in BANK}
    tiers = Counter(tier for _, tier in groups)
    assert tiers[Tier.PUBLIC] >= 300
    assert tiers[Tier.INTERNAL] >= 300
    assert tiers[Tier.PROPRIETARY] >= 100
    assert len({e.language for e in BANK if e.tier is Tier.PUBLIC} & {e.language for e in BANK if e.tier > 0}) >= 20


def test_no_text_stands_under_two_tiers() -> None:
    tiers: dict[str, set[Tier]] = {}
    for e in BANK:
        tiers.setdefault(e.text, set()).add(e.tier)
    assert [text for text, found in tiers.items() if len(found) > 1] == []


def test_every_slot_is_filled() -> None:
    assert not [e.text for e in BANK if "{country}" in e.text or "{name}" in e.text or "{sys}" in e.text]


def test_shipped_head_was_trained_on_the_shipped_bank() -> None:
    head = shipped_head("all-MiniLM-L6-v2:53aa51172d14:int8")
    assert head.bank == bank_digest(BANK), "run: python -m tooling.train_semantic"
