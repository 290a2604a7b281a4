"""`lacuna policy prove` for the configuration as loaded."""

from pathlib import Path

from lacuna.config import Settings
from lacuna.config.llm_settings import LlmSettings
from lacuna.domain.no_exit import prove
from lacuna.domain.policy import Source
from lacuna.wiring.house import house
from tests.surfaces.conftest import write_config
from tests.surfaces.running import lacuna

OPEN = """\
classification: {strategy: aggressive, layers: {llm: {enabled: true, endpoint: 'http://judge.internal:8000'}}}
routing: {PUBLIC: {local_rag: true, web_search: true, external_llm: true}}
web_search: {enabled: true, endpoint: 'http://127.0.0.1:8888'}
llm: {backend: openai, endpoint: 'https://api.example.com', model: m}
retrieval: {reranker: {backend: tei, endpoint: 'http://reranker.internal:8080'}}
"""


def test_the_most_open_configuration_lets_nothing_above_public_out(tmp_path: Path) -> None:
    config = write_config(tmp_path / "config", OPEN)
    done = lacuna("policy", "prove", cwd=tmp_path, env={"LACUNA_CONFIG_PATH": str(config)})
    assert done.code == 0, done.err
    assert "external_llm, web_search" in done.out
    assert "classification.layers.llm (judge.internal:8000)" in done.out
    assert "retrieval.reranker (reranker.internal:8080)" in done.out
    assert "Nothing above PUBLIC can leave" in done.out
    told = lacuna("policy", "prove", "--json", cwd=tmp_path, env={"LACUNA_CONFIG_PATH": str(config)}).json()
    assert told["holds"] is True
    assert told["states"] > told["evaluated"] > 1_000
    assert told["counterexamples"] == []


def test_a_local_model_at_a_public_address_would_be_named() -> None:
    """The configuration refuses it at the start; the proof does not rely on that."""
    settings = Settings()
    outside = LlmSettings.model_construct(backend="vllm", endpoint="http://8.8.8.8:8000", location="local")
    mutated = settings.model_copy(update={"llm": outside})
    assert house(settings).available == {Source.LOCAL_RAG}
    [counter] = prove(house(mutated)).counterexamples
    assert counter.destination == "llm"


def test_a_reranker_at_a_public_address_would_be_named() -> None:
    """It sees passages of every tier."""
    settings = Settings()
    reranker = settings.retrieval.reranker.model_copy(update={"backend": "tei", "endpoint": "http://8.8.8.8:8080"})
    retrieval = settings.retrieval.model_copy(update={"reranker": reranker})
    [counter] = prove(house(settings.model_copy(update={"retrieval": retrieval}))).counterexamples
    assert counter.destination == "retrieval.reranker"
