"""The tool that runs conformance cases, on cases of our own."""

from typing import Any

import pytest

from tooling.rego_conformance import PASSED, built_ins, outcome, tables

MODULE = """package a

import rego.v1

p contains x if some x in data.xs

q := count(input.xs)

r := to_number(input.xs)
"""


def case(query: str, **more: Any) -> dict[str, Any]:
    return {"topic": "own", "modules": [MODULE], "data": {"xs": [2, 1]}, "query": query, **more}


@pytest.mark.parametrize(
    ("given", "came"),
    [
        (case("data.a.p = x", want_result=[{"x": [1, 2]}]), PASSED),
        (case("data.a.p = x", want_result=[{"x": [1]}]), "another answer"),
        (case("data.a.q = x", input={"xs": ['"', "\\"]}, want_result=[{"x": 2}]), PASSED),
        (case("data.a.q = x", want_result=[]), PASSED),
        (case("data.a.nothing = x", want_error="undefined"), "an error was expected"),
        (case("data.a.r = x", input={"xs": "a"}, want_error="number", strict_error=True), PASSED),
        (case("data.a.p = ", want_result=[]), "raised JSONDecodeError"),
    ],
)
def test_a_case_passes_where_the_answer_is_the_wanted_one(given: dict[str, Any], came: str) -> None:
    assert outcome(given) == came


def test_tables_name_topics_and_built_ins_by_what_passes() -> None:
    cases = [case("data.a.p = x"), case("count([1]) = x", modules=[])]
    assert built_ins(cases[0]) == {"count", "to_number"}
    told = tables(cases, [PASSED, "another answer"])
    assert told.startswith("1 of 2 cases pass (50.0 %), in 1 topics.")
    assert "| own | 2 | 1 | another answer (1) |" in told
    assert "every case passes: `to_number`." in told
    assert "do not pass: `count` (1 of 2)." in told
