"""A configuration folder to fill, and the loader pointed at it."""

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import pytest

from lacuna.config import Loaded, load
from lacuna.domain.errors import ConfigError


class Folder:
    """A working folder with a configuration folder in it."""

    def __init__(self, cwd: Path) -> None:
        self.cwd = cwd
        self.path = cwd / "config"
        self.path.mkdir()

    def write(self, name: str, text: str) -> None:
        (self.path / name).write_text(textwrap.dedent(text), encoding="utf-8")

    def load(
        self,
        config: str | None = None,
        *,
        terms: str | None = None,
        environ: Mapping[str, str] | None = None,
        overrides: Mapping[str, object] | None = None,
    ) -> Loaded:
        self.write("config.yaml", config or "")
        self.write("proprietary_terms.yaml", terms or "")
        return load(overrides, environ or {}, self.cwd)


class Faults(Protocol):
    def __call__(
        self,
        config: str | None = None,
        *,
        terms: str | None = None,
        environ: Mapping[str, str] | None = None,
        overrides: Mapping[str, object] | None = None,
    ) -> tuple[str, ...]: ...


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def faults(folder: Folder) -> Faults:
    """The problem lines of a configuration that must not load."""

    def refused(
        config: str | None = None,
        *,
        terms: str | None = None,
        environ: Mapping[str, str] | None = None,
        overrides: Mapping[str, object] | None = None,
    ) -> tuple[str, ...]:
        with pytest.raises(ConfigError) as caught:
            folder.load(config, terms=terms, environ=environ, overrides=overrides)
        assert caught.value.cure
        return caught.value.problems

    return refused
