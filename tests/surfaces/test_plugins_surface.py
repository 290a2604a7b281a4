"""Packs and plug-ins through the public doors; the plug-in is the one that docs/plugins.md shows."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.docs.blocks import Page, read_page
from tests.surfaces.conftest import write_config
from tests.surfaces.running import Server, environment, lacuna
from tests.wiring.plugin_packages import install

HANGS = "import time\n\n" + "\n".join(
    (
        "class Hangs:",
        "    name, local, version = 'hangs', True, '1'",
        "    def examine(self, question):",
        "        time.sleep(3600 if 'wait' in question.text else 0)",
        "        from lacuna.domain.classification import Layer, LayerResult",
        "        return LayerResult(Layer.PLUGIN)",
        "def build(options):",
        "    return Hangs()",
    )
)


@pytest.fixture(scope="module")
def page(root: Path) -> Page:
    return read_page(root / "docs" / "plugins.md", root)


def blocks(page: Page, language: str) -> list[str]:
    return [block.text for block in page.blocks if block.language == language]


@pytest.fixture(scope="module")
def packages(page: Page, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the page's plug-in and one that hangs."""
    folder = tmp_path_factory.mktemp("packages")
    code, suite = blocks(page, "python")
    install(folder, "acme_words", code)
    install(folder, "acme_hangs", HANGS)
    (folder / "test_acme_words.py").write_text(suite, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def house(page: Page, packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the page's plug-in, one that hangs, and two packs."""
    folder = tmp_path_factory.mktemp("plugins")
    config = write_config(folder / "config")
    added = "  acme_hangs: {timeout: 0.2, priority: 90}\n  healthcare:\n  finance:\n"
    (config / "plugins.yaml").write_text(blocks(page, "yaml")[1] + added, encoding="utf-8")
    env = {"LACUNA_CONFIG_PATH": str(config), "PYTHONPATH": str(packages)}
    with Server(folder / "data", folder, env=env) as server:
        yield server


def classify(house: Server, query: str, **more: object) -> dict[str, Any]:
    answer = house.client.post("/api/v1/classify", json={"query": query, **more})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


@pytest.mark.slow
def test_the_pages_plugin_passes_its_own_suite(packages: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_acme_words.py"]
    done = subprocess.run(
        command, cwd=packages, env=environment(), capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_pages_example_is_valid(page: Page, tmp_path: Path) -> None:
    config = write_config(tmp_path / "config")
    (config / "plugins.yaml").write_text(blocks(page, "yaml")[0], encoding="utf-8")
    done = lacuna("config", "validate", cwd=tmp_path, env={"LACUNA_CONFIG_PATH": str(config)})
    assert done.code == 0, done.err


def test_a_plugins_finding_decides(house: Server) -> None:
    body = classify(house, "What is the capital of France, says the quartz lagoon?")
    [found] = [f for f in body["findings"] if f["kind"] == "ACME.WORD"]
    assert (body["tier"], body["layer"], found["rule"], found["layer"]) == (
        "PROPRIETARY",
        "plugin",
        "acme_words.word",
        "plugin",
    )
    assert body["route"]["web_search"] is False


def test_a_plugin_sees_the_conversation_and_documents(house: Server) -> None:
    turns = [{"role": "user", "content": "tell me of Zanzibria"}]
    assert classify(house, "What is the capital of France?", conversation=turns)["tier"] == "PROPRIETARY"
    document = {"title": "On lakes", "text": "The water of the quartz lagoon is green.", "tier": "PUBLIC"}
    assert house.client.post("/api/v1/documents", json=document).json()["tier"] == "PROPRIETARY"


def test_packs_find_what_is_theirs(house: Server) -> None:
    assert "PHI.MEDICATION" in classify(house, "My mother takes metformin twice a day")["tags"]
    assert "FIN.SECURITY" in classify(house, "our position in US0378331005 is up")["tags"]
    assert "PERSONAL" not in classify(house, "my wife wants a divorce")["tags"]


def test_a_plugin_that_hangs_closes_its_questions_and_holds_up_nobody(house: Server) -> None:
    public = "What is the boiling point of water at sea level?"
    for _ in range(6):  # more than it may leave hanging
        body = classify(house, f"{public} wait")
        assert body["tier"] == "PROPRIETARY"
        assert any(rule.startswith("acme_hangs:") for rule in [f["rule"] for f in body["findings"]])
    assert house.client.get("/health").status_code == 200
    ready = house.client.get("/ready")
    assert ready.status_code == 200
    assert ready.json()["parts"]["plugin.acme_hangs"]["detail"] == "dependency_unavailable"
    assert ready.json()["parts"]["plugin.acme_words"]["state"] == "ok"
    assert classify(house, public)["tier"] == "PROPRIETARY"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "plugins:\n  acme_wrds:\n",
            'plugins.yaml:2: plugins.acme_wrds: no pack or installed plug-in has this name; did you mean "acme_words"?',
        ),
        (
            "plugins:\n  acme_words:\n    options: {word: x}\n",
            "plugins.yaml:3: plugins.acme_words.options.word: unknown option",
        ),
        (
            "plugins:\n  acme_words:\n    fail_safe: false\n",
            "plugins.yaml:3: plugins.acme_words.fail_safe: must be true",
        ),
    ],
)
def test_the_check_names_each_fault_of_a_plugins_file(packages: Path, tmp_path: Path, text: str, fault: str) -> None:
    config = write_config(tmp_path / "config")
    (config / "plugins.yaml").write_text(text, encoding="utf-8")
    env = {"LACUNA_CONFIG_PATH": str(config), "PYTHONPATH": str(packages), "COLUMNS": "300"}
    done = lacuna("config", "validate", cwd=tmp_path, env=env)
    assert done.code == 1
    assert fault in " ".join((done.out + done.err).split())


def test_a_server_does_not_start_with_a_wrong_plugins_file(tmp_path: Path) -> None:
    config = write_config(tmp_path / "config")
    (config / "plugins.yaml").write_text("plugins:\n  helthcare:\n", encoding="utf-8")
    env = {"LACUNA_CONFIG_PATH": str(config), "COLUMNS": "300"}
    done = lacuna("dev", "--port", "0", "--data-dir", "data", cwd=tmp_path, env=env)
    assert done.code == 1
    assert 'did you mean "healthcare"?' in done.out + done.err
