"""A set of policies: Rego files and the data they consult, whole and immutable, named by its content."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lacuna.domain.errors import ConfigError

_TEXT: Final = re.compile(r'"((?:[^"\\\n]|\\.)*)"|`([^`]*)`')


@dataclass(frozen=True, slots=True)
class PolicySet:
    """`files` are the Rego files by path ("routing.rego", "packs/gdpr.rego"), sorted; `data` is the canonical JSON of
    the document that rules see under `data`."""

    files: tuple[tuple[str, str], ...]
    data: str = "{}"

    @classmethod
    def of(cls, files: Mapping[str, str], data: Mapping[str, Any] | None = None) -> "PolicySet":
        """The set of these files and this data."""
        return cls(tuple(sorted(files.items())), json.dumps(data or {}, sort_keys=True, ensure_ascii=False))

    @property
    def version(self) -> str:
        """Names the set: equal sets have equal versions, and no others do."""
        body = json.dumps([self.files, self.data], ensure_ascii=False).encode()
        return "pol-" + hashlib.sha256(body).hexdigest()[:16]

    @property
    def audit_only(self) -> tuple[str, ...]:
        """The rules that the set's settings name as audit-only ("lacuna.routing.board_room"), sorted. Sets without the
        shipped packages may name them elsewhere."""
        settings = json.loads(self.data).get("settings")
        names = settings.get("audit_only") if isinstance(settings, dict) else None
        return tuple(sorted(map(str, names))) if isinstance(names, list) else ()

    @property
    def texts(self) -> frozenset[str]:
        """Every text that the rules and the data name."""
        found = {raw or json_text(quoted) for _, rego in self.rules for quoted, raw in _TEXT.findall(rego)}
        return frozenset(found | set(_texts_in(json.loads(self.data))))

    @property
    def rules(self) -> tuple[tuple[str, str], ...]:
        """The files without those that hold tests."""
        return tuple((path, text) for path, text in self.files if not is_test(path))

    def joined(self, other: "PolicySet") -> "PolicySet":
        """Both together. Where both have an object under the same key of data, `other`'s entries win, one by one.
        Raises ConfigError where both have a file of the same path, or other values under the same key."""
        twice = sorted(dict(self.files).keys() & dict(other.files).keys())
        ours, theirs = json.loads(self.data), json.loads(other.data)
        shared = ours.keys() & theirs.keys()
        wrong = sorted(key for key in shared if not (isinstance(ours[key], dict) and isinstance(theirs[key], dict)))
        if twice or wrong:
            lines = (*(f"{path}: is there twice" for path in twice), *(f"data.{key}: is there twice" for key in wrong))
            raise ConfigError("Two sets of policies do not go together.", cure="Rename one of each.", problems=lines)
        merged = {key: ours[key] | theirs[key] for key in shared}
        return PolicySet.of(dict(self.files) | dict(other.files), ours | theirs | merged)


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts_in(each)
    elif isinstance(value, dict):
        yield from value
        yield from _texts_in(list(value.values()))


def json_text(quoted: str) -> str:
    """The text that is written between quotation marks in Rego; as written where JSON would not have it."""
    try:
        return str(json.loads(f'"{quoted}"'))
    except ValueError:
        return quoted


def is_test(path: str) -> bool:
    """Whether a file holds tests, by OPA's convention."""
    return path.endswith("_test.rego")


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A set as it is kept: who brought it ("configuration": the configuration folder) and when, in microseconds since
    the epoch."""

    version: str
    author: str
    added_at: int
    note: str
    policies: PolicySet


@dataclass(frozen=True, slots=True)
class Activation:
    """One entry of the history of what was in force: `version` is None for the configuration."""

    serial: int
    version: str | None
    by: str
    at: int
