"""How texts and questions become words of the index."""

from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.vectors.words import MAX_WORDS, indexed, queried


def test_words_are_quoted_once_each_in_order() -> None:
    assert queried("Which valve, which PUMP?") == ['"which"', '"valve"', '"pump"']


def test_names_in_code_fall_into_their_words() -> None:
    assert queried("project_apollo token-refresh a.b") == [
        '"project"',
        '"apollo"',
        '"token"',
        '"refresh"',
        '"a"',
        '"b"',
    ]


def test_unspaced_scripts_become_pairs() -> None:
    assert indexed("API\u6771\u4eac\u90fd").split() == ["API", "\u6771\u4eac", "\u4eac\u90fd"]
    assert queried("\u6771\u4eac\u90fd") == ['"\u6771\u4eac"', '"\u4eac\u90fd"']
    assert queried("\u90fd") == ['"\u90fd"*']


def test_a_question_has_a_limit() -> None:
    assert len(queried(" ".join(f"w{n}" for n in range(10 * MAX_WORDS)))) == MAX_WORDS


@given(st.text())
def test_no_character_can_leave_its_quotes(question: str) -> None:
    for word in queried(question):
        body = word.removesuffix("*")
        assert body[0] == body[-1] == '"'
        assert '"' not in body[1:-1]
        assert body[1:-1].strip() == body[1:-1] != ""
