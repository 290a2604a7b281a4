"""Examples: the shipped bank and an organisation's own file."""

from collections import Counter

import pytest

from lacuna.adapters.classifiers.semantic.examples import (
    MAX_EXAMPLES,
    Example,
    bank_digest,
    parse_examples,
    shipped_bank,
)
from lacuna.adapters.classifiers.semantic.head import shipped_head
from lacuna.domain.errors import ConfigError
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


def test_own_examples_are_read() -> None:
    content = "- text: Which kiln do we use?\n  tier: INTERNAL\n- {text: What is a kiln?, tier: public}\n"
    assert parse_examples(content, "glazes.yaml") == (
        Example("Which kiln do we use?", Tier.INTERNAL),
        Example("What is a kiln?", Tier.PUBLIC),
    )
    assert parse_examples("", "empty.yaml") == ()


@pytest.mark.parametrize(
    "content",
    [
        "text: no list",
        "- text: no tier",
        "- {text: x, tier: SECRET}",
        "- {text: '', tier: PUBLIC}",
        "- {text: 3, tier: PUBLIC}",
        "- {text: x, tier: 1}",
        "- {text: x, tier: PUBLIC, note: y}",
        "- just text",
        "- {text: [unclosed",
        "- {text: '" + "x" * 5_000 + "', tier: PUBLIC}",
        "- {text: x, tier: PUBLIC}\n" * (MAX_EXAMPLES + 1),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_name(content: str) -> None:
    with pytest.raises(ConfigError, match=r"glazes\.yaml") as caught:
        parse_examples(content, "glazes.yaml")
    assert caught.value.cure


def test_refusals_name_the_entry_and_not_the_text() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_examples("- {text: fine, tier: PUBLIC}\n- {text: hushhush, tier: NONE}\n", "f.yaml")
    assert caught.value.problems == ("f.yaml: entry 2: its tier is unknown",)
    assert "hushhush" not in f"{caught.value} {caught.value.problems}"
