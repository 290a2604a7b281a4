"""sources.yaml: what it may say, and what is told about faults."""

from pathlib import Path

import pytest

from lacuna.config import load, yaml_tree
from lacuna.config.sources import interpret, local_secret
from lacuna.config.vault import VaultReference
from lacuna.domain.errors import ConfigError
from lacuna.domain.tiers import Tier
from lacuna.wiring.sources import check_sources, named

WHOLE = """\
sources:
  handbook:
    kind: folder
    tier: internal
    groups: [staff, "board"]
    options:
      path: /srv/handbook
  bucket:
    kind: s3
    options: {url: "https://s3.example.org/docs", prefix: shared/}
    secrets:
      access_key: env:BUCKET_KEY
      secret_key: file:/run/secrets/bucket
      third: vault:kv/lacuna#bucket
"""


def test_a_whole_file() -> None:
    read = interpret(yaml_tree.read_text(WHOLE, "sources.yaml"))
    assert read.problems == ()
    handbook, bucket = read.sources
    assert (handbook.name, handbook.kind, handbook.tier, handbook.groups) == (
        "handbook",
        "folder",
        Tier.INTERNAL,
        frozenset({"staff", "board"}),
    )
    assert handbook.options == {"path": "/srv/handbook"}
    assert (bucket.tier, bucket.groups, bucket.options["prefix"]) == (None, None, "shared/")
    assert bucket.problem("options.url", "is wrong").startswith("sources.yaml:10: sources.bucket.options.url: is wrong")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("sauces: {}", "1: sauces: unknown key"),
        ("sources: [a]", "1: sources: must be a section of sources by name"),
        ("sources:\n  Big Name: {kind: folder}", "2: sources.Big Name: must be a name"),
        ("sources:\n  a: {tier: PUBLIC}", "2: sources.a.kind: must say what kind"),
        ("sources:\n  a: {kind: folder, path: /x}", "2: sources.a.path: unknown key"),
        ("sources:\n  a: {kind: folder, tier: SECRET}", "2: sources.a.tier: must be PUBLIC"),
        ("sources:\n  a: {kind: folder, groups: staff}", "2: sources.a.groups: must be a list"),
        ("sources:\n  a: {kind: folder, groups: []}", "2: sources.a.groups: must be a list"),
        ("sources:\n  a: {kind: s3, secrets: {key: abc}}", "2: sources.a.secrets.key: must be a reference"),
        ("sources:\n  a: {kind: s3, options: x}", "2: sources.a.options: must be a section"),
    ],
)
def test_faults_are_told_with_their_line(text: str, fault: str) -> None:
    read = interpret(yaml_tree.read_text(text, "sources.yaml"))
    assert read.sources == ()
    assert f"sources.yaml:{fault}" in "\n".join(map(str, read.problems))


def test_a_secret_that_stands_in_the_file_is_not_shown() -> None:
    read = interpret(yaml_tree.read_text("sources:\n  a: {kind: s3, secrets: {key: hunter2}}", "sources.yaml"))
    assert "hunter2" not in "\n".join(map(str, read.problems))


def test_references_lead_to_the_environment_a_file_and_vault(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from a file\n")
    text = WHOLE.replace("/run/secrets/bucket", str(tmp_path / "key"))
    _, bucket = interpret(yaml_tree.read_text(text, "sources.yaml")).sources
    assert local_secret(bucket, "access_key", {"BUCKET_KEY": "from outside"}) == "from outside"
    assert local_secret(bucket, "secret_key", {}) == "from a file"
    assert local_secret(bucket, "third", {}) == VaultReference("vault:kv/lacuna#bucket")
    with pytest.raises(ConfigError) as missing:
        local_secret(bucket, "access_key", {})
    assert "sources.bucket.secrets.access_key" in missing.value.problems[0]


def test_an_unknown_source_is_answered_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text(WHOLE)
    found = load(environ={"LACUNA_CONFIG_PATH": str(tmp_path)}, cwd=tmp_path)
    assert named(found, "handbook").kind == "folder"
    with pytest.raises(ConfigError) as unknown:
        named(found, "handbok")
    assert unknown.value.cure == 'Did you mean "handbook"?'


def test_the_example_in_the_documentation_can_be_used(tmp_path: Path, root: Path) -> None:
    page = (root / "docs" / "sources.md").read_text(encoding="utf-8")
    (tmp_path / "sources.yaml").write_text(page.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    found = load(environ={"LACUNA_CONFIG_PATH": str(tmp_path)}, cwd=tmp_path)
    assert {source.kind for source in found.document_sources} == {"folder", "git", "s3", "sitemap"}
    check_sources(found)
