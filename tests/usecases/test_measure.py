"""Leaks, false alarms and their intervals are counted as the labels say."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.domain.errors import InvalidInput
from lacuna.domain.tiers import Tier
from lacuna.usecases.measure import LabelledText, Share, labelled, measure


def row(level: str, sensitive: bool | None, text: str, tier: Tier | None = None, source: str = "s") -> LabelledText:
    return LabelledText(f"{level}-{text}", source, level, sensitive, tier, text)


def by_name(text: str) -> Tier:
    return Tier.parse(text)


def test_leaks_alarms_and_disputed_rows_are_told_apart() -> None:
    rows = [
        row("explicit", True, "PUBLIC", Tier.PROPRIETARY),
        row("explicit", True, "INTERNAL", Tier.PROPRIETARY),
        row("explicit", True, "PROPRIETARY", Tier.PROPRIETARY),
        row("public", False, "PUBLIC"),
        row("unlisted_org", False, "INTERNAL"),
        row("lookalike", False, "PROPRIETARY"),
        row("attack", None, "INTERNAL"),
    ]
    measured = measure(rows, by_name)
    assert measured.explicit == Share(1, 3)
    assert measured.harmless == Share(1, 2)
    assert measured.lookalikes == Share(1, 1)
    levels = {part.name: part for part in measured.levels}
    assert levels["explicit"].below == Share(2, 3)
    assert levels["attack"].flagged == Share(1, 1)
    assert levels["attack"].alarms == Share(0, 0)
    assert [(miss.level, miss.tier) for miss in measured.misses] == [
        ("explicit", Tier.PUBLIC),
        ("unlisted_org", Tier.INTERNAL),
        ("lookalike", Tier.PROPRIETARY),
    ]


def test_the_worst_slice_comes_first() -> None:
    rows = [
        row("explicit", True, "PROPRIETARY", source="good"),
        row("explicit", True, "PUBLIC", source="bad"),
        row("public", False, "INTERNAL", source="noisy"),
    ]
    assert [part.name for part in measure(rows, by_name).sources] == ["bad", "noisy", "good"]


def test_a_miss_holds_no_text() -> None:
    measured = measure([row("explicit", True, "PUBLIC")], by_name)
    assert not hasattr(measured.misses[0], "text")


def test_no_rows_give_no_shares() -> None:
    measured = measure([], by_name)
    assert measured.explicit.value is None
    assert measured.explicit.interval is None


@given(st.integers(0, 200), st.integers(1, 200))
def test_the_interval_holds_the_share_and_stays_in_bounds(count: int, total: int) -> None:
    share = Share(min(count, total), total)
    assert share.interval is not None
    low, high = share.interval
    assert share.value is not None
    assert 0.0 <= low <= share.value + 1e-12
    assert share.value - 1e-12 <= high <= 1.0


def test_the_interval_is_wilsons() -> None:
    low, high = Share(1, 10).interval or (0.0, 0.0)
    assert (round(low, 4), round(high, 4)) == (0.0179, 0.4042)


def test_rows_are_read_and_other_objects_passed_over() -> None:
    good = {"id": "1", "source": "a", "text": "t", "labels": {"sensitive": None, "level": "x", "tier": None}}
    lines = [json.dumps(good), "", json.dumps({"_id": "a document"}), json.dumps({"text": 3, "labels": {}})]
    assert list(labelled(lines, "f")) == [LabelledText("1", "a", "x", None, None, "t")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 1 is not JSON"),
        ("[1]", "line 1 is no JSON object"),
        ('{"text": "t", "labels": {"sensitive": "yes"}}', "labels.sensitive"),
        ('{"text": "t", "labels": {"tier": "SECRET"}}', "labels.tier"),
    ],
)
def test_a_bad_line_is_named(line: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        list(labelled([line], "f"))
