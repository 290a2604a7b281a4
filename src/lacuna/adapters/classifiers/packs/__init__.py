"""Packs: further recognisers for one kind of house, switched on by name in `plugins.yaml`.

A pack is data, as the recognisers that ship are, with texts that each rule must and must not find. Its modules are only
imported where the pack is wanted.
"""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Final

from lacuna.adapters.classifiers.recogniser import Recogniser

PACKS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "enterprise": ("enterprise_hosts", "enterprise_work"),
        "finance": ("finance_cards", "finance_securities", "finance_messages", "finance_inside"),
        "healthcare": ("healthcare_numbers", "healthcare_person", "healthcare_messages"),
        "individual": ("individual",),
    }
)
"""The modules of each pack, by its name."""


def pack(name: str) -> tuple[Recogniser, ...]:
    """The recognisers of a pack."""
    modules = (import_module(f"{__name__}.{module}") for module in PACKS[name])
    return tuple(recogniser for module in modules for recogniser in module.RECOGNISERS)
