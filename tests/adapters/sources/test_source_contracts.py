"""Folder, repository, site, bucket and memory keep the same promises as sources."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from lacuna.adapters.sources.bucket import BucketSource
from lacuna.adapters.sources.folder import FolderSource
from lacuna.adapters.sources.git import GitSource
from lacuna.adapters.sources.sitemap import SitemapSource
from lacuna.ports.sources import Item, Source
from lacuna.testing.contracts.sources import FILES, ChangingSourceContract, SourceContract
from lacuna.testing.fakes.sources import InMemorySource
from lacuna.testing.servers.s3 import S3Double
from lacuna.testing.servers.website import Website
from tests.adapters.sources.repository import commit, git, write

KEYS = {"access_key": "AKTEST", "secret_key": "s3cret"}


class TestFolder(ChangingSourceContract):
    @pytest.fixture
    def source(self, tmp_path: Path) -> Source:
        return FolderSource([write(tmp_path)])

    @pytest.fixture
    def another(self, tmp_path: Path) -> Source:
        return FolderSource([tmp_path])

    @pytest.fixture
    def gone(self, tmp_path: Path) -> Item:
        return Item((tmp_path / "gone").as_uri(), "gone", "gone")


class TestMemory(ChangingSourceContract):
    @pytest.fixture
    def source(self) -> Source:
        return InMemorySource(FILES)

    @pytest.fixture
    def another(self) -> Source:
        return InMemorySource(FILES)

    @pytest.fixture
    def gone(self) -> Item:
        return Item("memory:memory/gone", "gone", "gone")


@pytest.fixture
def repository(tmp_path: Path, program: Callable[[str], str]) -> Path:
    program("git")
    folder = tmp_path / "the app"
    folder.mkdir()
    git(folder, "init", "-q")
    commit(write(folder))
    return folder


class TestRepositoryInPlace(SourceContract):
    @pytest.fixture
    async def source(self, repository: Path) -> AsyncIterator[Source]:
        source = GitSource({"path": str(repository)}, {})
        yield source
        await source.close()

    @pytest.fixture
    async def another(self, repository: Path) -> AsyncIterator[Source]:
        source = GitSource({"path": str(repository), "ref": "HEAD"}, {})
        yield source
        await source.close()


class TestRepositoryByAddress(SourceContract):
    @pytest.fixture
    async def source(self, repository: Path) -> AsyncIterator[Source]:
        source = GitSource({"url": repository.as_uri(), "ref": "main"}, {})
        yield source
        await source.close()

    @pytest.fixture
    async def another(self, repository: Path) -> AsyncIterator[Source]:
        source = GitSource({"url": repository.as_uri(), "ref": "main"}, {})
        yield source
        await source.close()


class TestSite(ChangingSourceContract):
    @pytest.fixture
    async def site(self) -> AsyncIterator[Website]:
        async with Website({f"/docs/{name}": data for name, data in FILES.items()}) as site:
            site.changed = {"/docs/guide.md": "2024-05-01T10:00:00Z", "/docs/sub/z.txt": "2024-05-01"}
            yield site

    def _source(self, site: Website) -> SitemapSource:
        return SitemapSource({"url": site.sitemap_url, "network": "private"}, {})

    @pytest.fixture
    async def source(self, site: Website) -> AsyncIterator[Source]:
        source = self._source(site)
        yield source
        await source.close()

    @pytest.fixture
    async def another(self, site: Website) -> AsyncIterator[Source]:
        source = self._source(site)
        yield source
        await source.close()

    @pytest.fixture
    def gone(self, site: Website) -> Item:
        return Item(f"{site.url}/docs/gone", "gone", "gone")


class TestBucket(ChangingSourceContract):
    @pytest.fixture
    async def store(self) -> AsyncIterator[S3Double]:
        async with S3Double(KEYS["access_key"], KEYS["secret_key"], "eu-test-1", page=2) as store:
            store.objects = {f"/docs/shared/{name}": data for name, data in FILES.items()}
            store.objects |= {"/docs/shared/sub/": b"", "/docs/other/x.md": b"x", "/elsewhere/shared/y.md": b"y"}
            yield store

    def _source(self, store: S3Double) -> BucketSource:
        options: dict[str, Any] = {"url": f"{store.url}/docs", "prefix": "shared/", "region": "eu-test-1"}
        return BucketSource(options | {"network": "private"}, KEYS)

    @pytest.fixture
    async def source(self, store: S3Double) -> AsyncIterator[Source]:
        source = self._source(store)
        yield source
        await source.close()

    @pytest.fixture
    async def another(self, store: S3Double) -> AsyncIterator[Source]:
        source = self._source(store)
        yield source
        await source.close()

    @pytest.fixture
    def gone(self, store: S3Double) -> Item:
        return Item(f"s3+{store.url}/docs/shared/gone", "gone", "gone")
