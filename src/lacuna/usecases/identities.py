"""Which document an upload is a version of.

Promise: what comes from one place (a file's path, an item's URI) stays one document, also after it was moved there from
another place; and a new file where another one stood before becomes a document of its own.
"""

from collections.abc import Sequence
from typing import Final

from lacuna.domain.identity import Permission, Principal
from lacuna.ports.secrets import KeyRing
from lacuna.ports.sources import Known, SourceItems
from lacuna.usecases.upload import Upload

BY_HAND: Final = ""
"""Stands for the source of files that were named one by one."""

CLAIMED_AT_ONCE: Final = 500


class DocumentIdentities:
    """See the module. Names are made under the first of all HMAC keys, so that they last. Administrators share one set
    of ids. Others have their own: an upload neither touches nor betrays a document of somebody else."""

    def __init__(self, items: SourceItems, keys: KeyRing) -> None:
        self._items = items
        self._keys = keys

    def source(self, identity: str) -> str:
        """The name under which a source's items are remembered."""
        return self._keys.lasting("\1".join(["source", identity]))

    def origin(self, uri: str, principal: Principal) -> str:
        """The name under which an item is remembered."""
        return self._keys.lasting("\1".join(["origin", _owner(principal), uri]))

    def version(self, version: str) -> str:
        """A version as it is remembered; "" for none."""
        return self._keys.lasting("\1".join(["version", version]))[:32] if version else ""

    async def of(self, upload: Upload, content: str, principal: Principal) -> str:
        """The id of an upload's document; `content` is the hash of its bytes. Raises StorageError."""
        if upload.document_id is not None:
            return upload.document_id
        if not upload.origin:
            return self._derived(upload.source or content, principal)
        return await self._at(upload.origin, principal)

    async def claimed(self, source: str, uris: Sequence[str], principal: Principal) -> list[Known]:
        """Gives each of these URIs, unknown to this source so far, a document of its own or the one that another source
        knows there, and remembers that before anything is written. Raises StorageError."""
        known = []
        for start in range(0, len(uris), CLAIMED_AT_ONCE):
            some = await self.would_claim(uris[start : start + CLAIMED_AT_ONCE], principal)
            await self._items.put(source, some)
            known += some
        return known

    async def would_claim(self, uris: Sequence[str], principal: Principal) -> list[Known]:
        """What `claimed` would remember of these, at most CLAIMED_AT_ONCE."""
        derived = {self.origin(uri, principal): (uri, self._derived(uri, principal)) for uri in uris}
        there = await self._items.documents(list(derived))
        held = await self._items.origins([usual for origin, (_, usual) in derived.items() if origin not in there])
        known = []
        for origin, (uri, usual) in derived.items():
            taken = held.get(usual, frozenset()) - {origin}
            known.append(
                Known(origin, there.get(origin) or (await self._free(origin, uri, principal) if taken else usual))
            )
        return known

    async def _at(self, uri: str, principal: Principal) -> str:
        (known,) = await self.would_claim([uri], principal)
        if known.document_id != self._derived(uri, principal):
            await self._items.put(BY_HAND, [known])
        return known.document_id

    async def _free(self, origin: str, uri: str, principal: Principal) -> str:
        """An id for a file where one stood that took its document elsewhere; the same in every process that asks."""
        number = 1
        while True:
            number += 1
            candidate = self._derived(f"{uri}\1{number}", principal)
            held = await self._items.origins([candidate])
            if not held.get(candidate, frozenset()) - {origin}:
                return candidate

    def _derived(self, what: str, principal: Principal) -> str:
        return "doc_" + self._keys.lasting("\1".join(["document", _owner(principal), what]))[:24]


def _owner(principal: Principal) -> str:
    return "" if principal.may(Permission.MANAGE_DOCUMENTS) else principal.user_id
