"""What a release consists of fits together."""

from pathlib import Path

import lacuna


def test_the_changelog_has_the_current_version(root: Path) -> None:
    assert f"## {lacuna.__version__}" in (root / "CHANGELOG.md").read_text()


def test_licence_and_notice_are_there(root: Path) -> None:
    assert "Apache License" in (root / "LICENSE").read_text()
    assert "python-stdnum" in (root / "NOTICE").read_text()


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(lacuna.__file__).parent / "py.typed").exists()
