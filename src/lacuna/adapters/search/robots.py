"""What a site's robots.txt permits (RFC 9309).

Promise: the rules of the groups that name the product, else of those for `*`; the longest pattern that matches counts,
and a permission wins against a prohibition as long. Time is linear in the file times the parts of a pattern.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

PRODUCT: Final = "lacuna"
MAX_ROBOTS_BYTES: Final = 500 << 10
"""Every longer file is refused (RFC 9309, section 2.5, wants at least as much to be read)."""
_SAFE: Final = "/?&=%:@!$'()*+,;~-._[]#"


@dataclass(frozen=True, slots=True)
class Robots:
    """`rules` are patterns and whether they permit."""

    rules: tuple[tuple[str, bool], ...] = ()

    @classmethod
    def of(cls, text: str) -> "Robots":
        """The rules for this product. Lines that are none are left out, as the standard wants."""
        groups: dict[str, list[tuple[str, bool]]] = {}
        named: list[str] = []
        naming = False
        for line in text.removeprefix("\ufeff").splitlines():
            key, colon, value = line.partition("#")[0].partition(":")
            key, value = key.strip().lower(), value.strip()
            if not colon:
                continue
            if key == "user-agent":
                named = [*named, value.lower()] if naming else [value.lower()]
                naming = True
                for name in named:
                    groups.setdefault(name, [])
            elif key in {"allow", "disallow"}:
                naming = False
                if value:
                    for name in named:
                        groups[name].append((_normal(value), key == "allow"))
        return cls(tuple(groups.get(PRODUCT, groups.get("*", ()))))

    def permits(self, path: str) -> bool:
        """Whether `path`, with its query, may be fetched."""
        asked = _normal(path)
        if asked == "/robots.txt":
            return True
        found = [(len(pattern), allowed) for pattern, allowed in self.rules if _matches(pattern, asked)]
        return max(found)[1] if found else True


NOTHING: Final = Robots((("/", False),))
"""For a site whose robots.txt could not be had: nothing is permitted."""


def _normal(path: str) -> str:
    """The same spelling for what is percent-encoded or not."""
    return quote(path, safe=_SAFE)


def _matches(pattern: str, path: str) -> bool:
    """`*` stands for anything, `$` at the end for the end."""
    anchored = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    if not rest:
        return not anchored or path == first
    at = len(first)
    *middle, last = rest
    for part in middle:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return (path.endswith(last) and len(path) - len(last) >= at) if anchored else path.find(last, at) >= 0
