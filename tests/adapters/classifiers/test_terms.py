"""Organisation terms match in every spelling and never inside another word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.classifiers.boundaries import ends_word, starts_word
from lacuna.adapters.classifiers.compiled import words as words_of
from lacuna.adapters.classifiers.decoding import rot13
from lacuna.adapters.classifiers.folding import fold
from lacuna.adapters.classifiers.terms import TermIndex, TermSet
from lacuna.domain.errors import ConfigError
from lacuna.domain.terms import Match, Term
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


def plainly(entries: list[str], folded: str) -> set[tuple[int, int]]:
    """Every place where a term stands, by trying all of them: words of the term with any separators in between."""
    found = set()
    for entry in entries:
        wanted = "".join(words_of(entry)).lower()
        joints, place = set(), 0
        for word in words_of(entry):
            place += len(word)
            joints.add(place)
        for start in range(len(folded)):
            at, end = 0, start
            while end < len(folded) and at < len(wanted):
                if folded[end].lower() == wanted[at]:
                    at += 1
                elif folded[end] not in " \t\n\r_-./\\+" or at not in joints:
                    break
                end += 1
            if at == len(wanted) and starts_word(folded, start) and ends_word(folded, end):
                found.add((start, end))
    return found


LETTERS = "abAB1_ -.'#\u30a2\uc544\u0436\u4e00"
entries = st.lists(
    st.text(LETTERS, min_size=2, max_size=6).filter(lambda text: any(map(str.isalnum, text))), min_size=1, max_size=5
)


@given(entries, st.text(LETTERS, max_size=30))
def test_the_index_finds_what_trying_every_place_finds(terms: list[str], text: str) -> None:
    everywhere = plainly(terms, text)
    longest = {(s, e) for s, e in everywhere if not any(a <= s and e <= b and (a, b) != (s, e) for a, b in everywhere)}
    found = TermIndex.build(TermSet(projects=tuple(terms))).find(text)
    assert {(m.start, m.end) for m in found} == longest


HOMONYMS = TermIndex.build(
    TermSet(
        projects=(
            "Echo",
            "Zarquon",
            Term("Nova", match=Match.ALWAYS),
            Term("Ivy", match=Match.CONTEXT),
            Term("GoLd dust", match=Match.CASE_SENSITIVE),
        ),
        customers=("Apple", Term("Orange County Foods", ("orange",))),
        internal_terms=("confidential",),
        public=("Apple pie",),
    )
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the Echo slipped", ["ORG.PROJECT"]),
        ("ECHO", ["ORG.PROJECT"]),
        ("EchoTeam", ["ORG.PROJECT"]),
        ("what is the budget of echo", ["ORG.PROJECT"]),
        ("der Stand im Projekt echo", ["ORG.PROJECT"]),
        ("\u0434\u043b\u044f \u043f\u0440\u043e\u0435\u043a\u0442\u0430 echo", ["ORG.PROJECT"]),
        ("echo\u306e\u30d7\u30ed\u30b8\u30a7\u30af\u30c8", ["ORG.PROJECT"]),
        ("an echo in the cave", []),
        ("any news on echo?", ["ORG.PROJECT"]),
        ("der echo", []),
        ("was the echo loud?", []),
        ("is the echo deck done?", ["ORG.PROJECT"]),
        ("zarquon", ["ORG.PROJECT"]),
        ("a nova in the sky", ["ORG.PROJECT"]),
        ("Ivy grows on the wall", []),
        ("the Ivy launch", ["ORG.PROJECT"]),
        ("gold dust in the air", []),
        ("Gold Dust", []),
        ("GoLd-dust", ["ORG.PROJECT"]),
        ("GOLD DUST", ["ORG.PROJECT"]),
        ("confidential", ["ORG.TERM"]),
        ("an apple a day", []),
        ("Apple called", ["ORG.CUSTOMER"]),
        ("Apple pie and Apple", ["ORG.CUSTOMER"]),
        ("orange county foods", ["ORG.CUSTOMER"]),
        ("peel an orange", []),
    ],
)
def test_a_term_that_is_a_common_word_needs_a_sign_that_it_is_meant(text: str, expected: list[str]) -> None:
    assert [match.group.kind for match in HOMONYMS.find(fold(text))] == expected


def test_the_looser_of_two_entries_counts() -> None:
    index = TermIndex.build(TermSet(projects=("Echo", Term("echo", match=Match.ALWAYS)), internal_terms=("Apple",)))
    assert [m.group.kind for m in index.find("an echo and an apple")] == ["ORG.PROJECT", "ORG.TERM"]
    both = TermIndex.build(TermSet(customers=("Apple",), internal_terms=("apple",)))
    assert [m.group.tier for m in both.find("an apple")] == [Tier.PROPRIETARY]


def test_a_phrase_that_is_a_term_does_not_shield_it() -> None:
    index = TermIndex.build(TermSet(projects=("Nova Scotia",), public=("nova scotia",)))
    assert [m.group.kind for m in index.find("Nova Scotia")] == ["ORG.PROJECT"]


WORDS = tuple(
    "a ab abc nova apollo \u043f\u0440\u043e\u0435\u043a\u0442 \u673a\u5bc6 \U0001d6a8\U00020000 x9 4711".split()
)
NAMES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map("_".join)


@given(
    st.lists(NAMES, min_size=1, max_size=6), st.lists(st.sampled_from(WORDS) | NAMES | st.text(max_size=6), max_size=9)
)
def test_a_silent_text_holds_no_term_as_it_stands_or_rotated(names: list[str], pieces: list[str]) -> None:
    index = TermIndex.build(TermSet(projects=tuple(name for name in names if len(name) > 1)))
    for joint in (" ", "", "_", "Q", ", "):
        for text in (joint.join(pieces), joint.join(map(str.title, pieces)), rot13(joint.join(pieces))):
            folded = fold(text)
            if index.is_silent(folded):
                assert not index.find(folded)
                assert not index.find(rot13(folded))


def test_most_texts_are_silent() -> None:
    """Otherwise the terms would be searched for in every text, at several times the cost."""
    index = TermIndex.build(TermSet(projects=tuple(f"name{number} of number {number}" for number in range(500))))
    assert index.is_silent("What is the capital of the country with the largest lake in the world?")
    assert index.is_silent("iPhone 15 and \u043a\u0430\u043a \u0434\u0435\u043b\u0430 of 500 years")
    assert not index.is_silent("anzr7 bs ahzore 7")
