"""What a site asks of programs that fetch its pages: robots.txt (RFC 9309).

Promise: the rules of the groups that name the program, else of those for `*`; the longest pattern that matches counts,
and an allowance wins against a prohibition as long. The file itself may always be asked for. Time is linear in the
rules times the parts of a pattern.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

PATH: Final = "/robots.txt"
MAX_BYTES: Final = 512 * 1024
"""RFC 9309, section 2.5, asks for at least 500 kibibytes."""

MAX_DELAY_S: Final = 10.0
_MAX_RULES: Final = 2_000
_SAFE: Final = "/?&=%:@!$'()*+,;~-._[]#"


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules for one program: path patterns with whether they allow, and seconds to wait between two pages."""

    rules: tuple[tuple[str, bool], ...] = ()
    delay_s: float = 0.0

    @classmethod
    def read(cls, text: str, agent: str) -> "Robots":
        """The rules for `agent`: those of every group that names it, else those for everybody."""
        own, everybody = cls(), cls()
        for agents, group in _groups(text):
            if agent.lower() in agents:
                own = own.joined(group)
            if "*" in agents:
                everybody = everybody.joined(group)
        named = any(agent.lower() in agents for agents, _ in _groups(text))
        return own if named else everybody

    def joined(self, other: "Robots") -> "Robots":
        """Both rules together."""
        return Robots((*self.rules, *other.rules)[:_MAX_RULES], max(self.delay_s, other.delay_s))

    def allow(self, path: str) -> bool:
        """Whether `path`, with its query, may be fetched."""
        asked = _spelled(path)
        matching = [(len(pattern), allowed) for pattern, allowed in self.rules if _matches(pattern, asked)]
        return asked == PATH or max(matching, default=(0, True))[1]


NOTHING: Final = Robots((("/", False),))
"""For a site whose robots.txt cannot be had: nothing is allowed."""


def _groups(text: str) -> Iterator[tuple[set[str], Robots]]:
    agents: set[str] = set()
    rules: list[tuple[str, bool]] = []
    delay, in_rules = 0.0, False
    for line in text.removeprefix("\ufeff").splitlines():
        key, _, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if key == "user-agent":
            if in_rules:
                yield agents, Robots(tuple(rules), delay)
                agents, rules, delay, in_rules = set(), [], 0.0, False
            agents.add(value.partition("/")[0].strip().lower())
        elif key in ("allow", "disallow"):
            in_rules = True
            if value:
                rules.append((_spelled(value), key == "allow"))
        elif key == "crawl-delay":
            in_rules = True
            delay = min(float(value), MAX_DELAY_S) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", value) else 0.0
    yield agents, Robots(tuple(rules), delay)


def _spelled(path: str) -> str:
    """One spelling for what may be percent-encoded or not (section 2.2.2)."""
    return quote(path, safe=_SAFE)


def _matches(pattern: str, path: str) -> bool:
    """`*` stands for anything, `$` at the end for the end (section 2.2.3). Takes linear time: each part is looked for
    from where the one before ended."""
    to_the_end = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not others:
        return not to_the_end or at == len(path)
    last = others.pop() if to_the_end else ""
    for part in others:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return not to_the_end or (len(path) - len(last) >= at and path.endswith(last))
