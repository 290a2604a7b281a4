"""Which words of a question are looked up when looking up all would cost too much."""

import sqlite3
from collections.abc import Iterator

import pytest

from lacuna.adapters.vectors.frequencies import Frequencies

EVERYDAY, SOME, RARE, ABSENT = '"the"', '"valve"', '"zirconium"', '"absent"'


@pytest.fixture
def words() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5 (body, content='')")
    texts = ["the"] * 100 + ["the valve"] * 10 + ["the zirconium valve"]
    connection.executemany("INSERT INTO words (rowid, body) VALUES (?, ?)", enumerate(texts))
    yield connection
    connection.close()


def test_everything_is_looked_up_in_a_small_store(words: sqlite3.Connection) -> None:
    assert set(Frequencies().choose(words, 1, [EVERYDAY, SOME, RARE])) == {EVERYDAY, SOME, RARE}


def test_everyday_words_are_left_out_where_rarer_ones_decide(words: sqlite3.Connection) -> None:
    assert Frequencies(postings=50).choose(words, 1, [EVERYDAY, SOME, RARE]) == [RARE, SOME]


def test_a_question_of_everyday_words_is_still_asked(words: sqlite3.Connection) -> None:
    assert Frequencies(postings=50).choose(words, 1, [EVERYDAY]) == [EVERYDAY]


def test_a_word_that_was_absent_when_counted_is_still_looked_up(words: sqlite3.Connection) -> None:
    frequencies = Frequencies(postings=50)
    for change in (100, 105):
        assert ABSENT in frequencies.choose(words, change, [SOME, ABSENT])


def test_counts_follow_the_store(words: sqlite3.Connection) -> None:
    frequencies = Frequencies(postings=50)
    assert SOME in frequencies.choose(words, 10, [SOME, RARE])
    words.executemany("INSERT INTO words (rowid, body) VALUES (?, ?)", [(1_000 + n, "valve") for n in range(90)])
    assert SOME not in frequencies.choose(words, 20, [SOME, RARE])
