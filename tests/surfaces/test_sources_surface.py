"""Sources of sources.yaml through the command line: synchronised, refused, and brought by a package."""

import asyncio
import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from lacuna.testing.servers.website import Website
from tests.surfaces.conftest import write_config
from tests.surfaces.running import Finished, lacuna

CONNECTOR = """
    from lacuna.ports.plugins import OptionFault
    from lacuna.ports.sources import Content, Item

    class Wiki:
        kind, identity = "wiki", "wiki"

        def __init__(self, token):
            self.token = token

        async def items(self):
            yield Item("wiki:1", "wiki/pumps", "pumps.md", "1")
            yield Item("wiki:2", "wiki/broken", "broken.md", "1")

        async def fetch(self, item, max_bytes):
            if item.uri == "wiki:2":
                raise RuntimeError("the token is " + self.token)
            return Content(b"# Pumps, says the wiki\\n\\nThe pump is green.\\n", "1")

        async def close(self):
            pass

    def build(options, secrets):
        if options:
            raise OptionFault(next(iter(options)), "unknown option")
        return Wiki(secrets["token"])
"""


def install(folder: Path) -> None:
    """A package with a connector, as pip would leave it."""
    package, described = folder / "acme_wiki", folder / "acme_wiki-1.0.dist-info"
    package.mkdir(parents=True)
    described.mkdir()
    (package / "__init__.py").write_text(dedent(CONNECTOR), encoding="utf-8")
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: acme_wiki\nVersion: 1.0\n", encoding="utf-8")
    (described / "entry_points.txt").write_text("[lacuna.sources]\nwiki = acme_wiki:build\n", encoding="utf-8")


class House:
    """A configuration with sources, and commands run on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = write_config(folder / "config")
        self.env = {
            "LACUNA_CONFIG_PATH": str(self.config),
            "LACUNA_CLASSIFICATION__LAYERS__EMBEDDING__ENABLED": "false",
        }

    def sources(self, text: str) -> None:
        (self.config / "sources.yaml").write_text(dedent(text), encoding="utf-8")

    def run(self, *arguments: str, **env: str) -> Finished:
        return lacuna(*arguments, "--json", cwd=self.folder, env=self.env | env)

    def ingest(self, *arguments: str, **env: str) -> tuple[int, dict[str, Any]]:
        done = self.run("ingest", *arguments, "--data-dir", str(self.folder / "data"), **env)
        return done.code, json.loads(done.out)


@pytest.fixture
def home(tmp_path: Path) -> House:
    return House(tmp_path)


async def test_a_site_is_taken_in_with_the_tier_and_groups_of_its_source(home: House) -> None:
    async with Website({"/pumps": b"<h1>Pumps</h1><p>The pump is green.</p>"}) as site:
        home.sources(f"""\
            sources:
              site:
                kind: sitemap
                tier: PROPRIETARY
                groups: [engineering]
                options: {{url: "{site.sitemap_url}", network: private}}
            """)
        code, told = await asyncio.to_thread(home.ingest, "--source", "site", "--sync")
        (row,) = told["outcomes"]
        assert code == 0
        assert (row["status"], row["source"], row["tier"]) == ("stored", f"{site.url}/pumps", "PROPRIETARY")
        assert row["groups"] == ["engineering"]


def test_a_connector_of_a_package_runs_and_its_faults_tell_no_secret(home: House) -> None:
    install(home.folder / "packages")
    home.sources("sources: {wiki: {kind: wiki, secrets: {token: env:WIKI_TOKEN}}}\n")
    given = {"PYTHONPATH": str(home.folder / "packages"), "WIKI_TOKEN": "tell-nobody"}
    code, told = home.ingest("--source", "wiki", **given)
    assert code == 1
    assert [(row["source"], row["status"]) for row in told["outcomes"]] == [
        ("wiki/pumps", "stored"),
        ("wiki/broken", "failed"),
    ]
    assert told["outcomes"][1]["error"]["code"] == "dependency_failed"
    assert "tell-nobody" not in json.dumps(told)


def test_faults_are_told_before_anything_is_asked(home: House) -> None:
    home.sources("""\
        sources:
          a: {kind: folder, options: {path: relative}}
          b: {kind: nothing}
          c: {kind: s3, options: {url: "https://s3.example.org/b"}}
        """)
    done = home.run("config", "validate")
    problems = json.loads(done.out)["problems"]
    assert done.code == 1
    assert [line.split(": ")[1] for line in problems] == [
        "sources.a.options.path",
        "sources.b.kind",
        "sources.c.secrets",
    ]
