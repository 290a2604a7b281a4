"""The parser as the gateway uses it: whatever the bytes are, the caller goes on."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lacuna.adapters.parsers import registry
from lacuna.adapters.parsers.child_process import ChildProcessParser
from lacuna.adapters.parsers.limits import Limits
from lacuna.domain.errors import InvalidInput, Overloaded, TooLarge, UnreadableDocument, UnsupportedFormat
from lacuna.testing.contracts.parser import ParserContract
from lacuna.testing.fakes.parser import PlainTextParser
from tests.adapters.parsers import ole, samples

needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")


@pytest.fixture
def others() -> set[int]:
    """The children of tests that share this process: a server among them is not this file's to stop."""
    return children()


@pytest_asyncio.fixture
async def parser(others: set[int]) -> AsyncIterator[ChildProcessParser]:
    async with ChildProcessParser(max_bytes=100_000, processes=1) as made:
        yield made


def children() -> set[int]:
    found: set[int] = set()
    for task in Path("/proc/self/task").glob("*/children"):
        with suppress(FileNotFoundError):  # a thread of other tests may end while this looks
            found |= {int(pid) for pid in task.read_text().split()}
    return found


class TestContract(ParserContract):
    """The child process keeps the port's promise."""


class TestFake(ParserContract):
    """So does the fake."""

    @pytest.fixture
    def parser(self) -> PlainTextParser:
        return PlainTextParser(max_bytes=100_000)


@pytest.mark.parametrize(
    ("data", "filename"),
    [
        (samples.pdf(["A page."]), "a.pdf"),
        (samples.word(["A paragraph."]), "a.docx"),
        (b"<html><body><p>An article.</p></body></html>", "a.html"),
    ],
)
async def test_every_format_comes_back_as_the_reader_gave_it(
    parser: ChildProcessParser, data: bytes, filename: str
) -> None:
    assert await parser.parse(data, filename) == registry.read(data, filename, Limits())


async def test_the_refusal_of_a_child_is_the_error_of_the_caller(parser: ChildProcessParser) -> None:
    with pytest.raises(UnsupportedFormat, match="SQLite") as refused:
        await parser.parse(b"SQLite format 3\x00" + bytes(20), "x.md")
    assert refused.value.cure


async def test_a_document_that_takes_too_long_is_refused_and_the_next_one_read() -> None:
    async with ChildProcessParser(timeout_s=0.2, processes=1) as parser:
        await parser.parse(b"warm", "a.txt")
        slow = b"<html><body>" + b"<p>words <b>and</b> more</p>" * 200_000
        with pytest.raises(UnreadableDocument, match="longer than"):
            await parser.parse(slow, "slow.html")
        assert (await parser.parse(b"still here", "a.txt")).sections


@needs_proc
async def test_a_child_that_dies_costs_its_document_only(parser: ChildProcessParser, others: set[int]) -> None:
    await parser.parse(b"warm", "a.txt")
    for pid in children() - others:
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(UnreadableDocument):
        await parser.parse(b"unlucky", "a.txt")
    assert (await parser.parse(b"lucky", "a.txt")).everything == "lucky"


async def test_a_document_that_needs_too_much_memory_is_refused() -> None:
    async with ChildProcessParser(memory_mb=200, max_bytes=200 << 20, max_output_chars=1 << 30, processes=1) as parser:
        with pytest.raises(UnreadableDocument):
            await parser.parse(b"word " * (20 << 20), "a.txt")
        assert (await parser.parse(b"small", "a.txt")).sections


async def test_too_much_text_is_refused_not_cut() -> None:
    async with ChildProcessParser(max_output_chars=1000, processes=1) as parser:
        with pytest.raises(TooLarge):
            await parser.parse(b"word " * 1000, "a.txt")


async def test_more_than_may_wait_is_overload() -> None:
    async with ChildProcessParser(processes=1, max_waiting=1) as parser:
        answers = await asyncio.gather(*(parser.parse(b"x", "a.txt") for _ in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers].count(Overloaded) == 1


@needs_proc
async def test_cancelling_and_closing_leave_no_process_behind() -> None:
    before = children()
    async with ChildProcessParser(processes=2) as parser:
        await parser.parse(b"warm", "a.txt")
        job = asyncio.create_task(parser.parse(b"<html>" + b"<p>x" * 300_000, "slow.html"))
        await asyncio.sleep(0.05)
        job.cancel()
        with suppress(asyncio.CancelledError):
            await job
        assert (await parser.parse(b"next", "a.txt")).everything == "next"
    assert children() == before


def process_file(pid: int, name: str) -> str:
    return Path("/proc", str(pid), name).read_text()


@needs_proc
async def test_children_see_no_environment_and_can_write_no_file(parser: ChildProcessParser, others: set[int]) -> None:
    await parser.parse(b"warm", "a.txt")
    (pid,) = children() - others
    names = {entry.split("=")[0] for entry in process_file(pid, "environ").split("\0") if entry}
    assert names <= {"LANG", "LC_ALL"}
    limits = process_file(pid, "limits")
    assert next(line for line in limits.splitlines() if line.startswith("Max file size")).split()[3:5] == ["0", "0"]


STARTS = [
    *(b"", b"%PDF-1.4\n", b"PK\x03\x04", b"<html>", b"# ", b"\xff\xfe", b"{\\rtf1 ", b"\x78\x9f\x3e\x22\x01\x00"),
    *(b"MIME-Version: 1.0\n\n", b"\x1f\x8b\x08", b"GIF89a", b"II*\x00", b"\xff\xd8\xff\xe1", b'{"nbformat": 4}'),
    *(samples.pdf(["x"]), samples.word(), samples.png(b"tEXta\0b"), samples.zip_file({"content.xml": b"<x/>"})),
    ole.compound(ole.message({"0037001F": b"x\0"}, ("__attach_version1.0_#00000000",)) | ole.message({})),
    bytes(257) + b"ustar" + bytes(400),
]


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(STARTS), st.binary(max_size=300), st.integers(0, 6000), st.booleans())
def test_no_bytes_raise_anything_but_a_refusal(start: bytes, noise: bytes, place: int, over: bool) -> None:
    data = start[:place] + noise + start[place + (len(noise) if over else 0) :]
    for name in ("a.md", "a.eml"):
        with suppress(InvalidInput):
            registry.read(data, name, Limits(depth=len(noise) % 2))
