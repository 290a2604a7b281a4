"""proprietary_terms.yaml: what a term may be, and what is said of the others."""

import pytest

from lacuna.domain.terms import Match, Term
from tests.config.conftest import Faults, Folder


def test_an_entry_is_a_text_or_a_name_with_aliases(folder: Folder) -> None:
    terms = folder.load(
        terms="""\
        projects:
          - project_apollo
          - name: Project Artemis
            aliases: [PA-7, "  moonshot "]
          - {name: nautilus}
        customers: [机密客户, 4711, no]
        internal_terms:
        """
    ).terms
    assert terms.projects == (
        Term("project_apollo"),
        Term("Project Artemis", ("PA-7", "moonshot")),
        Term("nautilus"),
    )
    assert terms.customers == (Term("机密客户"), Term("4711"), Term("no"))
    assert terms.internal_terms == ()
    assert Term("Project Artemis", ("PA-7", "moonshot")).spellings == ("Project Artemis", "PA-7", "moonshot")
    assert len(terms) == 6


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("project: [apollo]", '1: project: unknown key; did you mean "projects"?'),
        ("public_terms: [x]", "1: public_terms: unknown key; "),
        ("projects: apollo", "1: projects: must be a list of terms"),
        ("- apollo", "1: must hold lists: projects, customers, internal_terms"),
        ("projects:\n  - apollo\n  - ''", "3: projects[1]: is empty"),
        ("projects:\n  - apollo\n  -", "3: projects[1]: is empty"),
        ("projects:\n  - x", "2: projects[0]: is shorter than 2 characters and would match everywhere"),
        ("projects:\n  - '--'", "2: projects[0]: holds no letter or digit"),
        ("projects:\n  - " + "x" * 201, "2: projects[0]: is longer than 200 characters"),
        ('projects:\n  - "a\\nb"', "2: projects[0]: holds a line break or control character"),
        ("projects:\n  - [a]", "2: projects[0]: must be a text"),
        ("projects:\n  - {aliases: [ab]}", "2: projects[0]: has no name"),
        ("projects:\n  - {name: ab, alias: [cd]}", '2: projects[0].alias: unknown key; did you mean "aliases"?'),
        ("projects:\n  - {name: ab, aliases: cd}", "2: projects[0].aliases: must be a list of terms"),
        ("projects:\n  - name: ab\n    aliases:\n      - c", "4: projects[0].aliases[0]: is shorter than 2"),
        (
            "projects:\n  - name: ab\n    match: contextual",
            "3: projects[0].match: must be one of automatic, always, context",
        ),
        ("projects:\n  - {name: ab, match: [x]}", "2: projects[0].match: must be one of automatic, always"),
        ("public_phrases:\n  - {name: ab}", "2: public_phrases[0]: must be a text"),
    ],
)
def test_an_entry_that_is_no_term_is_refused_with_its_line(faults: Faults, text: str, line: str) -> None:
    (problem,) = faults(terms=text)
    assert problem.startswith(f"proprietary_terms.yaml:{line}")


def test_a_repetition_counts_once_and_is_said_aloud(folder: Folder) -> None:
    loaded = folder.load(terms="projects:\n  - Project Apollo\n  - project_apollo\n  - {name: ab, aliases: [AB, cd]}\n")
    assert loaded.terms.projects == (Term("Project Apollo"), Term("ab", ("cd",)))
    assert loaded.warnings == (
        "proprietary_terms.yaml:3: projects[1]: repeats the term in line 2",
        "proprietary_terms.yaml:4: projects[2].aliases[0]: repeats the term in line 4",
    )


def test_an_alias_survives_when_its_name_is_a_repetition(folder: Folder) -> None:
    terms = folder.load(terms="projects: [apollo, {name: Apollo, aliases: [moonshot]}]").terms
    assert terms.projects == (Term("apollo"), Term("moonshot"))


def test_a_term_in_two_lists_stays_in_both(folder: Folder) -> None:
    loaded = folder.load(terms="projects:\n  - apollo\ninternal_terms:\n  - Apollo\n")
    assert len(loaded.terms) == 2
    assert loaded.warnings == (
        "proprietary_terms.yaml:4: internal_terms[0]: is also under projects in line 2; the higher tier counts",
    )


def test_an_entry_says_when_it_counts(folder: Folder) -> None:
    terms = folder.load(
        terms="projects:\n  - {name: Echo, match: Always}\n  - {name: Ivy, match: context}\n"
        "  - name: GoLd\n    match: case_sensitive\n  - {name: Nova, match: }\n"
    ).terms
    assert terms.projects == (
        Term("Echo", (), Match.ALWAYS),
        Term("Ivy", (), Match.CONTEXT),
        Term("GoLd", (), Match.CASE_SENSITIVE),
        Term("Nova"),
    )


def test_a_repetition_with_another_match_is_not_lost(folder: Folder) -> None:
    loaded = folder.load(terms="projects:\n  - Echo\n  - {name: echo, match: always}\n")
    assert loaded.terms.projects == (Term("Echo"), Term("echo", (), Match.ALWAYS))
    assert loaded.warnings == (
        "proprietary_terms.yaml:3: projects[1].name: repeats the term in line 2 with another match; the looser counts",
    )


def test_public_phrases_are_plain_texts(folder: Folder) -> None:
    assert folder.load(terms="projects: [Nova]\npublic_phrases:\n  - Nova Scotia\n").terms.public == ("Nova Scotia",)
