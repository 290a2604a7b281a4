"""Names through the heuristic layer: beside something personal they count, alone they do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.classifiers import names
from lacuna.adapters.classifiers.heuristic import HeuristicLayer
from lacuna.domain.classification import Question
from lacuna.domain.terms import TermSet

LAYER = HeuristicLayer(TermSet())


def found(text: str) -> set[str]:
    """What the name rules mark in the text."""
    findings = LAYER.examine(Question(text)).findings
    return {text[f.start : f.end] for f in findings if f.kind == "PII.PERSON"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Patient Ida Holm is allergic to penicillin.", "Ida Holm"),
        ("My wife Ingrid needs a new insurance card", "Ingrid"),
        ("Raise the salary of Jonas Brandt to 4,000 from May", "Jonas Brandt"),
        ("Why was the card of Mrs Okafor declined?", "Mrs Okafor"),
        ("Frau van der Berg hat sich über die Rechnung beschwert", "Frau van der Berg"),
        ("Le patient Paul Girard est allergique", "Paul Girard"),
        ("La paciente Lucía Ferrer espera su cita", "Lucía Ferrer"),
        ("Il nostro cliente Marco De Santis aspetta il rimborso", "Marco De Santis"),
        ("De heer Jansen wil zijn contract opzeggen", "heer Jansen"),
        ("Pani Nowak złożyła reklamację", "Pani Nowak"),
        ("Пациент Иван Смирнов не переносит пенициллин", "Иван Смирнов"),
        ("Ingrid O'Neill-Solberg has been on sick leave since Monday", "Ingrid O'Neill-Solberg"),
        ("Kind regards,\nIda Holm\n", "Ida Holm"),
    ],
)
def test_a_name_beside_something_personal_is_found_exactly(text: str, name: str) -> None:
    assert name in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Who was Marie Curie?",
        "Marie Curie died of aplastic anaemia in 1934.",
        "Can you explain how Alexander Fleming discovered the medicine?",
        "Write a short biography of Emily Dickinson, who was treated by a doctor for depression.",
        "Please summarise the novel by Thomas Mann about a hospital in Davos.",
        "Ada Lovelace and Charles Babbage designed the engine.",
        "Wer erfand den Dieselmotor, Rudolf Diesel oder Carl Benz?",
        "Qui était Victor Hugo ?",
        "¿Quién fue Frida Kahlo?",
        "The customer success team called the client support desk about the order history.",
        "Mr. Darcy and Elizabeth Bennet are characters of Jane Austen.",
        "New York and San Francisco have rent control.",
        "Dear Sir or Madam,\n\nplease find the form attached.",
        "Best regards,\nThe Support Team",
    ],
)
def test_a_name_alone_or_with_public_matters_is_no_finding(text: str) -> None:
    assert found(text) == set()


@pytest.mark.parametrize(
    ("candidate", "name"),
    [
        ("Ida Holm", "Ida Holm"),
        ("Ida Holm Monday", "Ida Holm"),
        ("Karen White", "Karen White"),
        ("Dr. Okafor", "Dr. Okafor"),
        ("Frau von der Heide", "Frau von der Heide"),
        ("Jan van den Berg", "Jan van den Berg"),
        ("Ida", "Ida"),
        ("Anna-Lena", "Anna-Lena"),
        ("Success Team", ""),
        ("Zanzibria", ""),
        ("GitHub Actions", ""),
        ("Monday", ""),
        ("Dr.", ""),
        ("", ""),
    ],
)
def test_a_name_at_the_start_ends_where_other_words_begin(candidate: str, name: str) -> None:
    assert candidate[: names.at_start(candidate)] == name


def test_the_end_of_a_candidate_is_whose_something_is() -> None:
    assert names.at_end("Raise Ida Holm") == len("Raise Ida Holm")
    assert names.at_end("Ida Holm and Office") == 0
    assert names.at_end("Update Zanzibria") == 0


@given(st.text(max_size=60))
def test_what_is_accepted_is_within_the_candidate(candidate: str) -> None:
    for check in names.NAME_CHECKS.values():
        assert 0 <= check(candidate) <= len(candidate)
