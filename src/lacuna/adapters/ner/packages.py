"""Packages and models that are there only if somebody installed them. Nothing is downloaded."""

import importlib
from typing import Any

from lacuna.domain.errors import ConfigError


def installed(module: str, extra: str) -> Any:
    """The module, imported now. Raises ConfigError that names the extra where it is not installed or does not load."""
    try:
        return importlib.import_module(module)
    except ImportError as missing:
        raise ConfigError(
            f"The ner layer needs the Python package {module}, which cannot be imported here.",
            cure=f"Install it with pip install 'lacuna[{extra}]', or set classification.layers.ner.enabled to false.",
        ) from missing


def no_model(back_end: str, model: str, cure: str) -> ConfigError:
    """The error for a model that is not on this machine."""
    return ConfigError(
        f"The ner layer's model {model!r} is not on this machine ({back_end}).",
        cure=f"{cure} Lacuna downloads no models.",
    )
