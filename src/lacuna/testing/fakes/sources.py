"""A source in memory: `lacuna.ports.sources.Source`."""

from collections.abc import AsyncIterator, Mapping
from hashlib import sha256

from lacuna.domain.errors import LacunaError, NotFound, TooLarge
from lacuna.ports.sources import Content, Item


class InMemorySource:
    """A `Source` of `files` by name, which may be changed at any time. `fetched` are the names that were asked for.
    `unlisted` stands for a part that cannot be listed; with `raises`, the whole."""

    kind = "memory"

    def __init__(self, files: Mapping[str, bytes], name: str = "memory") -> None:
        self.files = dict(files)
        self.fetched: list[str] = []
        self.unlisted: LacunaError | None = None
        self.raises = False
        self._name = name

    @property
    def identity(self) -> str:
        return f"memory:{self._name}"

    async def items(self) -> AsyncIterator[Item]:
        if self.unlisted is not None:
            if self.raises:
                raise self.unlisted
            yield Item(f"memory:{self._name}/", self._name, "", problem=self.unlisted, incomplete=True)
        for name, data in sorted(self.files.items()):
            filename = name.rpartition("/")[2]
            yield Item(f"memory:{self._name}/{name}", f"{self._name}/{name}", filename, _version(data))

    async def fetch(self, item: Item, max_bytes: int) -> Content:
        name = item.uri.removeprefix(f"memory:{self._name}/")
        data = self.files.get(name)
        if data is None:
            raise NotFound("There is no such item any more.", cure="List the source again.")
        if len(data) > max_bytes:
            raise TooLarge(f"The item has more than {max_bytes} bytes.", cure="Take a smaller one.")
        self.fetched.append(name)
        return Content(data, _version(data))

    async def close(self) -> None:
        pass


def _version(data: bytes) -> str:
    return sha256(data).hexdigest()
