"""Checkpoints that are kept elsewhere, as a verification takes them: files, folders of them, and what anchors keep.

Guarantees that a checkpoint which the configured witness cosigned is taken only if that cosignature holds. Whether the
log signed it and extends it is left to the verification.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lacuna.adapters.anchors.cosignature import Cosigner
from lacuna.config import Settings
from lacuna.domain.audit import MAX_AGAINST, Kept
from lacuna.domain.errors import InvalidInput, LedgerBroken
from lacuna.domain.notes import MAX_NOTE, Checkpoint, SignedNote, parse_note
from lacuna.wiring.anchors import object_store

COSIGNED = "cosigned"


@dataclass(frozen=True, slots=True)
class Read:
    """The checkpoints, smallest log first; `unfinished` are files in folders that were not written to their end."""

    kept: tuple[Kept, ...]
    unfinished: tuple[str, ...]


async def kept_checkpoints(paths: Sequence[Path], settings: Settings, *, anchors: bool, origin: str) -> Read:
    """Those in `paths`, and with `anchors` those of the log `origin` that the configured anchors keep. Raises
    InvalidInput where there is none or one cannot be read, LedgerBroken where a cosignature does not hold, and
    DependencyError where an object store does not tell."""
    read = await asyncio.to_thread(_in_files, paths, settings, anchors=anchors)
    store = object_store(settings.audit.anchors) if anchors else None
    if store is None:
        return read
    try:
        found = await store.kept(origin, MAX_AGAINST)
    finally:
        await store.close()
    if not found:
        raise InvalidInput(
            f"The object store at {store.host} keeps no checkpoint of this log.",
            cure="Check audit.anchors.object_store.url, and ask who may delete there; `lacuna audit anchor` keeps one.",
        )
    kept = [*read.kept, *(Kept(note, where) for where, note in found)]
    return Read(tuple(sorted(kept, key=lambda each: _size(each.note))), read.unfinished)


def _in_files(paths: Sequence[Path], settings: Settings, *, anchors: bool) -> Read:
    found: dict[Path, bool] = {}
    for path in paths:
        found |= dict.fromkeys(_files(path), path.is_dir())
    witness = settings.audit.anchors.witness
    cosigned = settings.storage.data_path / COSIGNED
    if anchors:
        found |= dict.fromkeys(_anchored(settings), True)
    if len(found) > MAX_AGAINST:
        raise InvalidInput(f"There are {len(found)} checkpoints; at most {MAX_AGAINST} are taken.", cure="Name fewer.")
    cosigner = Cosigner.of(witness.key) if witness.key else None
    kept: list[tuple[int, Kept]] = []
    unfinished: list[str] = []
    for path, in_folder in found.items():
        text = _text(path)
        if in_folder and _is_cut(text):
            unfinished.append(str(path))
            continue
        if cosigner is not None:
            _require_cosignature(text, path, cosigner, needed=path == cosigned)
        kept.append((_size(text), Kept(text, str(path))))
    return Read(tuple(each for _, each in sorted(kept, key=lambda pair: pair[0])), tuple(unfinished))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(each for each in path.rglob("*") if each.name == COSIGNED or each.match("checkpoint-*.txt"))
    if not found:
        raise InvalidInput(f"{path} holds no checkpoint.", cure="Name a folder that checkpoints are anchored in.")
    return found


def _anchored(settings: Settings) -> Iterator[Path]:
    anchors = settings.audit.anchors
    cosigned = settings.storage.data_path / COSIGNED
    if anchors.file.path is None and anchors.witness.url is None and anchors.object_store.url is None:
        raise InvalidInput("No anchor is configured.", cure="Set audit.anchors, or name a file by --against.")
    if anchors.file.path is not None:
        yield from _files(anchors.file.path)
    if anchors.witness.url is not None:
        yield cosigned


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_NOTE + 1)
        if len(raw) > MAX_NOTE:
            raise InvalidInput(f"{path} has more than {MAX_NOTE} bytes.", cure="Check that it is a checkpoint.")
        return raw.decode("utf-8")
    except OSError as fault:
        raise InvalidInput(f"{path} cannot be read ({fault.strerror}).", cure="Check the name.") from None
    except UnicodeDecodeError:
        raise InvalidInput(f"{path} is no UTF-8 text.", cure="Check that it is a checkpoint.") from None


def _is_cut(text: str) -> bool:
    """Whether a note ends before its first signature line does."""
    return not text.endswith("\n") or "\n\n" not in text.rstrip("\n")


def _size(text: str) -> int:
    """The size that a checkpoint attests; what is none fails in the verification, and first."""
    try:
        return Checkpoint.of(parse_note(text).text).size
    except ValueError:
        return -1


def _require_cosignature(text: str, path: Path, cosigner: Cosigner, *, needed: bool) -> None:
    try:
        note = parse_note(text)
    except ValueError:
        note = SignedNote("", ())
    holds = cosigner.cosigned(note)
    if holds is False or (needed and holds is None):
        missing = "is missing" if holds is None else "does not hold"
        raise LedgerBroken(
            f"The cosignature of {cosigner.name} on the checkpoint in {path} {missing}: it was changed after it was "
            "cosigned, or audit.anchors.witness.key is another witness's.",
            cure="Ask the witness for the checkpoint that it cosigned.",
        )
