"""Where what can be made again is kept: files that no backup needs and any process of this user may share."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from lacuna.config.settings import Settings

_NAME: Final = "lacuna"


def cache_folders(settings: Settings, environ: Mapping[str, str] | None = None) -> tuple[Path, ...]:
    """The folders to look into, and to write to the first that can be written: `storage.cache_path`, else the user's
    cache folder (XDG Base Directory Specification) and, for users without one, the data folder."""
    environ = os.environ if environ is None else environ
    if settings.storage.cache_path is not None:
        return (settings.storage.cache_path,)
    own = settings.storage.data_path / "compiled"
    named, home = environ.get("XDG_CACHE_HOME", ""), environ.get("HOME", "")
    if os.path.isabs(named):
        return Path(named) / _NAME, own
    return (Path(home) / ".cache" / _NAME, own) if os.path.isabs(home) else (own,)
