"""A process that appends to a ledger: `python appender.py FOLDER NAME COUNT TASKS [ADDRESS]`.

Prints one line "index number" for each record after it was acknowledged, unbuffered, so that a parent that kills it
knows what it was promised.
"""

import asyncio
import os
import sys
from dataclasses import replace
from itertools import count as counting
from pathlib import Path

from lacuna.adapters.secrets.files import FileKeyRing
from lacuna.adapters.storage import postgres, sqlite
from lacuna.ports.storage import Entry
from lacuna.testing.contracts.ledger import entry


async def main(folder: Path, name: str, count: int, tasks: int, address: str | None) -> None:
    keys = FileKeyRing(folder)
    if address is None:
        storage = await sqlite.open_storage(folder, keys)
    else:
        storage = await postgres.open_storage(folder, keys, address=address)
    numbers = counting()

    async def append() -> None:
        while (number := next(numbers)) < count:
            record = replace(entry(number).record, actor=name)
            (stored,) = await storage.ledger.append(Entry(record))
            os.write(1, f"{stored.index} {number}\n".encode())

    await asyncio.gather(*(append() for _ in range(tasks)))
    await storage.close()


if __name__ == "__main__":
    asyncio.run(
        main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5] if sys.argv[5:] else None)
    )
