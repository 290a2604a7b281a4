"""The objects of a bucket in an S3-style store: `lacuna.ports.sources.Source`.

Lists the bucket and reads objects; writes nothing. An object's version
is its entity tag.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import unquote_plus

from lacuna.adapters.addresses import AddressRule, Endpoint
from lacuna.adapters.aws_signature import AwsSignature, encoded_key
from lacuna.adapters.bucket_listing import listed
from lacuna.adapters.http_client import HttpClient
from lacuna.adapters.sources.patterns import wanted
from lacuna.adapters.xml_listing import Element
from lacuna.domain.errors import ConfigError, DependencyNonsense, NotFound, TooLarge
from lacuna.ports.plugins import OptionFault, read_options
from lacuna.ports.sources import Content, Item

MAX_OBJECTS: Final = 500_000
_CURES: Final = {
    403: "Check access key, secret key and region, and that the key may list the bucket and read its objects.",
    404: "Check the bucket's address.",
}


@dataclass(frozen=True, slots=True)
class BucketOptions:
    """`url` is the bucket's address, its name the last part of the path; keys begin with `prefix`."""

    url: str
    prefix: str = ""
    region: str = "us-east-1"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    max_objects: int = 100_000
    network: Literal["public", "private"] = "public"
    timeout_s: float = 60.0

    def __post_init__(self) -> None:
        if not 1 <= self.max_objects <= MAX_OBJECTS:
            raise OptionFault("max_objects", f"must be 1 to {MAX_OBJECTS:,}")
        if not 0 < self.timeout_s <= 600:
            raise OptionFault("timeout_s", "must be above 0 and at most 600")


class BucketSource:
    """A `Source` of the objects of one bucket."""

    kind = "s3"

    def __init__(self, options: Mapping[str, object], secrets: Mapping[str, str]) -> None:
        """Raises OptionFault."""
        self._options = read_options(options, BucketOptions)
        if set(secrets) != {"access_key", "secret_key"}:
            raise OptionFault("secrets", "must be access_key and secret_key")
        rule = AddressRule.PUBLIC_ONLY if self._options.network == "public" else AddressRule.PRIVATE_ONLY
        try:
            self._bucket = Endpoint.parse(self._options.url, rule)
        except ConfigError as error:
            raise OptionFault("url", str(error)) from None
        self._name = self._bucket.path.rpartition("/")[2] or self._bucket.host
        self._wanted = wanted(self._options.include, self._options.exclude)
        self._signature = AwsSignature(
            self._bucket.authority, self._options.region, secrets["access_key"], secrets["secret_key"]
        )
        self._client = HttpClient(
            "object store",
            self._bucket,
            rule,
            timeout_s=self._options.timeout_s,
            max_body_bytes=1 << 31,
            reuse_connections=True,
        )

    @property
    def identity(self) -> str:
        return f"s3\0{self._bucket.base}\0{self._options.prefix}"

    async def items(self) -> AsyncIterator[Item]:
        """In the order of their keys."""
        count = 0
        async for entry in self._objects():
            key, tag = unquote_plus(entry.text("Key")), entry.text("ETag")
            if not key.startswith(self._options.prefix):
                raise DependencyNonsense(f"{self._client.where} listed a key outside the prefix.")
            if key.endswith("/") or not self._wanted(key.removeprefix(self._options.prefix)):
                continue
            count += 1
            if count > self._options.max_objects:
                raise TooLarge(
                    f"The bucket holds more than {self._options.max_objects:,} objects.",
                    cure="Raise max_objects, or narrow prefix, include and exclude.",
                )
            label = f"s3://{self._name}/{key}"
            shown = label if label.isprintable() else ascii(label)[1:-1]
            yield Item(f"s3+{self._bucket.base}/{encoded_key(key)}", shown, key.rpartition("/")[2], tag)

    async def fetch(self, item: Item, max_bytes: int) -> Content:
        path = item.uri.removeprefix(f"s3+{self._bucket.base}")
        headers = self._signature.headers("GET", self._bucket.path + path, b"")
        got = await self._client.fetch(path, max_bytes, headers=headers, expected=(404,), cures=_CURES)
        if got.status == 404:
            raise NotFound("There is no such object any more.", cure="List the bucket again.")
        return Content(got.body, got.headers.get("etag", ""))

    async def close(self) -> None:
        await self._client.close()

    def _objects(self) -> AsyncIterator[Element]:
        base = self._bucket.path
        return listed(self._client, self._signature, base, "", self._options.prefix, _CURES)
