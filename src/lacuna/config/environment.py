"""Settings from environment variables.

Every `LACUNA_*` variable must be one that exists: a misspelt one is refused with the nearest right name. Variables
without the prefix never matter. An empty variable counts as not set. Kubernetes announces services as variables
(`LACUNA_PORT=tcp://...` for a service named lacuna); those are passed over.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from lacuna.config import schema
from lacuna.config.layers import Assigned, Layer
from lacuna.config.problems import Kind, Origin, Problem, nearest, shown, squashed

MAX_SECRET_BYTES: Final = 64 * 1024

_PREFIX: Final = re.compile(r"LACUNA[^A-Z0-9]", re.IGNORECASE)
_SERVICE_LINK: Final = re.compile(
    r"LACUNA(_[A-Z0-9]+)*_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)"
)
_SERVICE_PORT: Final = re.compile(r"(tcp|udp|sctp)://")
_UNEXPANDED: Final = re.compile(r"\$(\([A-Za-z_]\w*\)|\{[A-Za-z_]\w*\})")


def choose_tenant(name: str) -> None:
    """From now on, whatever this process loads is for that tenant, as if LACUNA_TENANT named it."""
    os.environ["LACUNA_TENANT"] = name


def read(environ: Mapping[str, str], cwd: Path) -> Layer:
    """What the environment sets, with its problems. `cwd` is where relative `..._FILE` paths start."""
    layer = Layer()
    for name in sorted(environ):
        value = environ[name]
        if not _PREFIX.match(name) or name == schema.CONFIG_PATH or _is_service_link(name, value):
            continue
        origin = Origin(Kind.ENVIRONMENT, shown(name))
        path = schema.variables().get(name)
        setting = _of_file(name)
        if path is None and setting is None:
            layer.problems.append(Problem(origin, _unknown(name)))
        elif not value:
            layer.warnings.append(f"{origin}: is empty and counts as not set")
        elif path is not None:
            _take(layer, path, value, origin)
        elif setting is not None:
            _take_file(layer, setting, cwd / value, origin)
    return layer


def _take(layer: Layer, path: schema.KeyPath, value: str, origin: Origin) -> None:
    if _UNEXPANDED.search(value):
        fault = "holds a reference such as ${NAME} that was never replaced; define NAME before this variable"
        layer.problems.append(Problem(origin, fault))
    else:
        layer.assign(path, Assigned(value, origin))


def _take_file(layer: Layer, setting: schema.Setting, path: Path, origin: Origin) -> None:
    if not setting.secret:
        layer.problems.append(Problem(origin, f"only secrets are read from files; use {setting.variables[0]}"))
        return
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_SECRET_BYTES + 1)
        text = data.decode().strip()
    except UnicodeDecodeError:
        layer.problems.append(Problem(origin, "names a file that is not UTF-8 text"))
        return
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "no such path"
        layer.problems.append(Problem(origin, f"names a file that cannot be read: {reason}"))
        return
    if not text or len(data) > MAX_SECRET_BYTES:
        fault = "names an empty file" if not text else f"names a file larger than {MAX_SECRET_BYTES // 1024} KiB"
        layer.problems.append(Problem(origin, fault))
        return
    layer.assign(setting.path, Assigned(text, origin))


def _of_file(name: str) -> schema.Setting | None:
    """The setting whose `..._FILE` variable this is."""
    path = schema.variables().get(name.removesuffix("_FILE")) if name.endswith("_FILE") else None
    return None if path is None else schema.settings()[path]


def _is_service_link(name: str, value: str) -> bool:
    return bool(_SERVICE_LINK.fullmatch(name) or (name.endswith("_PORT") and _SERVICE_PORT.match(value)))


def _unknown(name: str) -> str:
    known = [schema.CONFIG_PATH, *schema.variables()]
    known += [f"{name}_FILE" for s in schema.settings().values() if s.secret for name in s.variables]
    guess = nearest(name, known)
    if guess is None:
        return "unknown variable; docs/configuration.md lists all"
    if squashed(guess) == squashed(name):
        return f"wrong spelling; the variable is {guess}"
    return f"unknown variable; did you mean {guess}?"
