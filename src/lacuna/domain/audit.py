"""What a ledger record is and how it becomes bytes. docs/ledger-format.md specifies both.

The record's canonical bytes are the RFC 6962 leaf data. Records hold no query, answer or document text: texts appear as
keyed HMACs, findings without values. Numbers are integers (confidences in thousandths), so every language writes the
same bytes.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from lacuna.domain.errors import InvalidInput, TooLarge
from lacuna.domain.long_records import Json as Json
from lacuna.domain.long_records import encoded, shortened

MAX_RECORD_BYTES = 65_535
"""The most canonical bytes of one record: what an entry bundle of C2SP tlog-tiles takes. Lists of one that is longer
are cut (`lacuna.domain.long_records`)."""

MAX_AGAINST = 200_000
"""The most checkpoints that one verification compares with."""

MAX_SAMPLE = 1_000_000
"""The most records that one sampled verification draws."""

_END_OF_TIME = 2**63

HMAC_ROTATED = "hmac_key.rotated"
"""The kind of record that names the HMAC keys before and after a rotation."""

ROTATED = "signing_key.rotated"
ROTATING = "signing_key.rotating"
"""The kind of record that hands the log to the next signing key."""

KINDS = frozenset(
    {
        "anchor.failed",
        "anchor.resumed",
        "anchor.started",
        "anchor.stopped",
        "answer.released",
        "approval.expired",
        "approval.granted",
        "approval.refused",
        "approval.requested",
        "approval.used",
        "config.changed",
        "decision.classify",
        "decision.evaluate",
        "decision.query",
        "decision.search",
        "decision.split",
        "document.changed",
        "document.deleted",
        "document.ingested",
        "document.listed",
        "document.read",
        "document.refused",
        "hmac_key.rotated",
        "key.created",
        "key.ending",
        "key.revoked",
        "key.rotated",
        "label.recorded",
        "ledger.exported",
        "ledger.searched",
        "ledger.verified",
        "login.accepted",
        "login.refused",
        "lineage.recorded",
        "outbound.sent",
        "override.expired",
        "override.granted",
        "override.refused",
        "override.requested",
        "override.withdrawn",
        "signing_key.rotated",
        "signing_key.rotating",
        "passages.reindex_abandoned",
        "passages.reindex_started",
        "passages.reindexed",
        "policy.deployed",
        "policy.refused",
        "policy.rolled_back",
        "source.synchronised",
        "subject.erased",
        "system.degraded",
        "system.recovered",
        "system.started",
        "system.stopped",
        "terms.changed",
        "text.read",
    }
)


@dataclass(frozen=True, slots=True)
class Record:
    """One event. `at` is microseconds since the epoch, UTC; `decision` ties the records of one decision together and is
    empty where there is none; `actor` is the principal's user id, `via` how it was authenticated."""

    kind: str
    at: int
    actor: str
    via: str
    decision: str
    data: Mapping[str, Json]

    def canonical(self) -> bytes:
        """The leaf data: UTF-8 JSON, keys sorted, no white space, integers only."""
        body: dict[str, Json] = {
            "actor": self.actor,
            "at": self.at,
            "data": self.data,
            "decision": self.decision,
            "kind": self.kind,
            "v": 1,
            "via": self.via,
        }
        return encoded(body)


def body_of(record: Record, canonical: Callable[[Record], bytes] = Record.canonical) -> bytes:
    """The canonical bytes of a record that a ledger may take. `canonical` may be a quicker way to the same bytes.
    Raises InvalidInput for a record that has none, and TooLarge."""
    if record.kind not in KINDS:
        raise InvalidInput(
            f"{record.kind!r} is no kind of ledger record.", cure="Use one of lacuna.domain.audit.KINDS."
        )
    if not 0 <= record.at < _END_OF_TIME:
        raise InvalidInput(f"A {record.kind} record has a time outside 0 to 2**63 microseconds.")
    try:
        body = canonical(record)
    except (TypeError, ValueError, RecursionError) as reason:
        raise InvalidInput(
            f"A {record.kind} record cannot be written as canonical JSON ({type(reason).__name__}).",
            cure="Records hold JSON values only, and no lone surrogates in strings.",
        ) from None
    if len(body) > MAX_RECORD_BYTES:
        body = canonical(replace(record, data=shortened(record.data, len(body) - MAX_RECORD_BYTES)))
    if len(body) > MAX_RECORD_BYTES:
        raise TooLarge(f"A {record.kind} record has {len(body)} bytes; the limit is {MAX_RECORD_BYTES}.")
    return body


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as the ledger holds it: its index (from 0) and its canonical bytes."""

    index: int
    body: bytes

    def record(self) -> Record:
        """Raises ValueError where the bytes are no record."""
        raw = json.loads(self.body)
        if not isinstance(raw, dict) or raw.get("v") != 1:
            raise ValueError("not a version 1 record")
        try:
            return Record(raw["kind"], raw["at"], raw["actor"], raw["via"], raw["decision"], raw["data"])
        except KeyError as missing:
            raise ValueError(f"the record lacks {missing}") from None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that a record is in the log: its leaf, the inclusion proof (RFC 6962, section 2.1.1) and the signed
    checkpoint (C2SP tlog-checkpoint, a signed note) that the proof leads to. Hashes are 32 raw bytes."""

    index: int
    tree_size: int
    leaf: bytes
    proof: tuple[bytes, ...]
    checkpoint: str


class Extent(StrEnum):
    """How much of the log a verification reads."""

    FULL = "full"
    SINCE_LAST = "since_last"
    """Only what came after the last verification that passed, and that it extends what was verified then."""
    SAMPLE = "sample"
    """Records drawn at random, each with its inclusion proof."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A checkpoint kept elsewhere, as note text, and where it was found."""

    note: str
    where: str = "the file that was given"


@dataclass(frozen=True, slots=True)
class Examination:
    """What to verify. `sample` is the number of records to draw (with SAMPLE only); `against` are checkpoints kept
    elsewhere that the log has to extend; the first that it does not is named. Raises InvalidInput."""

    extent: Extent = Extent.FULL
    sample: int = 0
    against: tuple[Kept, ...] = ()

    def __post_init__(self) -> None:
        if (self.extent is Extent.SAMPLE) != (self.sample > 0) or self.sample > MAX_SAMPLE:
            raise InvalidInput(
                f"A sample of {self.sample} records does not go with a {self.extent} verification.",
                cure=f"Give 1 to {MAX_SAMPLE} records for a sample, and none otherwise.",
            )


EVERYTHING = Examination()


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome of checking the log. `problem` names the first bad record in words and is empty if all is well.
    `checked` records were read; a verification that began behind what was verified before began at `start`."""

    size: int
    root: bytes
    problem: str = ""
    bad_index: int | None = None
    extent: Extent = Extent.FULL
    start: int = 0
    checked: int = 0

    @property
    def passed(self) -> bool:
        return not self.problem

    @property
    def detection(self) -> float:
        """The probability that this verification finds a single bad record anywhere among the records that it is about:
        1 where it reads all of them."""
        if self.extent is not Extent.SAMPLE or not self.size:
            return 1.0
        return min(1.0, self.checked / self.size)

    @property
    def share_found(self) -> float:
        """The least share of bad records that is found with a probability of 95 %; 0 where all are read."""
        if self.detection == 1.0:
            return 0.0
        return 1.0 - 0.05 ** (1 / self.checked) if self.checked else 1.0
