"""What the documentation is held against: its pages and the real command tree."""

from pathlib import Path
from typing import Any

import pytest

from tests.docs.blocks import Page, pages

ROOT = Path(__file__).resolve().parents[2]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`page` is every page of the documentation, one test each."""
    if "page" in metafunc.fixturenames:
        found = pages(ROOT)
        metafunc.parametrize("page", found, ids=[page.name for page in found])


@pytest.fixture(scope="session")
def every_page() -> list[Page]:
    return pages(ROOT)


@pytest.fixture(scope="session")
def tree() -> Any:
    """The root of the command tree that `lacuna` runs."""
    from lacuna.cli import app

    return app.tree()
