"""The model is an installed package that CI has; without it the tests that need it are skipped, in CI failed."""

from pathlib import Path

import pytest

from lacuna.adapters.embeddings.minilm import MiniLM, open_minilm
from lacuna.adapters.embeddings.minilm_files import CURE, ModelFiles, locate
from tests.conftest import IN_CI


@pytest.fixture(scope="session")
def model_files(tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    found = locate(tmp_path_factory.mktemp("nothing imported"))
    if found is None:
        report = pytest.fail if IN_CI else pytest.skip
        report(f"the embedding model is not installed: {CURE}")
    return found


@pytest.fixture(scope="session")
def models_dir(model_files: ModelFiles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds the graph that the first use builds."""
    return tmp_path_factory.mktemp("models with spaces")


@pytest.fixture(scope="session")
def minilm(models_dir: Path) -> MiniLM:
    return open_minilm(models_dir)
