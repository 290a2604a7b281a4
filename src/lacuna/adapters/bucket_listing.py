"""What an S3-style bucket holds, by `ListObjectsV2`: a page of a thousand keys at a time."""

from collections.abc import AsyncIterator, Mapping
from typing import Final

from lacuna.adapters.aws_signature import AwsSignature
from lacuna.adapters.http_client import HttpClient
from lacuna.adapters.xml_listing import Element, read_listing
from lacuna.domain.errors import DependencyNonsense

_PAGE_BYTES: Final = 16 << 20
_NOT_FOUND: Final = 404


class NoBucket(DependencyNonsense):
    """There is no bucket at this path."""


async def listed(
    client: HttpClient, signature: AwsSignature, base: str, path: str, prefix: str, cures: Mapping[int, str]
) -> AsyncIterator[Element]:
    """The `Contents` of each object whose key begins with `prefix`, in the order of keys. The bucket is at `path` of
    the client's address, whose own path is `base`. Raises NoBucket and DependencyError."""
    seen: set[str] = set()
    token = ""
    while True:
        page = await _page(client, signature, (base, path), prefix, token, cures)
        for entry in page.children("Contents"):
            yield entry
        if page.text("IsTruncated") != "true":
            return
        token = page.text("NextContinuationToken")
        if not token or token in seen:
            raise DependencyNonsense(f"{client.where} broke its listing off.", cure="Try again.")
        seen.add(token)


async def _page(
    client: HttpClient, signature: AwsSignature, at: tuple[str, str], prefix: str, token: str, cures: Mapping[int, str]
) -> Element:
    base, path = at
    params = {"encoding-type": "url", "list-type": "2", "prefix": prefix}
    if token:
        params["continuation-token"] = token
    headers = signature.headers("GET", (base + path) or "/", b"", params)
    got = await client.fetch(path, _PAGE_BYTES, params=params, headers=headers, expected=(_NOT_FOUND,), cures=cures)
    if got.status == _NOT_FOUND:
        raise NoBucket(f"{client.where} has no such bucket.", cure=cures.get(_NOT_FOUND, "Check the bucket's address."))
    root = read_listing(got.body, client.where)
    if root.name != "ListBucketResult":
        raise NoBucket(f"{client.where} sent no listing.", cure="Name the bucket's own address.")
    return root
