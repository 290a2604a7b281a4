"""A process for test_embedded.py: stores documents of three chunks, printing each id once it is acknowledged.

`endless_writer.py PATH [COUNT]`; without a count it goes on until it is killed.
"""

import asyncio
import itertools
import sys
from pathlib import Path

from lacuna.adapters.vectors.embedded import EmbeddedVectorStore
from lacuna.testing.passages import FINGERPRINT, passage


async def main(path: Path, count: int | None) -> None:
    store = await EmbeddedVectorStore.open(path)
    for number in itertools.count() if count is None else range(count):
        name = f"d{number % 40}"
        chunks = [passage(f"{name}-{number}-{n}", "valve", document_id=name, seed=n) for n in range(3)]
        await store.replace(name, FINGERPRINT, chunks)
        print(name, flush=True)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None))
