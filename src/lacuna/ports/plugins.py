"""What the author of a classifier plug-in writes against.

A plug-in is a Python package with an entry point in the group `lacuna.classifiers`. Its name there is the name in
`plugins.yaml`; what it refers to is a factory. Nothing of a plug-in is imported unless `plugins.yaml` names it.
`lacuna.testing.contracts.classifier` is the suite that a layer has to pass; docs/plugins.md is the guide.
"""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, Final, Protocol, TypeVar, Union, get_args, get_origin, get_type_hints

from lacuna.domain.errors import ConfigError
from lacuna.ports.classifier import ClassifierLayer

ENTRY_POINTS: Final = "lacuna.classifiers"
"""The entry-point group."""

T = TypeVar("T")


class PluginFactory(Protocol):
    """Builds the layer from the options that stand under its name in `plugins.yaml`: plain values, lists and mappings.

    MUST check every option and raise `OptionFault` for a wrong or unknown one (`read_options` does), MUST raise
    ConfigError with a cure where a package or model is missing, and MUST NOT download or send anything. The layer MUST
    be local: it sees texts before they have a tier. `name`, `local` and `version` of the layer are read once."""

    def __call__(self, options: Mapping[str, object], /) -> ClassifierLayer: ...


class OptionFault(ConfigError):
    """`option` is the wrong option, `fault` what is wrong with it ("must be a number"), without its value."""

    def __init__(self, option: str, fault: str) -> None:
        super().__init__(f"{option}: {fault}")
        self.option = option
        self.fault = fault


def read_options(given: Mapping[str, object], schema: type[T]) -> T:
    """`given` as the data class `schema`, whose fields are the known options with their defaults.

    Fields may be of type bool, int, float, str, tuple[X, ...], Mapping[str, X], Literal or X | None. Raises OptionFault
    for an unknown option, a missing one without default, and a value of another type; whatever `__post_init__` raises
    as OptionFault passes."""
    known = {field.name: field for field in fields(schema)}  # type: ignore[arg-type]  # any data class
    hints = get_type_hints(schema)
    for name in given:
        if name not in known:
            raise OptionFault(name, f"unknown option; known here: {', '.join(known) or 'none'}")
    for name, field in known.items():
        if name not in given and field.default is MISSING and field.default_factory is MISSING:
            raise OptionFault(name, "is missing")
    return schema(**{name: _value(name, value, hints[name]) for name, value in given.items()})


def _value(name: str, value: object, wanted: Any) -> object:
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin in (Union, types.UnionType):
        if value is None and type(None) in inner:
            return None
        [only] = [each for each in inner if each is not type(None)]
        return _value(name, value, only)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise OptionFault(name, "must be a list")
        return tuple(_value(f"{name}[{at}]", each, inner[0]) for at, each in enumerate(value))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise OptionFault(name, "must be a section of keys and values")
        return {str(key): _value(f"{name}.{key}", each, inner[1]) for key, each in value.items()}
    if origin is not None:  # Literal
        if value not in inner:
            raise OptionFault(name, f"must be one of {', '.join(map(str, inner))}")
        return value
    return _plain(name, value, wanted)


def _plain(name: str, value: object, wanted: Any) -> object:
    if wanted is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool)):
        return value
    words = {bool: "true or false", int: "a whole number", float: "a number", str: "a text; put it in quotes"}
    raise OptionFault(name, f"must be {words.get(wanted, wanted.__name__)}")
