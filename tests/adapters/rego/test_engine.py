"""The engine called directly gives back what it was given, whatever texts hold, and refuses what it would change."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacuna.adapters.rego.engine import Compiled, EvaluationFailed

MODULE = """package p

import rego.v1

whole := input

nothing := input.absent.field

same if input.a == input.b

decision := {"deny": deny}

deny contains {"reason": sprintf("not for %s", [input.name]), "rule": "all"}

cut := substring(input.name, 0, 6)

loop := round

round := loop
"""
ENTRIES = tuple(f"p/{name}" for name in ("whole", "nothing", "same", "decision", "cut", "loop"))

texts = st.text(st.characters(codec="utf-8"), max_size=8) | st.text('"\\ab{}[],:/\n', max_size=12)
documents: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    return Compiled([("p.rego", MODULE)], "{}", ENTRIES)


@settings(deadline=None)
@given(document=st.dictionaries(texts, documents, max_size=4))
def test_a_value_is_what_was_given(compiled: Compiled, document: dict[str, Any]) -> None:
    assert compiled.ask("p/whole", document) == document


@settings(deadline=None)
@given(name=texts, other=texts)
def test_texts_are_equal_where_they_are(compiled: Compiled, name: str, other: str) -> None:
    assert compiled.ask("p/same", {"a": name, "b": other}) is (True if name == other else None)
    assert compiled.ask("p/same", {"a": name, "b": name}) is True


@settings(deadline=None)
@given(name=texts)
def test_a_text_stays_within_the_text_that_a_rule_makes_of_it(compiled: Compiled, name: str) -> None:
    assert compiled.ask("p/decision", {"name": name}) == {"deny": [{"reason": f"not for {name}", "rule": "all"}]}


def test_a_text_cannot_take_the_place_of_a_denial(compiled: Compiled) -> None:
    """The package's own inputs let it: the answer had a second, empty `deny`."""
    name = 'x","rule":"r"}],"deny":[],"more":[{"reason":"a'
    assert compiled.ask("p/decision", {"name": name})["deny"][0]["rule"] == "all"
    with pytest.raises(EvaluationFailed):
        compiled.ask("p/cut", {"name": '12345"'})


def test_what_is_undefined_has_no_value_and_what_cannot_be_decided_is_an_error(compiled: Compiled) -> None:
    assert compiled.ask("p/nothing", {"a": 1}) is None
    with pytest.raises(EvaluationFailed):
        compiled.ask("p/loop", {})
    assert compiled.ask("p/whole", {"a": 1}) == {"a": 1}


@pytest.mark.parametrize("document", [{"a": 2**63}, {"a": -(2**63) - 1}, {"a": object()}])
def test_what_the_engine_would_change_is_refused(compiled: Compiled, document: dict[str, Any]) -> None:
    with pytest.raises(EvaluationFailed):
        compiled.ask("p/whole", document)
