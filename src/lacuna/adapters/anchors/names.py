"""What an anchored checkpoint is called: by its log and its size, so that names sort by age."""

import os
import re
from pathlib import Path

from lacuna.domain.notes import Checkpoint, parse_note


def checkpoint_name(note: str) -> str:
    """`lacuna.local-d97fb212/checkpoint-00000000000000019968.txt`."""
    checkpoint = Checkpoint.of(parse_note(note).text)
    return f"{checkpoints_of(checkpoint.origin)}{checkpoint.size:020d}.txt"


def checkpoints_of(origin: str) -> str:
    """What the names of all checkpoints of a log begin with."""
    return f"{re.sub('[^A-Za-z0-9.]+', '-', origin)}/checkpoint-"


def same_checkpoint(one: str, other: str) -> bool:
    """Whether two notes attest the same log; their signatures may differ."""
    try:
        return Checkpoint.of(parse_note(one).text) == Checkpoint.of(parse_note(other).text)
    except ValueError:
        return False


def sync_folder(folder: Path) -> None:
    """The names in a folder are on disk, too: a file whose name is lost was not kept. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
