"""The tier of a document, and how unchanged content is recognised.

Found is what the layers showed; declared is what a person said. Findings only raise. A person's PUBLIC counts as
evidence only where nothing was found, and a repeated upload does not take back what someone changed since.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lacuna.domain.classification import Classification
from lacuna.domain.tiers import Tier, join


@dataclass(frozen=True, slots=True)
class Verdict:
    """`found` is the join of all findings; `overruled` is true where the declared tier was lower than that."""

    tier: Tier
    found: Tier
    overruled: bool
    reason: str


def verdict(parts: Sequence[Classification], declared: Tier | None, floor: Tier = Tier.PUBLIC) -> Verdict:
    """The tier of a document whose passages and whole were classified as `parts`. `floor` is a tier that a person set
    on an earlier version. Pure; the order of `parts` does not matter."""
    found = join(finding.tier for part in parts for finding in part.findings)
    if declared is not None and declared < found:
        tier, reason = found, f"declared {declared}, but {found} was found: what was found counts"
    elif declared is not None:
        tier, reason = (
            declared,
            f"declared {declared}; found: {found if found > Tier.PUBLIC else 'nothing above PUBLIC'}",
        )
    else:
        tier = join((part.tier for part in parts), floor=found)
        reason = (
            f"found {found}" if found is tier and found > Tier.PUBLIC else f"nothing found; the strategy says {tier}"
        )
    if floor > tier:
        tier, reason = floor, f"kept at {floor}, which a person set"
    return Verdict(tier, found, declared is not None and declared < found, reason)


def kinds(whole: Classification, passages: Iterable[Classification]) -> dict[str, int]:
    """How often each kind was found in the whole text, and in the passages where only they showed it (overlapping
    passages would count twice)."""
    counts = _counted([whole])
    for kind, count in _counted(passages).items():
        counts.setdefault(kind, count)
    return dict(sorted(counts.items()))


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What an upload was: its content, what was declared with it, and what it was processed by, each as a keyed hash.
    `changed` says that a person changed tier, groups or title since. Stored as `Document.content_hmac`."""

    content: str
    declared: str
    pipeline: str
    changed: bool = False

    def __str__(self) -> str:
        return ".".join([self.content, self.declared, self.pipeline, *(["changed"] if self.changed else [])])

    @classmethod
    def parse(cls, text: str) -> "Fingerprint":
        """The fingerprint in `text`; one that equals no upload where `text` is something else."""
        content, _, rest = text.partition(".")
        declared, _, rest = rest.partition(".")
        pipeline, _, rest = rest.partition(".")
        return cls(content, declared, pipeline, rest == "changed")

    def same_upload(self, *others: "Fingerprint") -> bool:
        """Whether nothing that decides the outcome of an ingest differs from one of these."""
        return replace(self, changed=False) in [replace(other, changed=False) for other in others]


def _counted(parts: Iterable[Classification]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for part in parts:
        for finding in part.findings:
            counts[finding.kind] = counts.get(finding.kind, 0) + 1
    return counts
