"""Which paths are wanted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.sources.patterns import wanted
from lacuna.ports.plugins import OptionFault


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*.md", "a.md", True),
        ("*.md", "deep/down/a.md", True),
        ("docs/*.md", "docs/a.md", True),
        ("docs/*.md", "docs/deep/a.md", False),
        ("docs/**", "docs/deep/a.md", True),
        ("docs/**/a.md", "docs/a.md", True),
        ("/docs/a.md", "docs/a.md", True),
        ("a?.md", "ab.md", True),
        ("a?.md", "a/.md", False),
        ("a.md", "axmd", False),
    ],
)
def test_patterns_are_those_of_a_shell(pattern: str, path: str, matches: bool) -> None:
    assert wanted([pattern], [])(path) is matches
    assert wanted([], [pattern])(path) is not matches


@given(st.text(min_size=1, max_size=30), st.text(max_size=30))
def test_any_pattern_is_decided(pattern: str, path: str) -> None:
    assert wanted([pattern], [])(path) in (True, False)
    assert not wanted([], ["**"])(path)


def test_empty_and_endless_patterns_are_refused() -> None:
    for pattern in ("", "x" * 1_000):
        with pytest.raises(OptionFault):
            wanted([pattern], [])
