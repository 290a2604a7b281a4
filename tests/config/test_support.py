"""What this version has no back end for is named, and so is what development mode refuses."""

import pytest

from lacuna.config import production_settings, unsupported
from tests.config.conftest import Folder


@pytest.mark.parametrize(
    ("config", "key"),
    [
        ("logging: {loki_url: 'http://h'}", "logging.loki_url"),
        ("classification: {layers: {embedding: {model: other}}}", "classification.layers.embedding.model"),
        ("classification: {layers: {embedding: {endpoint: 'http://h'}}}", "classification.layers.embedding.endpoint"),
        ("embedding: {model: other}", "embedding.model"),
        ("embedding: {device: 'cuda:1'}", "embedding.device"),
        ("llm: {endpoint: 'http://vllm:8000'}", "llm.model"),
        ("auth: {user_header: X-Me, name_header: X-My}", "auth.name_header, auth.user_header"),
        ("lineage: {enabled: false}", "lineage.enabled, lineage.sampling_rate"),
        ("lineage: {sampling_rate: 0.5}", "lineage.enabled, lineage.sampling_rate"),
    ],
)
def test_a_setting_without_a_back_end_is_one_sentence_with_its_cure(folder: Folder, config: str, key: str) -> None:
    loaded = folder.load(config)
    (sentence,) = unsupported(loaded.settings)
    assert sentence.startswith(f"{key}: ")
    assert sentence.endswith(".")
    assert loaded.unsupported == (sentence,)


@pytest.mark.parametrize(
    ("config", "keys"),
    [
        ("server: {host: 127.0.0.2, port: 1}", ()),
        ("server: {host: localhost}", ()),
        ("server: {host: '::1'}", ()),
        ("server: {host: 0.0.0.0}", ("server.host",)),
        ("server: {host: lacuna.example.com}", ("server.host",)),
        ("auth: {api_key: abc, trusted_proxies: [10.0.0.1]}", ("auth.api_key", "auth.trusted_proxies")),
        ("storage: {postgres_url: 'postgresql://h/d'}", ("storage.postgres_url",)),
        ("vectors: {backend: qdrant, qdrant_url: 'http://h'}", ("vectors.backend", "vectors.qdrant_url")),
        ("vectors: {backend: PGVector, postgres_url: 'postgresql://h/d'}", ("vectors.backend", "vectors.postgres_url")),
        ("cache: {redis_url: 'redis://h'}", ("cache.redis_url",)),
        ("secrets: {vault_url: 'http://h', vault_token: t}", ("secrets.vault_url", "secrets.vault_token")),
    ],
)
def test_settings_of_production_are_named(folder: Folder, config: str, keys: tuple[str, ...]) -> None:
    assert production_settings(folder.load(config).settings) == keys
