"""What an anchored checkpoint is called: by its log and its size, so that names sort by age."""

import re

from lacuna.domain.notes import Checkpoint, parse_note


def checkpoint_name(note: str) -> str:
    """`lacuna.local-d97fb212/checkpoint-00000000000000019968.txt`."""
    checkpoint = Checkpoint.of(parse_note(note).text)
    log = re.sub(r"[^A-Za-z0-9.]+", "-", checkpoint.origin)
    return f"{log}/checkpoint-{checkpoint.size:020d}.txt"


def same_checkpoint(one: str, other: str) -> bool:
    """Whether two notes attest the same log; their signatures may differ."""
    try:
        return Checkpoint.of(parse_note(one).text) == Checkpoint.of(parse_note(other).text)
    except ValueError:
        return False
