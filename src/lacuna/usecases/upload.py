"""What goes into an ingest and what comes out, with the checks that need no store."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from lacuna.domain.errors import Forbidden, InvalidInput, LacunaError
from lacuna.domain.identity import EVERYONE, Permission, Principal
from lacuna.domain.retrieval import Document
from lacuna.domain.tiers import Tier

MAX_TITLE: Final = 500
MAX_SOURCE: Final = 2_000
MAX_GROUPS: Final = 200
_ID: Final = re.compile(r"[\w.:@/+-]{1,200}")
_ID_OF_ANOTHER_KIND: Final = re.compile(r"(?!doc_)[a-z]{2,8}_[0-9a-f]{24,32}|model:.*")
"""Ids that Lacuna gives to decisions, answers, chunks and models: as a document's id they would blend into its
lineage."""
_UNUSABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Control characters, line ends, and halves of surrogate pairs, which no store can hold."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One document: `data` (a file's bytes) or `text` (Markdown or plain), not both.

    `tier` and `groups` are what the uploader declares, None where nothing is said. `source` is shown to readers;
    `origin` tells documents apart (an absolute path, a URI) and is not stored, `source` stands in for it.
    `document_id` names the document explicitly. `moved`: it may have had another `source` before, which readers see;
    then the same content is written anew.
    """

    data: bytes | None = None
    text: str | None = None
    filename: str = ""
    title: str = ""
    source: str = ""
    tier: Tier | None = None
    groups: frozenset[str] | None = None
    document_id: str | None = None
    origin: str = ""
    moved: bool = False

    def content(self) -> bytes:
        """The bytes to parse. Raises InvalidInput."""
        if (self.data is None) == (self.text is None):
            raise InvalidInput("A document needs either a file or a text.", cure="Send exactly one of the two.")
        if self.text is not None:
            try:
                return self.text.encode()
            except UnicodeEncodeError:
                raise InvalidInput("The text holds half a surrogate pair.", cure="Send valid Unicode.") from None
        return self.data or b""

    def parse_name(self) -> str:
        """The name that hints at the format: a text without one is read as Markdown, which plain text also is."""
        return self.filename or ("text.md" if self.text is not None else "")

    def check(self, principal: Principal) -> None:
        """Raises InvalidInput for what is too long or malformed, Forbidden for groups that are not the principal's."""
        checked_label(self.title, "title", MAX_TITLE)
        checked_label(self.source, "source", MAX_SOURCE)
        if self.document_id is not None and (
            not _ID.fullmatch(self.document_id) or _ID_OF_ANOTHER_KIND.fullmatch(self.document_id)
        ):
            raise InvalidInput(
                "The document id cannot be used.",
                cure="Use at most 200 letters, digits and . : @ / + - _, and no id that Lacuna gave to something else.",
            )
        if self.groups is not None:
            check_groups(self.groups, principal)


@dataclass(frozen=True, slots=True)
class Declared:
    """What a person says of every file of a folder."""

    tier: Tier | None = None
    groups: frozenset[str] | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one upload. `status` is "stored", "replaced", "unchanged" or "failed", of a synchronised item also
    "moved" or "deleted"; `error` is set only for "failed". `findings` counts the kinds that were found, `note` says how
    the tier came about."""

    status: str
    source: str
    document_id: str = ""
    title: str = ""
    tier: Tier | None = None
    found_tier: Tier | None = None
    declared: Tier | None = None
    overruled: bool = False
    groups: frozenset[str] = frozenset()
    tags: tuple[str, ...] = ()
    findings: Mapping[str, int] = field(default_factory=dict)
    chunks: int = 0
    text_length: int = 0
    note: str = ""
    error: LacunaError | None = None


def unchanged(document: Document, upload: Upload) -> Outcome:
    """The outcome of an upload that says nothing new of a document."""
    return Outcome(
        status="unchanged",
        source=upload.source,
        document_id=document.document_id,
        title=document.title,
        tier=document.tier,
        found_tier=document.found_tier,
        declared=upload.tier,
        overruled=upload.tier is not None and upload.tier < document.found_tier,
        groups=document.groups,
        tags=document.tags,
        chunks=document.chunks,
        text_length=document.text_length,
        note="unchanged since it was last ingested",
    )


def checked_label(text: str, name: str, limit: int) -> None:
    """Raises InvalidInput for a title or source that is too long or holds what is no part of a line of text."""
    if len(text) > limit or _UNUSABLE.search(text):
        raise InvalidInput(f"The {name} is not usable.", cure=f"Use one line of at most {limit} characters.")


def check_groups(groups: frozenset[str], principal: Principal) -> None:
    """A document may be given to groups the principal belongs to; an administrator may name any. Raises InvalidInput or
    Forbidden."""
    if len(groups) > MAX_GROUPS or any(not g or len(g) > 200 or not g.isprintable() for g in groups):
        raise InvalidInput(
            "The groups are not usable.", cure=f"Name at most {MAX_GROUPS} groups of at most 200 characters."
        )
    if not principal.may(Permission.MANAGE_DOCUMENTS) and not groups <= principal.groups | {EVERYONE}:
        raise Forbidden("A document can only be given to groups you belong to.", cure="Name your own groups.")
