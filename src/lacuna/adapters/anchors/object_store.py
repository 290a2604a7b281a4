"""Checkpoints as objects of an S3-style store: `PUT` under a new name, never over one that is there; and read again.

A bucket with object lock keeps even its owner from removing them.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import unquote, unquote_plus

from lacuna.adapters.addresses import AddressRule, Endpoint
from lacuna.adapters.anchors.names import checkpoint_name, checkpoints_of, same_checkpoint
from lacuna.adapters.aws_signature import AwsSignature, encoded_key
from lacuna.adapters.bucket_listing import NoBucket, listed
from lacuna.adapters.http_client import HttpClient
from lacuna.domain.errors import DependencyNonsense, TooLarge
from lacuna.domain.notes import MAX_NOTE
from lacuna.ports.anchors import Publication

MAX_BODY_BYTES = 1 << 20
_ALREADY = (409, 412)
_CURES = {
    403: "Check access key, secret key and region, and that the key may put objects.",
    404: "Check the bucket's address.",
}
_READING_CURES = {
    403: "Check access key, secret key and region, and that the key may list the bucket and read its objects.",
    404: "Check the bucket's address.",
}
_AT_ONCE: Final = 8


class ObjectStoreAnchor:
    """An `Anchor` under `url`, the bucket's address with an optional prefix."""

    name = "object_store"

    def __init__(
        self,
        url: str,
        *,
        region: str,
        access_key: str,
        secret_key: str,
        timeout_s: float = 30.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Raises ConfigError where `url` is no plain http(s) URL."""
        rule = AddressRule.ANY_CONFIGURED
        endpoint = Endpoint.parse(url, rule)
        self._below = endpoint.path
        self.host = endpoint.authority
        self._client = HttpClient(
            "object store", replace(endpoint, path=""), rule, timeout_s=timeout_s, max_body_bytes=MAX_BODY_BYTES
        )
        self._signature = AwsSignature(self.host, region, access_key, secret_key, now)

    async def publish(self, publication: Publication) -> None:
        path = f"{self._below}/{checkpoint_name(publication.note)}"
        body = publication.note.encode()
        headers = {"if-none-match": "*", **self._signature.headers("PUT", _signed(path), body)}
        status, _ = await self._client.send(
            "PUT",
            path,
            body,
            content_type="text/plain; charset=utf-8",
            headers=headers,
            expected=_ALREADY,
            cures=_CURES,
        )
        if status in _ALREADY:
            await self._compare(path, publication.note)

    async def close(self) -> None:
        await self._client.close()

    async def kept(self, origin: str, most: int) -> list[tuple[str, str]]:
        """The checkpoints of a log that are kept here, smallest log first: where, and the note. Raises TooLarge where
        there are more than `most`, and DependencyError."""
        below = unquote(self._below).strip("/")
        bucket, _, prefix = below.partition("/")
        try:
            # The bucket is the first part of the path, or, where that is none, of the host's name.
            path = f"/{bucket}" if bucket else ""
            keys = await self._keys(encoded_key(path), prefix, origin, most)
        except NoBucket:
            if not bucket:
                raise
            keys, path = await self._keys("", below, origin, most), ""
        found: list[tuple[str, str]] = []
        for first in range(0, len(keys), _AT_ONCE):
            found += await asyncio.gather(*(self._read(f"{path}/{key}") for key in keys[first : first + _AT_ONCE]))
        return found

    async def _keys(self, path: str, prefix: str, origin: str, most: int) -> list[str]:
        wanted = f"{prefix}/{checkpoints_of(origin)}".lstrip("/")
        keys: list[str] = []
        async for entry in listed(self._client, self._signature, "", path, wanted, _READING_CURES):
            key = unquote_plus(entry.text("Key"))
            if not key.startswith(wanted):
                raise DependencyNonsense(f"{self._client.where} listed a key outside the prefix.")
            keys.append(key)
            if len(keys) > most:
                raise TooLarge(
                    f"The object store keeps more than {most:,} checkpoints.", cure="Name some by --against."
                )
        return sorted(keys)

    async def _read(self, path: str) -> tuple[str, str]:
        encoded = encoded_key(path)
        headers = self._signature.headers("GET", encoded, b"")
        got = await self._client.fetch(encoded, MAX_NOTE, headers=headers, cures=_READING_CURES)
        return f"{self.host}{path}", got.body.decode("utf-8", "replace")

    async def _compare(self, path: str, note: str) -> None:
        headers = self._signature.headers("GET", _signed(path), b"")
        _, kept = await self._client.send("GET", path, None, headers=headers, cures=_CURES)
        if not same_checkpoint(kept.decode("utf-8", "replace"), note):
            raise DependencyNonsense(
                f"The object store at {self.host} holds another checkpoint of this size: the log was forked or rolled "
                "back.",
                cure="Fetch it and run `lacuna audit verify --against` with it.",
            )


def _signed(path: str) -> str:
    """The path as it is signed: percent-encoded once, however the configuration spells the prefix."""
    return encoded_key(unquote(path))
