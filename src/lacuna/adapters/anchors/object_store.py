"""Checkpoints as objects of an S3-style store: `PUT` under a new name, never over one that is there.

A bucket with object lock keeps even its owner from removing them.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import unquote

from lacuna.adapters.addresses import AddressRule, Endpoint
from lacuna.adapters.anchors.names import checkpoint_name, same_checkpoint
from lacuna.adapters.aws_signature import AwsSignature, encoded_key
from lacuna.adapters.http_client import HttpClient
from lacuna.domain.errors import DependencyNonsense
from lacuna.ports.anchors import Publication

MAX_BODY_BYTES = 1 << 20
_ALREADY = (409, 412)
_CURES = {
    403: "Check access key, secret key and region, and that the key may put objects.",
    404: "Check the bucket's address.",
}


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
        self._endpoint = Endpoint.parse(url, rule)
        self.host = self._endpoint.authority
        self._client = HttpClient(
            "object store", self._endpoint, rule, timeout_s=timeout_s, max_body_bytes=MAX_BODY_BYTES
        )
        self._signature = AwsSignature(self.host, region, access_key, secret_key, now)

    async def publish(self, publication: Publication) -> None:
        path = f"/{checkpoint_name(publication.note)}"
        body = publication.note.encode()
        headers = {"if-none-match": "*", **self._signature.headers("PUT", self._signed(path), body)}
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

    def _signed(self, path: str) -> str:
        """The path as it is signed: percent-encoded once, however the configuration spells the prefix."""
        return encoded_key(unquote(self._endpoint.path + path))

    async def _compare(self, path: str, note: str) -> None:
        headers = self._signature.headers("GET", self._signed(path), b"")
        _, kept = await self._client.send("GET", path, None, headers=headers, cures=_CURES)
        if not same_checkpoint(kept.decode("utf-8", "replace"), note):
            raise DependencyNonsense(
                f"The object store at {self.host} holds another checkpoint of this size: the log was forked or rolled "
                "back.",
                cure="Fetch it and run `lacuna audit verify --against` with it.",
            )
