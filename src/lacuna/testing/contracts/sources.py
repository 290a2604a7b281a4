"""What every `lacuna.ports.sources.Source` has to do."""

import pytest

from lacuna.domain.errors import InvalidInput, NotFound, TooLarge
from lacuna.ports.sources import Item, Source

FILES = {
    "guide.md": b"# Guide\n\nHow to reset the pump.\n",
    "sub/plan b.txt": b"A plan with a blank in its name.\n",
    "sub/z.txt": b"The last one.\n",
}
"""What the sources under test hold: the last parts of their labels, and the bytes."""


async def listed(source: Source) -> list[Item]:
    """All items."""
    return [item async for item in source.items()]


class SourceContract:
    """Tests of a `Source` (fixture `source`) that holds FILES, and `another`, a second one of the same place."""

    async def test_every_item_is_listed_once_and_can_be_fetched(self, source: Source) -> None:
        items = await listed(source)
        assert [item.filename for item in items] == ["guide.md", "plan b.txt", "z.txt"]
        assert not any(item.problem or item.incomplete for item in items)
        assert len({item.uri for item in items}) == len(items)
        assert all(item.label.isprintable() and item.filename in item.label.replace("%20", " ") for item in items)
        assert [(await source.fetch(item, 1_000)).data for item in items] == list(FILES.values())

    async def test_a_version_that_is_told_is_that_of_the_content(self, source: Source) -> None:
        for item in await listed(source):
            assert (await source.fetch(item, 1_000)).version in ("", item.version)

    async def test_another_run_names_and_orders_everything_as_before(self, source: Source, another: Source) -> None:
        assert source.identity == another.identity
        assert source.kind == another.kind
        first, second = await listed(source), await listed(another)
        assert [(item.uri, item.version) for item in first] == [(item.uri, item.version) for item in second]
        assert await listed(source) == first

    async def test_what_is_too_large_is_refused_and_does_not_disturb_the_next(self, source: Source) -> None:
        first, *_, last = await listed(source)
        with pytest.raises(TooLarge):
            await source.fetch(first, 5)
        assert (await source.fetch(last, 1_000)).data == FILES["sub/z.txt"]


class ChangingSourceContract(SourceContract):
    """The same for a place that may change between listing and fetching; `gone` is an item that is there no more."""

    async def test_what_is_gone_since_it_was_listed_is_an_error_of_that_item(self, source: Source, gone: Item) -> None:
        await listed(source)
        with pytest.raises((NotFound, InvalidInput)):
            await source.fetch(gone, 1_000)
