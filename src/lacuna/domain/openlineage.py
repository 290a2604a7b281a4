"""OpenLineage run events (specification 2-0-2), as far as Lacuna uses them.

Promise: an event that lacks what the standard demands, or is larger than the limits, is refused with the place of the
fault; fields and facets that are unknown here are passed over, as the standard asks. Of the facets `schema`,
`columnLineage` and Lacuna's own `lacuna_classification` are read (docs/evaluate.md).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from lacuna.domain.datasets import MAX_COLUMNS, id_of
from lacuna.domain.errors import InvalidInput
from lacuna.domain.tiers import Tier

EVENT_TYPES: Final = ("START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER")
MAX_DATASETS: Final = 200
MAX_NAME: Final = 512
MAX_NESTING: Final = 10
MAX_INPUT_FIELDS: Final = 200
MAX_ROWS: Final = 200
OWN_FACET: Final = "lacuna_classification"

_RUN_ID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")


@dataclass(frozen=True, slots=True)
class InputField:
    """A column that another was made from."""

    dataset_id: str
    column: str


@dataclass(frozen=True, slots=True)
class ToldDataset:
    """A data set as an event tells of it. `made_from` names, for its columns, those that they were made from; `tier`,
    `groups` and `sample` come from Lacuna's own facet."""

    namespace: str
    name: str
    columns: tuple[str, ...] = ()
    made_from: tuple[tuple[str, tuple[InputField, ...]], ...] = ()
    tier: Tier | None = None
    groups: frozenset[str] | None = None
    sample: tuple[Mapping[str, Any], ...] | str = ()

    @property
    def dataset_id(self) -> str:
        """Its id in Lacuna."""
        return id_of(self.namespace, self.name)


@dataclass(frozen=True, slots=True)
class RunEvent:
    """What happened in one run of one job. `at` is microseconds since the epoch."""

    event_type: str
    at: int
    run_id: str
    job_namespace: str
    job_name: str
    inputs: tuple[ToldDataset, ...]
    outputs: tuple[ToldDataset, ...]

    @property
    def key(self) -> str:
        """What makes it the same event when it is sent again."""
        return f"{self.run_id}\0{self.event_type}\0{self.at}"


def run_event(document: object) -> RunEvent:
    """The event in a JSON document. Raises InvalidInput."""
    event = _object(document, "event")
    for key in ("producer", "schemaURL"):
        if not _URI.fullmatch(_text(event, key, "event")):
            raise _wrong(f"event.{key}", "is no URI")
    if "run" not in event or "job" not in event:
        raise _wrong("event", "is no run event: it needs `run` and `job`")
    run, job = _object(event["run"], "run"), _object(event["job"], "job")
    return RunEvent(
        event_type=_event_type(event),
        at=_time(_text(event, "eventTime", "event")),
        run_id=_uuid(_text(run, "runId", "run")),
        job_namespace=_text(job, "namespace", "job"),
        job_name=_text(job, "name", "job"),
        inputs=_datasets(event.get("inputs"), "inputs"),
        outputs=_datasets(event.get("outputs"), "outputs"),
    )


def _event_type(event: Mapping[str, Any]) -> str:
    found = event.get("eventType", "OTHER")
    if not isinstance(found, str) or found.upper() not in EVENT_TYPES:
        raise _wrong("event.eventType", f"is none of {', '.join(EVENT_TYPES)}")
    return found.upper()


def _time(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise _wrong("event.eventTime", "is no time with a zone (RFC 3339)")
    microseconds = int(moment.astimezone(UTC).timestamp() * 1_000_000)
    if microseconds < 0:
        raise _wrong("event.eventTime", "is before 1970")
    return microseconds


def _uuid(text: str) -> str:
    if not _RUN_ID.fullmatch(text):
        raise _wrong("run.runId", "is no UUID")
    return text.lower()


def _datasets(found: object, place: str) -> tuple[ToldDataset, ...]:
    entries = _list(found, place, MAX_DATASETS)
    return tuple(_dataset(_object(each, f"{place}[{n}]"), f"{place}[{n}]") for n, each in enumerate(entries))


def _dataset(found: Mapping[str, Any], place: str) -> ToldDataset:
    facets = _object(found.get("facets") or {}, f"{place}.facets")
    own = _object(facets.get(OWN_FACET) or {}, f"{place}.facets.{OWN_FACET}")
    return ToldDataset(
        namespace=_text(found, "namespace", place),
        name=_text(found, "name", place),
        columns=_columns(facets.get("schema"), f"{place}.facets.schema"),
        made_from=_made_from(facets.get("columnLineage"), f"{place}.facets.columnLineage"),
        tier=_tier(own.get("tier"), place),
        groups=_groups(own.get("groups"), place),
        sample=_sample(own.get("sample"), place),
    )


def _columns(facet: object, place: str) -> tuple[str, ...]:
    if facet is None:
        return ()
    names: list[str] = []

    def add(fields: object, before: str, depth: int) -> None:
        if depth > MAX_NESTING:
            raise _wrong(place, f"is nested more than {MAX_NESTING} deep")
        for n, each in enumerate(_list(fields, f"{place}.fields", MAX_COLUMNS)):
            field = _object(each, f"{place}.fields[{n}]")
            name = before + _text(field, "name", f"{place}.fields[{n}]")
            names.append(name)
            if len(names) > MAX_COLUMNS:
                raise _wrong(place, f"has more than {MAX_COLUMNS} columns")
            if field.get("fields"):
                add(field["fields"], f"{name}.", depth + 1)

    add(_object(facet, place).get("fields"), "", 1)
    return tuple(dict.fromkeys(names))


def _made_from(facet: object, place: str) -> tuple[tuple[str, tuple[InputField, ...]], ...]:
    """Each column with what it was made from. What the facet says under `dataset` went into all of them."""
    if facet is None:
        return ()
    found = _object(facet, place)
    fields = _object(found.get("fields") or {}, f"{place}.fields")
    if len(fields) > MAX_COLUMNS:
        raise _wrong(place, f"has more than {MAX_COLUMNS} columns")
    result = []
    for name, each in fields.items():
        where = f"{place}.fields"
        inputs = _list(_object(each, where).get("inputFields"), f"{where}.inputFields", MAX_INPUT_FIELDS)
        result.append((name, tuple(_input_field(_object(one, where), where) for one in inputs)))
    return tuple(result)


def _input_field(found: Mapping[str, Any], place: str) -> InputField:
    return InputField(
        id_of(_text(found, "namespace", place), _text(found, "name", place)), _text(found, "field", place)
    )


def _tier(found: object, place: str) -> Tier | None:
    if found is None:
        return None
    try:
        return Tier.parse(str(found))
    except ValueError:
        raise _wrong(f"{place}.facets.{OWN_FACET}.tier", "is no tier") from None


def _groups(found: object, place: str) -> frozenset[str] | None:
    if found is None:
        return None
    where = f"{place}.facets.{OWN_FACET}.groups"
    names = _list(found, where, 200)
    if not names or not all(isinstance(name, str) and 0 < len(name) <= MAX_NAME for name in names):
        raise _wrong(where, "is no list of names")
    return frozenset(names)


def _sample(found: object, place: str) -> tuple[Mapping[str, Any], ...] | str:
    if found is None:
        return ()
    if isinstance(found, str):
        return found
    where = f"{place}.facets.{OWN_FACET}.sample"
    rows = [_object(row, where) for row in _list(found, where, MAX_ROWS)]
    if any(isinstance(value, (dict, list)) for row in rows for value in row.values()):
        raise _wrong(where, "has a row whose values are not plain")
    return tuple(rows)


def _object(found: object, place: str) -> Mapping[str, Any]:
    if not isinstance(found, dict):
        raise _wrong(place, "is no object")
    return found


def _list(found: object, place: str, limit: int) -> Sequence[Any]:
    if found is None:
        return ()
    if not isinstance(found, list):
        raise _wrong(place, "is no list")
    if len(found) > limit:
        raise _wrong(place, f"has {len(found)} entries; the limit is {limit}")
    return found


def _text(found: Mapping[str, Any], key: str, place: str) -> str:
    value = found.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_NAME or not value.isprintable():
        raise _wrong(f"{place}.{key}", f"is no text of 1 to {MAX_NAME} printable characters")
    return value


def _wrong(place: str, fault: str) -> InvalidInput:
    return InvalidInput(f"{place} {fault}.", cure="Send an OpenLineage run event as specification 2-0-2 defines it.")
