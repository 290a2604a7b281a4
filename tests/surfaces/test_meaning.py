"""What a question is about, through the public door: shipped knowledge, own examples, the corpus, and their changes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.surfaces.conftest import write_config
from tests.surfaces.running import Server, lacuna
from tests.surfaces.test_terms_surface import eventually

CONFIG = "classification: {strategy: conservative}\n"
RUNBOOK = (
    "The kiln controller of hall 3 reads the thermocouples every two seconds. If a thermocouple fails, switch the kiln "
    "controller to manual and lower the gas valve by hand."
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("meaning")
    config = write_config(folder / "config", CONFIG, "")
    with Server(folder / "data", folder, env={"LACUNA_CONFIG_PATH": str(config)}) as running:
        yield running


def classified(server: Server, query: str) -> dict[str, Any]:
    answer = server.client.post("/api/v1/classify", json={"query": query})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def rules(server: Server, query: str) -> set[str]:
    return {finding["rule"] for finding in classified(server, query)["findings"]}


def test_general_knowledge_is_public_and_own_affairs_are_not(server: Server) -> None:
    public = classified(server, "Who painted the ceiling of the Sistine Chapel?")
    assert (public["tier"], public["layer"]) == ("PUBLIC", "embedding")
    internal = classified(server, "Move my call with Henrik to next Thursday and tell our sales team")
    assert internal["tier"] == "INTERNAL"
    assert "SEMANTIC.EXAMPLE" in internal["tags"]


def test_readiness_names_the_layer(server: Server) -> None:
    assert server.client.get("/ready").json()["parts"]["embedding_layer"]["state"] == "ok"


def test_own_examples_count_without_a_restart_and_faults_change_nothing(server: Server) -> None:
    query = "which schedule do the potters use for celadon?"
    assert "example.organisation" not in rules(server, query)
    examples = server.cwd / "config" / "examples"
    examples.mkdir()
    (examples / "kiln.yaml").write_text(f"- {{text: '{query}', tier: PROPRIETARY}}\n", encoding="utf-8")
    assert eventually(lambda: "example.organisation" in rules(server, query))
    assert classified(server, query)["tier"] == "PROPRIETARY"
    (examples / "kiln.yaml").write_text("- {text: x, tier: nothing}\n", encoding="utf-8")
    assert eventually(lambda: server.client.get("/ready").json()["parts"]["embedding_layer"]["state"] == "failed")
    assert "example.organisation" in rules(server, query)
    (examples / "kiln.yaml").unlink()
    assert eventually(lambda: "example.organisation" not in rules(server, query))


def test_a_question_about_a_protected_document_is_known_from_the_next_question_on(server: Server) -> None:
    query = "what does the kiln controller do when a thermocouple fails"
    assert "corpus.near" not in rules(server, query)
    stored = server.client.post(
        "/api/v1/documents", json={"text": RUNBOOK, "title": "Kiln", "tier": "INTERNAL", "groups": ["pottery"]}
    )
    assert stored.status_code in (200, 201), stored.text
    found = classified(server, query)
    assert "SEMANTIC.CORPUS" in found["tags"]
    document = stored.json()["document_id"]
    raised = server.client.patch(f"/api/v1/documents/{document}", json={"tier": "PROPRIETARY"})
    assert raised.status_code == 200, raised.text
    assert classified(server, query)["tier"] == "PROPRIETARY"
    assert server.client.delete(f"/api/v1/documents/{document}").status_code in (200, 204)
    assert "corpus.near" not in rules(server, query)


def test_a_layer_of_another_model_is_refused_by_name(tmp_path: Path) -> None:
    config = "classification: {layers: {embedding: {model: BAAI/bge-large-en-v1.5}}}\n"
    folder = write_config(tmp_path / "config", config, "")
    done = lacuna("classify", "hello", cwd=tmp_path, env={"LACUNA_CONFIG_PATH": str(folder)})
    assert done.code != 0
    assert "classification.layers.embedding.model" in done.out + done.err
