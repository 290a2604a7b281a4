"""Labelled texts that the embedding layer learns from.

Promise: the shipped bank (`bank/*.yaml`) was written for this project and holds no evaluation data; an organisation's
own file is refused whole, with its name and entry, if any entry cannot be used. Filling templates is deterministic.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from lacuna.domain.errors import ConfigError
from lacuna.domain.tiers import Tier

MAX_EXAMPLES: Final = 1_000
"""Examples an organisation may add: the refit stays under a second."""
MAX_LENGTH: Final = 4_000
_FILLINGS: Final = 6
_SLOT: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Example:
    """A text and its tier."""

    text: str
    tier: Tier


@dataclass(frozen=True, slots=True)
class BankExample:
    """An example of the shipped bank. Texts from one template share `group`: they must not stand on both sides of a
    fold. `weight` keeps a template with many fillings from outvoting single texts."""

    text: str
    tier: Tier
    language: str
    group: str
    weight: float


def parse_examples(content: str, name: str) -> tuple[Example, ...]:
    """The examples in a YAML list of `{text, tier}`. `name` is the file's name, for errors. Raises ConfigError, with
    one line for each entry at fault."""
    try:
        loaded = YAML(typ="safe", pure=True).load(content)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"{name}:{mark.line + 1}" if mark is not None else name
        raise ConfigError(f"{line} is not YAML.", cure="Write a list of entries with text and tier.") from None
    if loaded is None:
        return ()
    if not isinstance(loaded, list):
        raise ConfigError(f"{name} is not a list.", cure="Write a list of entries with text and tier.")
    if len(loaded) > MAX_EXAMPLES:
        raise ConfigError(f"{name} has {len(loaded)} examples; {MAX_EXAMPLES} are allowed.", cure="Keep the best ones.")
    problems = tuple(f"{name}: entry {n}: {p}" for n, entry in enumerate(loaded, 1) if (p := _problem(entry)))
    if problems:
        cure = f"Each entry needs text (1 to {MAX_LENGTH} characters) and tier ({', '.join(t.name for t in Tier)})."
        raise ConfigError(f"{name} has {len(problems)} entries that cannot be used.", cure=cure, problems=problems)
    return tuple(Example(entry["text"], Tier[entry["tier"].upper()]) for entry in loaded)


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


def _problem(entry: Any) -> str:
    if not isinstance(entry, dict) or set(entry) != {"text", "tier"}:
        return "is not a mapping of text and tier"
    if not isinstance(entry["text"], str) or not 0 < len(entry["text"].strip()) <= MAX_LENGTH:
        return "its text is empty, too long or no text"
    if not isinstance(entry["tier"], str) or entry["tier"].upper() not in Tier.__members__:
        return "its tier is unknown"
    return ""
