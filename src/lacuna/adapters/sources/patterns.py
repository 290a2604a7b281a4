"""Which paths of a source are wanted.

Patterns as in a shell, over the whole path: `*` stands for anything but a slash, `**` for anything, `?` for one
character. Without a slash a pattern is for the last part of the path.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache

from lacuna.ports.plugins import OptionFault

MAX_PATTERN = 200


def wanted(include: Sequence[str], exclude: Sequence[str]) -> Callable[[str], bool]:
    """Whether a path is included (all are where nothing says which) and not excluded. Raises OptionFault."""
    for name, patterns in (("include", include), ("exclude", exclude)):
        if any(not pattern or len(pattern) > MAX_PATTERN for pattern in patterns):
            raise OptionFault(name, f"holds a pattern that is empty or longer than {MAX_PATTERN} characters")
    yes, no = list(map(_expression, include)), list(map(_expression, exclude))

    def decide(path: str) -> bool:
        path = path.lstrip("/")
        if any(expression.fullmatch(path) for expression in no):
            return False
        return not yes or any(expression.fullmatch(path) for expression in yes)

    return decide


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    pattern = pattern.lstrip("/") if "/" in pattern else f"**/{pattern}"
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    meaning = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(meaning.get(part, re.escape(part)) for part in parts), re.DOTALL)
