"""The packaged model, where it is installed; CI has it."""

import pytest

from lacuna.adapters.classifiers.semantic.layer import SemanticLayer
from lacuna.adapters.embeddings.minilm import MiniLM, find_embedder
from lacuna.adapters.embeddings.minilm_files import CURE
from tests.conftest import IN_CI


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> MiniLM:
    found = find_embedder(tmp_path_factory.mktemp("models"))
    if found is None:
        report = pytest.fail if IN_CI else pytest.skip
        report(f"the embedding model is not installed: {CURE}")
    return found


@pytest.fixture(scope="session")
def layer(model: MiniLM) -> SemanticLayer:
    return SemanticLayer(model.embed, model.fingerprint)
