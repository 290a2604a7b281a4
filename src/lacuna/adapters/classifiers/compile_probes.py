"""`python -m lacuna.adapters.classifiers.compile_probes FOLDER...`: compiles the probes that ship, unless they are
kept already in the first FOLDER that can be written.

A program of its own because it takes a core for most of a minute, which no server can spare: it gives way to every
other process. Exit codes: 0 done, 1 Hyperscan cannot compile here, 2 no folder can be written.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from lacuna.adapters.classifiers.heuristic import shipped_patterns
from lacuna.adapters.classifiers.probes import provide

_LOWEST_PRIORITY: Final = 19


def compile_into(folders: Sequence[Path]) -> Path | None:
    """The first of `folders` that can be written, with the compiled probes in it; None where Hyperscan cannot make
    them. Raises OSError where none can be written."""
    probes = shipped_patterns().filter.shipped
    for last, folder in enumerate(folders, 1):
        try:
            return folder if provide(folder, probes) is not None else None
        except OSError:
            if last == len(folders):
                raise
    return None


def main(arguments: Sequence[str]) -> int:
    """The program."""
    os.nice(_LOWEST_PRIORITY)
    try:
        return 1 if compile_into([Path(argument) for argument in arguments]) is None else 0
    except OSError:
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
