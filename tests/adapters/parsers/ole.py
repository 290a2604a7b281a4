"""Writes compound files ([MS-CFB], version 3), which no library in the test environment can."""

import struct
from collections.abc import Mapping

END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
SECTOR, SMALL, CUTOFF = 512, 64, 4_096
Path = tuple[str, ...]


def compound(streams: Mapping[Path, bytes]) -> bytes:
    """A compound file with these streams; folders are made as paths need them."""
    paths = sorted({path[:depth] for path in streams for depth in range(1, len(path) + 1)})
    numbers = {(): 0} | {path: number for number, path in enumerate(paths, start=1)}
    sectors: list[bytes] = []
    table: list[int] = []
    small, small_table = b"", list[int]()
    places: dict[Path, int] = {}
    for path, data in streams.items():
        if len(data) < CUTOFF:
            places[path] = chain(small_table, data, SMALL) if data else END
            small += padded(data, SMALL)
        else:
            places[path] = store(sectors, table, data)
    root = store(sectors, table, small) if small else END
    directory = entry("Root Entry", 5, child(numbers, paths, ()), FREE, root, len(small))
    for path in paths:
        kind = 2 if path in streams else 1
        data = streams.get(path, b"")
        below = FREE if kind == 2 else child(numbers, paths, path)
        place = places.get(path, 0) if kind == 2 else 0
        directory += entry(path[-1], kind, below, sibling(numbers, paths, path), place, len(data))
    first_directory = store(sectors, table, directory, fill=entry("", 0, FREE, FREE, 0, 0))
    first_small = store(sectors, table, struct.pack(f"<{len(small_table)}I", *small_table)) if small_table else END
    fat_sectors = -(-(len(table) + 1) // 127)
    first_fat = len(sectors)
    table += [FAT] * fat_sectors
    content = b"".join(sectors) + padded(struct.pack(f"<{len(table)}I", *table), SECTOR, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, fat_sectors, first_directory, 0, CUTOFF, first_small, 1, END, 0)
    header += struct.pack("<109I", *range(first_fat, first_fat + fat_sectors), *[FREE] * (109 - fat_sectors))
    return header + content


def padded(data: bytes, size: int, fill: bytes = b"\0") -> bytes:
    return data + fill * (-len(data) % size)


def chain(table: list[int], data: bytes, size: int) -> int:
    first, count = len(table), -(-len(data) // size)
    table += [*range(first + 1, first + count), END]
    return first


def store(sectors: list[bytes], table: list[int], data: bytes, fill: bytes = b"\0") -> int:
    first = chain(table, data, SECTOR)
    whole = data + fill * (-len(data) % SECTOR // len(fill))
    sectors += [whole[place : place + SECTOR] for place in range(0, len(whole), SECTOR)]
    return first


def entry(name: str, kind: int, below: int, right: int, place: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le")
    used = len(encoded) + 2 if name else 0
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBBIII", used, kind, 1, FREE, right, below)
        + bytes(36)
        + struct.pack("<IQ", place, size)
    )


def children(paths: list[Path], folder: Path) -> list[Path]:
    inside = [path for path in paths if path[:-1] == folder]
    return sorted(inside, key=lambda path: (len(path[-1]), path[-1].upper()))


def child(numbers: Mapping[Path, int], paths: list[Path], folder: Path) -> int:
    inside = children(paths, folder)
    return numbers[inside[0]] if inside else FREE


def sibling(numbers: Mapping[Path, int], paths: list[Path], path: Path) -> int:
    inside = children(paths, path[:-1])
    after = inside[inside.index(path) + 1 :]
    return numbers[after[0]] if after else FREE


def message(properties: Mapping[str, bytes], root: Path = ()) -> dict[Path, bytes]:
    """The streams of an Outlook message ([MS-OXMSG]) with properties by their hexadecimal tag and type."""
    fixed = bytes(32 if not root else 24)
    return {
        (*root, "__properties_version1.0"): fixed,
        **{(*root, f"__substg1.0_{tag}"): value for tag, value in properties.items()},
    }
