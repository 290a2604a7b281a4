"""make.py through its own door, and the environment that it keeps, on a small project that needs no network."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tooling.environment import Environment, SetupError
from tooling.tasks import VERBS

BACKEND = """
import pathlib, zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "sample-1-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(folder) / name, "w") as wheel:
        wheel.writestr("sample.pth", str(pathlib.Path.cwd() / "src"))
        wheel.writestr("sample-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: sample\\nVersion: 1\\n")
        wheel.writestr("sample-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("sample-1.dist-info/RECORD", "")
    return name
"""
PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "sample"
version = "1"
"""

needs_ensurepip = pytest.mark.skipif(
    importlib.util.find_spec("ensurepip") is None,
    reason="without ensurepip pip comes from the pinned requirements, which the small project has none of",
)


def make(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / "make.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout in miniature, at a path with a space."""
    folder = tmp_path / "a checkout"
    (folder / "src" / "sample").mkdir(parents=True)
    (folder / "src" / "sample" / "__init__.py").write_text("")
    (folder / "backend.py").write_text(BACKEND)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "requirements").mkdir()
    for name in ("build", "run", "dev", "model"):
        (folder / "requirements" / f"{name}.txt").write_text("# nothing\n")
    return folder


def test_help_names_every_verb(root: Path) -> None:
    shown = make(root, "help")
    assert shown.returncode == 0
    assert [verb for verb in VERBS if verb not in shown.stdout] == []


def test_an_unknown_verb_is_wrong_usage(root: Path) -> None:
    refused = make(root, "deom")
    assert refused.returncode == 2
    assert "'deom'" in refused.stderr


def test_the_makefile_has_the_same_verbs(root: Path) -> None:
    makefile = (root / "Makefile").read_text()
    assert [verb for verb in VERBS if f"{verb} " not in makefile.replace(":", " ")] == []


def test_ci_runs_exactly_the_check_of_the_readme(root: Path) -> None:
    assert (root / ".ci" / "run").read_text().splitlines()[-1] == "exec python3 make.py check"


def test_the_fingerprint_follows_requirements_and_metadata_but_not_tool_settings(project: Path) -> None:
    before = Environment(project).fingerprint("dev")
    with (project / "pyproject.toml").open("a") as file:
        file.write("[tool.ruff]\nline-length = 100\n")
    assert Environment(project).fingerprint("dev") == before
    (project / "requirements" / "dev.txt").write_text("# something\n")
    after = Environment(project).fingerprint("dev")
    assert after != before
    (project / "pyproject.toml").write_text(PYPROJECT.replace('version = "1"', 'version = "2"'))
    assert Environment(project).fingerprint("dev") != after


@pytest.mark.slow
@needs_ensurepip
def test_a_setup_that_failed_is_repaired_and_one_that_is_done_is_not_repeated(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    environment = Environment(project)
    requirements = project / "requirements" / "run.txt"
    requirements.write_text("-r absent.txt\n")
    with pytest.raises(SetupError, match=r"Installing run\.txt failed"):
        environment.ensure("run")
    assert "absent.txt" in capfd.readouterr().err

    requirements.write_text("# nothing\n")
    environment.ensure("dev")
    assert "Setting up" in capfd.readouterr().out
    assert environment.run(["-c", "import sample"]) == 0

    environment.ensure("dev")
    environment.ensure("run")
    assert capfd.readouterr().out == ""
