"""The shipped bank of labelled texts that the head was trained on.

Promise: the bank (`bank/*.yaml`) was written for this project and holds no evaluation data; filling its templates is
deterministic. An organisation's own examples come from `lacuna.config.examples`.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from ruamel.yaml import YAML

from lacuna.domain.tiers import Tier

_FILLINGS: Final = 6
_SLOT: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class BankExample:
    """An example of the shipped bank. Texts from one template share `group`: they must not stand on both sides of a
    fold. `weight` keeps a template with many fillings from outvoting single texts."""

    text: str
    tier: Tier
    language: str
    group: str
    weight: float


def shipped_bank() -> tuple[BankExample, ...]:
    """Every example of the package, templates filled. Takes half a second; only training needs it."""
    reader = YAML(typ="safe", pure=True)
    folder = files(__package__).joinpath("bank")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    found: list[BankExample] = []
    for name in names:
        loaded = reader.load(folder.joinpath(name).read_text(encoding="utf-8"))
        slots: Mapping[str, Sequence[str]] = loaded.get("slots", {})
        for part in loaded["examples"]:
            for number, text in enumerate(part["texts"]):
                group = f"{name}/{part['language']}/{part['tier']}/{part['topic']}/{number}"
                filled = list(_filled(text, slots, number))
                weight = len(filled) ** -0.5
                found += [BankExample(t, Tier[part["tier"]], part["language"], group, weight) for t in filled]
    return tuple(found)


def bank_digest(bank: Sequence[BankExample]) -> str:
    """Names a bank by its content."""
    lines = "\n".join(repr((e.text, e.tier.name, e.language, e.group, e.weight)) for e in bank)
    return hashlib.sha256(lines.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _filled(text: str, slots: Mapping[str, Sequence[str]], start: int) -> Iterator[str]:
    """The text with its slots filled, at most _FILLINGS times. A word in braces that is no slot stays."""
    used = [name for name in _SLOT.findall(text) if name in slots]
    if not used:
        yield text
        return
    for turn in range(min(_FILLINGS, max(len(slots[name]) for name in used))):
        parts = _SLOT.split(text)
        for place, position in enumerate(range(1, len(parts), 2)):
            name = parts[position]
            values = slots.get(name)
            parts[position] = values[(start + turn + 3 * place) % len(values)] if values else f"{{{name}}}"
        yield "".join(parts)
