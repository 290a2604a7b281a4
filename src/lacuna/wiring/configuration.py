"""Recording that the configuration is not what it was when a server last started.

The record names the sections that changed and holds keyed HMACs of all, so that equal configurations are known for
equal; it holds no value. What was recorded last lies in the file `configuration` of the data folder.
"""

import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from lacuna.config import Settings
from lacuna.domain.audit import Json, Record
from lacuna.ports.clock import Clock
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Entry, Ledger

_FILE = "configuration"


async def record_configuration(
    folder: Path,
    settings: Settings,
    ledger: Ledger,
    keys: KeyRing,
    clock: Clock,
    process: Mapping[str, int] | None,
) -> None:
    """Appends `config.changed` where a section is not what it was; of several workers the first does it."""
    if (process or {}).get("worker", 1) != 1:
        return
    known = {
        name: [found[:16] for found in keys.hmacs(f"config {name} {_text(getattr(settings, name))}")]
        for name in type(settings).model_fields
    }
    path = folder / _FILE
    before = await asyncio.to_thread(_read, path)
    changed: list[Json] = [name for name in sorted({*known, *before}) if before.get(name) not in known.get(name, ())]
    if not changed:
        return
    now = {name: under[0] for name, under in known.items()}
    data: dict[str, Json] = {"changed": changed, "sections": now, "hmac_key": keys.hmac_key_id}
    await ledger.append(Entry(Record("config.changed", clock.now_us(), "system", "configuration", "", data)))
    await asyncio.to_thread(_write, path, now)


def _text(section: object) -> str:
    dump = getattr(section, "model_dump")  # noqa: B009  # every section is a pydantic model
    return json.dumps(dump(mode="python"), default=_plain, sort_keys=True)


def _plain(value: object) -> object:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    return str(value)


def _read(path: Path) -> dict[str, str]:
    """Nothing where there is no file that can be read: then everything counts as changed, which is recorded."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, sections: Mapping[str, str]) -> None:
    fresh = path.with_name(f"{_FILE}.new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(sections), "utf-8")
    os.replace(fresh, path)
