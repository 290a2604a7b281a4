"""A bucket is listed whole or not at all, and keys stay where they belong."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from lacuna.adapters.sources.bucket import BucketSource
from lacuna.domain.errors import DependencyError, DependencyNonsense, TooLarge
from lacuna.ports.plugins import OptionFault
from lacuna.testing.servers.loopback import LoopbackServer, Reply
from lacuna.testing.servers.s3 import S3Double

KEYS = {"access_key": "AKTEST", "secret_key": "s3cret"}
ODD = ("a+b & c.md", "Überblick (1).md", "x/%41~!'.md", "z=1.md")


@pytest.fixture
async def store() -> AsyncIterator[S3Double]:
    async with S3Double(KEYS["access_key"], KEYS["secret_key"], "us-east-1", page=3) as store:
        store.objects = {f"/docs/{name}": name.encode() for name in ODD}
        yield store


def bucket(server: LoopbackServer, secrets: dict[str, str] = KEYS, **options: Any) -> BucketSource:
    return BucketSource({"url": f"{server.url}/docs", "network": "private"} | options, secrets)


async def test_keys_with_odd_characters_are_found_and_read(store: S3Double) -> None:
    source = bucket(store)
    items = [item async for item in source.items()]
    assert sorted(item.label for item in items) == sorted(f"s3://docs/{name}" for name in ODD)
    for item in items:
        assert (await source.fetch(item, 100)).data.decode() == item.label.removeprefix("s3://docs/")
    await source.close()


async def test_wrong_keys_are_refused_and_not_shown(store: S3Double) -> None:
    source = bucket(store, KEYS | {"secret_key": "tell-nobody"})
    with pytest.raises(DependencyError) as refused:
        _ = [item async for item in source.items()]
    assert "tell-nobody" not in repr(refused.value)
    assert "secret key" in refused.value.cure
    await source.close()


async def test_more_objects_than_allowed_are_an_error(store: S3Double) -> None:
    source = bucket(store, max_objects=3)
    with pytest.raises(TooLarge):
        _ = [item async for item in source.items()]
    await source.close()


@pytest.mark.parametrize(
    "body",
    [
        b"<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
        b"<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken></ListBucketResult>",
        b"<ListBucketResult><Contents><Key>elsewhere/x</Key></Contents></ListBucketResult>",
        b"<Other/>",
        b"no xml",
    ],
)
async def test_a_listing_that_breaks_off_or_lies_is_an_error(body: bytes) -> None:
    async with LoopbackServer(lambda request: Reply((body,))) as server:
        source = bucket(server, prefix="docs/")
        with pytest.raises(DependencyNonsense):
            _ = [item async for item in source.items()]
        await source.close()


@pytest.mark.parametrize(
    ("options", "secrets"),
    [
        ({"url": "https://host/b"}, {}),
        ({"url": "https://host/b"}, {"access_key": "a"}),
        ({"url": "ftp://host/b"}, KEYS),
        ({"url": "http://127.0.0.1/b"}, KEYS),
        ({"url": "https://host/b", "max_objects": 0}, KEYS),
        ({}, KEYS),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], secrets: dict[str, str]) -> None:
    with pytest.raises(OptionFault):
        BucketSource(options, secrets)
