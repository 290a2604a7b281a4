"""docs/configuration.md and the rows of `lacuna config show`, both made from the settings themselves."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr

from lacuna.config import schema
from lacuna.config.loading import Loaded
from lacuna.config.settings import Settings

_TYPE_NAMES: Final[Mapping[object, str]] = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    Path: "folder",
    SecretStr: "secret text",
}

_HEAD: Final = """\
# Configuration

Lacuna reads its configuration once, at the start, and refuses to start with anything it does not understand.
`lacuna config validate` lists every fault with file, line and key; `lacuna config show` prints each value in force and
where it comes from; `lacuna config path` prints the folder in use.

## Where values come from

The folder is `LACUNA_CONFIG_PATH`, else `./config` if it exists, else the packaged defaults. It holds:

| file | holds |
|---|---|
| `config.yaml` | the settings below |
| `proprietary_terms.yaml` | the organisation's own names, [see below](#proprietary_termsyaml) |
| `recognisers.yaml` | recognisers of your own, [see terms.md](terms.md#recognisers-of-your-own) |
| `plugins.yaml` | packs of recognisers and plug-ins, [see plugins.md](plugins.md) |
| `sources.yaml` | where documents come from, [see sources.md](sources.md) |
| `policies/` | policies of your own in Rego, and their data, [see policy.md](policy.md) |
| `examples/*.yaml` | your own labelled texts for the embedding layer, [see semantic.md](semantic.md) |

Any other YAML file there gets a warning. A value on the command line wins over the environment, the environment over
files, files over defaults. An empty value, in a file or in the environment, counts as not set.

In the environment every setting is `LACUNA_SECTION__KEY`, with two underscores between the levels; the names without
them are the deployment guide's. A `LACUNA_*` variable that does not exist stops the start; variables without the prefix
never matter, nor do those that Kubernetes makes for services. Lists are comma-separated.

Each secret can also come from a file: append `_FILE` to the variable and give the file's path, as Docker and Kubernetes
secrets need it. Secrets are never printed.

A secret may also stand in a HashiCorp Vault: write `vault:MOUNT/PATH#FIELD` (or `vault:MOUNT/PATH?version=2#FIELD`) in
its place, in a file, a variable or a `_FILE`, and give `secrets.vault_url` and `secrets.vault_token`. The engine is KV
version 2; the token's policy needs `read` on `MOUNT/data/PATH`. Each secret is read once, when a process starts: after
a change, restart. `lacuna config validate` checks how references are written and fetches nothing. The token goes to
that address only: redirects are not followed, so name the active node or a load balancer. This was tested against a
stand-in that speaks Vault's HTTP API, not against Vault itself.

Files are plain YAML 1.2 of at most 5 MiB: no tags, no anchors and aliases, no duplicate keys. Tier names count in any
case. The guide's `lineage.postgres_url` is a second name of `storage.postgres_url`.

Some settings are understood but have no back end in this version. `lacuna config validate` warns of them, and
`lacuna serve` refuses to start with them.
"""

_TERMS: Final = """\
## proprietary_terms.yaml

Three lists: `projects` and `customers` (PROPRIETARY) and `internal_terms` (INTERNAL: markings and words that stay
inside). An entry is a text, or a name with aliases. One spelling is enough: `project_apollo` covers `Project Apollo`,
`project-apollo` and `ProjectApollo`. Terms have 2 to 200 characters; repetitions get a warning. `match` says when an
entry counts (`automatic`, `always`, `context`, `case_sensitive`), and `public_phrases` lists phrases in which a term
means something else: [terms.md](terms.md).

A running server follows the file within a second. While it has faults, what was in force stays, and `/ready` says so.

```yaml
projects:
  - project_apollo
  - name: Project Artemis
    aliases: [PA-7, moonshot]
  - name: Echo
    match: always
customers:
  - customer_alpha
internal_terms:
  - internal only
public_phrases:
  - Echo Lake
```
"""


def markdown() -> str:
    """The text of docs/configuration.md."""
    parts = [_HEAD, "## Settings\n"]
    for name, field in Settings.model_fields.items():
        rows = [_row(setting) for setting in schema.settings().values() if setting.path[0] == name]
        about = _about(field.annotation)
        parts.append(f"### {name}\n")
        if about:
            parts.append(about + "\n")
        table = ["| key | environment | type | default | meaning |", "|---|---|---|---|---|", *rows]
        parts.append("\n".join(table) + "\n")
    return "\n".join((*parts, _TERMS))


@dataclass(frozen=True, slots=True)
class Effective:
    """A setting in force. `value` is plain JSON; a secret is only "set" or "not set"."""

    key: str
    value: bool | int | float | str | list[str] | None
    source: str


def effective(loaded: Loaded) -> Iterator[Effective]:
    """Every setting in force, in the order of the reference."""
    for setting in schema.settings().values():
        value: Any = loaded.settings
        for name in setting.path:
            value = getattr(value, name)
        if setting.secret:
            value = "not set" if value is None else "set"
        yield Effective(setting.key, _plain(value), str(loaded.sources[setting.key]))


def _row(setting: schema.Setting) -> str:
    variables = "<br>".join(f"`{name}`" for name in setting.variables)
    words = " or ".join(_types(setting.field.annotation, setting.field.metadata))
    return f"| `{setting.key}` | {variables} | {words} | {_default(setting)} | {setting.field.description} |"


def _about(model: Any) -> str:
    own = isinstance(model, type) and issubclass(model, BaseModel) and "__doc__" in vars(model)
    return " ".join((inspect.getdoc(model) or "").split()) if own else ""


def _default(setting: schema.Setting) -> str:
    value = setting.field.default
    if value is None or value == ():
        return "not set"
    return f"`{str(_plain(value)).lower() if isinstance(value, bool) else _plain(value)}`"


def _plain(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case Path():
            return str(value)
        case tuple():
            return [str(item) for item in value]
        case _:
            return value


def _types(annotation: Any, metadata: list[Any]) -> Iterator[str]:
    """What a value may be, in words: "whole number, 1 to 100"."""
    if get_origin(annotation) is Literal:
        yield ", ".join(f"`{word}`" for word in get_args(annotation))
    elif isinstance(annotation, type) and issubclass(annotation, Enum):
        yield ", ".join(f"`{member.value}`" for member in annotation)
    elif annotation in _TYPE_NAMES:
        yield _TYPE_NAMES[annotation] + _range(metadata)
    elif get_origin(annotation) is tuple:
        yield "list of texts"
    else:
        for inner in get_args(annotation):
            if inner is not NoneType and (isinstance(inner, type) or get_args(inner)):
                yield from _types(inner, metadata)


def _range(metadata: list[Any]) -> str:
    """The bounds, which pydantic keeps as objects with one attribute each."""
    bounds = {name: getattr(each, name) for each in metadata for name in ("ge", "gt", "le") if hasattr(each, name)}
    if "ge" in bounds and "le" in bounds:
        return f", {bounds['ge']:,} to {bounds['le']:,}"
    if "gt" in bounds and "le" in bounds:
        return f" above {bounds['gt']:,}, at most {bounds['le']:,}"
    return ""
