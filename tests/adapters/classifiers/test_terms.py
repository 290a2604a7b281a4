"""Organisation terms match in every spelling and never inside another word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.classifiers.folding import fold
from lacuna.adapters.classifiers.terms import TermIndex, TermSet
from lacuna.domain.errors import ConfigError
from lacuna.domain.tiers import Tier

INDEX = TermIndex.build(
    TermSet(
        projects=(
            "project_apollo",
            "Ares",
            "Zephyr-7",
            "\u30a2\u30dd\u30ed",
            "\uc544\ud3f4\ub85c",
            "Titan Core",
            "Titan",
        ),
        customers=("customer_alpha", "Hill Inc."),
        internal_terms=("Atlas Corp",),
        public=("Ares Games",),
    )
)


def kinds(text: str) -> list[str]:
    return [match.group.kind for match in INDEX.find(fold(text))]


@pytest.mark.parametrize(
    "spelling",
    [
        "project_apollo",
        "Project Apollo",
        "project-apollo",
        "ProjectApollo",
        "PROJECT APOLLO",
        "project.apollo",
        "projectapollo",
        "Project\nApollo",
        "Project  -  Apollo",
        "project/apollo",
        "PROJECT_APOLLO_2",
        "ProjectApolloTeam",
        "myProjectApollo",
        "project_apollo's",
        "\u300cproject_apollo\u300d",
        "\uff30roject \uff21pollo",
        "Pr\u043eject A\u200bpollo",
        "pr\u00f3ject apollo",
        "project_apollo2024",
        "/srv/project-apollo/x.txt",
    ],
)
def test_a_term_matches_in_every_spelling(spelling: str) -> None:
    assert kinds(f"about {spelling} today") == ["ORG.PROJECT"]


@pytest.mark.parametrize(
    "text",
    [
        "shares",
        "Antares",
        "aresta",
        "projectapollox",
        "subproject_apollonian",
        "customer_alphabet",
        "Zephyr-77",
        "hill income",
        "project, apollo",
        "",
    ],
)
def test_a_term_does_not_match_inside_another_word(text: str) -> None:
    assert kinds(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "\u65b0\u30a2\u30dd\u30ed\u8a08\u753b",
        "\u30a2\u30dd\u30ed\u306e\u8cc7\u6599",
        "\uc544\ud3f4\ub85c\ub294 \uc5b4\ub514",
        "Ares\u306e\u8cc7\u6599",
        "\u8bf7\u8bf4\u660eAres\u9879\u76ee",
    ],
)
def test_word_ends_are_right_in_scripts_without_spaces(text: str) -> None:
    assert kinds(text) == ["ORG.PROJECT"]


def test_the_longest_of_overlapping_terms_counts_and_a_short_one_is_not_lost() -> None:
    both = INDEX.find("Titan Core and Titan Corelli")
    assert [(m.start, m.end) for m in both] == [(0, 10), (15, 20)]


def test_a_public_phrase_shields_the_term_inside_it_only() -> None:
    assert kinds("Ares Games sells board games") == []
    assert kinds("Ares Games and Ares") == ["ORG.PROJECT"]


def test_each_list_has_its_kind_and_tier() -> None:
    found = INDEX.find("Ares, Hill Inc. and ATLAS CORP")
    assert [(m.group.kind, m.group.tier) for m in found] == [
        ("ORG.PROJECT", Tier.PROPRIETARY),
        ("ORG.CUSTOMER", Tier.PROPRIETARY),
        ("ORG.TERM", Tier.INTERNAL),
    ]


@pytest.mark.parametrize("entry", ["", "  ", "---", "\u200b"])
def test_a_term_without_letters_is_refused(entry: str) -> None:
    with pytest.raises(ConfigError, match=r"Entry 2 of terms\.projects"):
        TermIndex.build(TermSet(projects=("good", entry)))


def test_no_terms_find_nothing() -> None:
    assert TermIndex.build(TermSet()).find("project apollo") == []


words = st.text(st.sampled_from("abcdefgh"), min_size=2, max_size=6)


@given(
    st.lists(words, min_size=1, max_size=4),
    st.lists(st.sampled_from(["_", " ", "-", ".", "  ", "\n"]), min_size=3, max_size=3),
)
def test_any_separators_between_the_words_match(parts: list[str], separators: list[str]) -> None:
    index = TermIndex.build(TermSet(projects=("_".join(parts),)))
    text = parts[0] + "".join(separator + part for separator, part in zip(separators, parts[1:], strict=False))
    assert [(m.start, m.end) for m in index.find(f"! {text.upper()} !")] == [(2, 2 + len(text))]


@given(words, words, words)
def test_a_term_within_letters_of_its_own_case_never_matches(before: str, term: str, after: str) -> None:
    index = TermIndex.build(TermSet(projects=(f"x{term}x",)))
    assert index.find(f"{before}x{term}x{after}") == []
