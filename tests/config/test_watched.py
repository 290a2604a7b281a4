"""The terms file under watch: read when it has settled, never half, never forgotten."""

import os
from pathlib import Path

import pytest

from lacuna.config.watched import WatchedTerms
from lacuna.domain.errors import ConfigError
from lacuna.domain.terms import Term, TermSet

APOLLO = TermSet(projects=(Term("apollo"),))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "proprietary_terms.yaml"
    path.write_text("projects:\n  - apollo\n", encoding="utf-8")
    return path


def write(file: Path, text: str, second: int) -> None:
    """A change whose time stamp is `second`, however coarse the clock of the file system."""
    file.write_text(text, encoding="utf-8")
    os.utime(file, (second, second))


def settled(watched: WatchedTerms) -> TermSet | None:
    watched.look()
    return watched.look()


def test_the_file_of_the_start_is_no_change(file: Path) -> None:
    watched = WatchedTerms(file, APOLLO)
    assert [watched.look() for _ in range(4)] == [None] * 4


def test_a_change_is_read_once_and_only_when_it_has_settled(file: Path) -> None:
    watched = WatchedTerms(file, APOLLO)
    settled(watched)
    write(file, "projects:\n  - apollo\n  - ar", 1_000)
    assert watched.look() is None
    write(file, "projects:\n  - apollo\n  - ares\n", 1_001)
    assert watched.look() is None
    assert watched.look() == TermSet(projects=(Term("apollo"), Term("ares")))
    assert watched.look() is None


def test_a_new_time_without_new_content_is_no_change(file: Path) -> None:
    watched = WatchedTerms(file, APOLLO)
    settled(watched)
    os.utime(file, (5, 5))
    assert settled(watched) is None


def test_faults_stay_until_they_are_corrected(file: Path) -> None:
    watched = WatchedTerms(file, APOLLO)
    settled(watched)
    write(file, "projects: apollo\n", 1_000)
    watched.look()
    for _ in range(3):
        with pytest.raises(ConfigError) as caught:
            watched.look()
        assert caught.value.problems == ("proprietary_terms.yaml:1: projects: must be a list of terms",)
    write(file, "projects:\n  - apollo\n", 1_001)
    with pytest.raises(ConfigError):
        watched.look()
    assert watched.look() is None


def test_a_file_that_is_gone_is_a_fault_until_it_is_back(file: Path) -> None:
    watched = WatchedTerms(file, APOLLO)
    settled(watched)
    file.unlink()
    for _ in range(2):
        with pytest.raises(ConfigError, match="is gone"):
            watched.look()
    write(file, "projects:\n  - ares\n", 1_000)
    with pytest.raises(ConfigError):
        watched.look()
    assert watched.look() == TermSet(projects=(Term("ares"),))


def test_a_file_that_appears_later_is_read(tmp_path: Path) -> None:
    file = tmp_path / "proprietary_terms.yaml"
    watched = WatchedTerms(file, TermSet())
    assert settled(watched) is None
    write(file, "projects:\n  - ares\n", 1_000)
    assert settled(watched) == TermSet(projects=(Term("ares"),))
