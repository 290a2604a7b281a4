"""Turns the marked blocks of a page into one script, and runs it the way a reader would."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

from tests.docs.blocks import Block, Page, shell_lines

LIMIT_SECONDS: Final = 100
TIMED_OUT: Final = 124
_FILES: Final = {"config": "config.yaml", "terms": "proprietary_terms.yaml"}


class Outcome(NamedTuple):
    """How a script ended (`TIMED_OUT` where it had to be ended) and all that it printed."""

    status: int
    output: str


def script(page: Page) -> str:
    """Empty where nothing on the page is marked. A failing block is named on standard error."""
    parts = [_part(number, block) for number, block in enumerate(page.blocks) if block.mark]
    if not parts:
        return ""
    head = ["set -euo pipefail", "trap 'echo \"failed in the block at $BLOCK\" >&2' ERR"]
    return "\n".join([*head, *parts]) + "\n"


def _part(number: int, block: Block) -> str:
    lines = [f"BLOCK={shlex.quote(block.place)}"]
    if block.mark in _FILES:
        folder = f"checked-{number}"
        lines += [f"mkdir {folder}", _here(f"cat > {folder}/{_FILES[block.mark]}", block.text)]
        lines.append(f"LACUNA_CONFIG_PATH={folder} lacuna config validate")
    elif block.language == "python":
        lines.append(_here("python -", block.text))
    elif block.language == "console":
        lines += shell_lines(block)
    elif block.language in {"bash", "sh", "shell"}:
        lines.append(block.text)
    else:
        raise ValueError(f"{block.place}: a {block.language or 'plain'} block cannot be marked {block.mark}")
    return "\n".join(lines)


def _here(command: str, text: str) -> str:
    end = "END_OF_BLOCK"
    return f"{command} <<'{end}'\n{text}{end}"


def run(text: str, folder: Path, root: Path) -> Outcome:
    """Runs a script in `folder`, which gets a copy of what a reader has at hand; ends what it leaves running."""
    for name in ("examples", "config"):
        if (root / name).is_dir():
            shutil.copytree(root / name, folder / name)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LACUNA_")}
    environment |= {
        "HOME": str(folder),
        "NO_COLOR": "1",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", os.defpath)]),
    }
    with (folder / "output.txt").open("w") as output:
        process = subprocess.Popen(
            ["bash", "-c", text],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = process.wait(LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            status = TIMED_OUT
        finally:
            _end_group(process.pid)
            process.wait()
    return Outcome(status, (folder / "output.txt").read_text(errors="replace"))


def _end_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:  # nothing is left of it
        return
