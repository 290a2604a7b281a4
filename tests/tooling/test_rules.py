"""Each house rule finds what it is against and leaves the rest alone."""

import subprocess
from pathlib import Path, PurePosixPath

import pytest

from tooling.rules import MAX_LINES, faults_of, main

SWALLOWS = "try:\n    work()\nexcept Exception:\n    pass\n"


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("src/lacuna/adapters/x.py", SWALLOWS, "catches everything"),
        ("src/lacuna/adapters/x.py", "try:\n    work()\nexcept:\n    log()\n", "catches everything"),
        ("src/lacuna/adapters/x.py", "try:\n    work()\nexcept (ValueError, BaseException):\n    pass\n", "everything"),
        ("src/lacuna/api/x.py", "\n" * (MAX_LINES + 1), "split it"),
        ("src/lacuna/adapters/utils.py", "", "vague name"),
        ("src/lacuna/helpers/text.py", "", "vague name"),
        ("src/lacuna/domain/x.py", "import random\n", "may not import random"),
        ("src/lacuna/domain/x.py", "from lacuna.ports import llm\n", "may not import lacuna.ports"),
        ("src/lacuna/domain/x.py", "def f():\n    import numpy as np\n", "may not import numpy"),
        ("src/lacuna/api/x.py", "def f():\n    raise NotImplementedError\n", "unfinished"),
        ("docs/x.md", "see https://" + "pypi" + ".org/project/x", "package registry"),
        ("deploy/x.yaml", "path: /" + "work/main/data", "one machine"),
    ],
)
def test_a_broken_rule_is_named(path: str, text: str, said: str) -> None:
    [fault] = faults_of(PurePosixPath(path), text)
    assert said in str(fault)
    assert str(fault).startswith(f"{path}:")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/lacuna/wiring/guard.py", SWALLOWS),
        ("src/lacuna/http/errors.py", SWALLOWS),
        ("tests/x.py", SWALLOWS),
        ("src/lacuna/adapters/x.py", "try:\n    work()\nexcept BaseException:\n    undo()\n    raise\n"),
        ("src/lacuna/adapters/x.py", "try:\n    work()\nexcept (OSError, ValueError):\n    pass\n"),
        ("src/lacuna/domain/x.py", "import json\nfrom lacuna.domain.tiers import Tier\n"),
        ("src/lacuna/api/x.py", "\n" * MAX_LINES),
        ("docs/x.md", "the folder frame/work/main is yours"),
    ],
)
def test_what_is_right_passes(path: str, text: str) -> None:
    assert faults_of(PurePosixPath(path), text) == []


def test_a_tracked_file_with_a_fault_fails_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "misc.py").write_text("")
    (tmp_path / "data.bin").write_bytes(b"\xff\xfe")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    assert main(tmp_path) == 0
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    assert main(tmp_path) == 1
    assert capsys.readouterr().out.startswith("misc.py:1: a vague name")
