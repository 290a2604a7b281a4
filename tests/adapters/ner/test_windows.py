"""Windows cover the text; answers from overlapping windows come out once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.ner.packages import installed
from lacuna.adapters.ner.windows import merged, windows
from lacuna.domain.errors import ConfigError
from lacuna.ports.ner import Entity


@given(st.text(alphabet="ab \n", max_size=400), st.integers(20, 80), st.integers(2, 10))
def test_windows_cover_the_text_and_overlap(text: str, size: int, overlap: int) -> None:
    reached, last_start = 0, -1
    for start, window in windows(text, size, overlap):
        assert text[start : start + len(window)] == window
        assert len(window) <= size
        assert start <= reached
        assert start > last_start
        reached, last_start = start + len(window), start
    assert reached == len(text)


@given(st.integers(0, 300), st.text(alphabet="xy ", min_size=360, max_size=360))
def test_what_is_shorter_than_half_the_overlap_is_whole_in_a_window(at: int, text: str) -> None:
    marked = text[:at] + "#####" + text[at:]
    assert any("#####" in window for _, window in windows(marked, 60, 20))


def test_an_entity_is_given_once_with_its_best_score_and_in_order() -> None:
    found = [Entity("PII.PERSON", 9, 12, 0.5), Entity("PII.PERSON", 0, 8, 0.6), Entity("PII.PERSON", 0, 8, 0.9),
             Entity("PII.PERSON", 2, 8, 0.9), Entity("OTHER.ORG", 2, 8, 0.3)]  # fmt: skip
    assert list(merged(found)) == [
        Entity("PII.PERSON", 0, 8, 0.9), Entity("OTHER.ORG", 2, 8, 0.3), Entity("PII.PERSON", 9, 12, 0.5)
    ]  # fmt: skip


def test_a_package_that_is_not_installed_is_a_configuration_error_with_its_extra() -> None:
    with pytest.raises(ConfigError, match="no_such_package_anywhere") as refused:
        installed("no_such_package_anywhere", "ner-spacy")
    assert "lacuna[ner-spacy]" in refused.value.cure
