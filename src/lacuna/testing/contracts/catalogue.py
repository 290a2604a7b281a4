"""What every `Catalogue` does. Subclass with a fixture `catalogue` that gives an empty one."""

from dataclasses import replace

from lacuna.domain.retrieval import Document
from lacuna.domain.tiers import Tier
from lacuna.ports.storage import Catalogue

DOCUMENT = Document(
    document_id="doc_1",
    title="Wartung \u2013 \u4fdd\u5b88",
    source="handbook/maintenance.md",
    tier=Tier.INTERNAL,
    found_tier=Tier.PUBLIC,
    groups=frozenset({"everyone", 'a "quoted", group'}),
    tags=("PII", "PII.EMAIL"),
    chunks=3,
    text_length=2**40,
    content_hmac="0" * 64,
    media_type="text/markdown",
    ruleset="abc",
    owner="someone@example.com",
    updated_at=1_700_000_000_000_000,
)


class CatalogueContract:
    async def test_a_ready_document_is_read_back_as_it_was(self, catalogue: Catalogue) -> None:
        await catalogue.put(DOCUMENT, ready=True)
        assert await catalogue.get("doc_1") == DOCUMENT

    async def test_an_unknown_document_is_none(self, catalogue: Catalogue) -> None:
        assert await catalogue.get("doc_unknown") is None

    async def test_a_document_that_is_not_ready_is_seen_only_as_unready(self, catalogue: Catalogue) -> None:
        await catalogue.put(DOCUMENT, ready=False)
        assert await catalogue.get("doc_1") is None
        assert await catalogue.page("", 10) == []
        assert await catalogue.many(["doc_1"]) == {}
        assert await catalogue.document_ids() == frozenset()
        assert await catalogue.unready() == ["doc_1"]

    async def test_putting_again_replaces(self, catalogue: Catalogue) -> None:
        await catalogue.put(DOCUMENT, ready=False)
        newer = replace(DOCUMENT, tier=Tier.PROPRIETARY, groups=frozenset(), tags=())
        await catalogue.put(newer, ready=True)
        assert await catalogue.get("doc_1") == newer
        assert await catalogue.unready() == []

    async def test_pages_follow_each_other_by_id(self, catalogue: Catalogue) -> None:
        for number in (3, 1, 5, 2, 4):
            await catalogue.put(replace(DOCUMENT, document_id=f"doc_{number}"), ready=True)
        assert await catalogue.document_ids() == {f"doc_{number}" for number in range(1, 6)}
        seen: list[str] = []
        while page := await catalogue.page(seen[-1] if seen else "", 2):
            assert len(page) <= 2
            seen.extend(document.document_id for document in page)
        assert seen == ["doc_1", "doc_2", "doc_3", "doc_4", "doc_5"]

    async def test_many_gives_those_that_exist(self, catalogue: Catalogue) -> None:
        await catalogue.put(DOCUMENT, ready=True)
        assert await catalogue.many(["doc_1", "doc_1", "doc_2"]) == {"doc_1": DOCUMENT}
        assert await catalogue.many([]) == {}

    async def test_a_removed_document_is_gone_and_may_be_removed_again(self, catalogue: Catalogue) -> None:
        await catalogue.put(DOCUMENT, ready=True)
        await catalogue.remove("doc_1")
        await catalogue.remove("doc_1")
        assert await catalogue.get("doc_1") is None
        assert await catalogue.unready() == []
