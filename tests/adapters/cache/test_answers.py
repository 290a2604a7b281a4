"""Kept answers: sealed in the process and in Redis, gone with their subject's key, and never in the way."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from lacuna.adapters.cache.answer_sealing import MAX_ANSWER_BYTES, AnswerSealing, Place
from lacuna.adapters.cache.answers import SealedAnswers, in_memory
from lacuna.adapters.cache.answers_redis import open_shared
from lacuna.adapters.cache.sealing import Rejected
from lacuna.adapters.texts.subject_keys import SubjectKey, SubjectKeys
from lacuna.domain.errors import DependencyError
from lacuna.ports.cache import Key
from lacuna.testing.contracts.answer_cache import AnswerCacheContract, written
from lacuna.testing.fakes.cache import DictAnswers
from lacuna.testing.fakes.telemetry import CountingTelemetry
from lacuna.testing.servers.redis import RedisServer

KEY: Key = ("a very peculiar question", 1)
VALUE = written("a very peculiar answer [1].", "ans_peculiar")


@pytest.fixture
def subjects(tmp_path: Path) -> SubjectKeys:
    return SubjectKeys(tmp_path / "subject-keys", b"m" * 32)


@pytest.fixture
def erase(subjects: SubjectKeys) -> Callable[[str], None]:
    def destroyed(subject: str) -> None:
        assert subjects.destroy(subject) is not None

    return destroyed


@pytest.fixture
def telemetry() -> CountingTelemetry:
    return CountingTelemetry()


def sealing(subjects: SubjectKeys, version: str = "1", word: bytes = b"n") -> AnswerSealing:
    return AnswerSealing(word * 32, b"c" * 32, b"s" * 32, version, subjects)


class TestInMemory(AnswerCacheContract):
    @pytest.fixture
    def cache(self, subjects: SubjectKeys, telemetry: CountingTelemetry) -> SealedAnswers:
        return in_memory(sealing(subjects), 100, 60, telemetry)


class TestDictAnswers(AnswerCacheContract):
    @pytest.fixture
    def cache(self) -> DictAnswers:
        return DictAnswers()

    @pytest.fixture
    def erase(self, cache: DictAnswers) -> Callable[[str], None]:
        return cache.forget


@pytest.fixture
async def server(program: Callable[[str], Path], tmp_path: Path) -> AsyncIterator[RedisServer]:
    with RedisServer(program("redis-server"), tmp_path) as running:
        yield running


class Replicas:
    """Caches as workers and servers of one installation have them, each with a memory of its own."""

    def __init__(self, url: str, subjects: SubjectKeys, telemetry: CountingTelemetry) -> None:
        self._url, self._subjects, self._telemetry = url, subjects, telemetry
        self._opened: list[SealedAnswers] = []
        self.changes: list[str] = []

    async def another(self, version: str = "1", word: bytes = b"n", ttl_s: int = 60) -> SealedAnswers:
        sealed = sealing(self._subjects, version, word)
        cache = await open_shared(self._url, sealed, 100, ttl_s, self._telemetry, self.changes.append)
        self._opened.append(cache)
        return cache

    async def close(self) -> None:
        for cache in self._opened:
            await cache.close()


@pytest.fixture
async def replicas(server: RedisServer, subjects: SubjectKeys, telemetry: CountingTelemetry) -> AsyncIterator[Replicas]:
    opened = Replicas(server.url, subjects, telemetry)
    yield opened
    await opened.close()


class TestInRedis(AnswerCacheContract):
    @pytest.fixture
    async def cache(self, replicas: Replicas) -> SealedAnswers:
        return await replicas.another()


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(1_000):
        if await holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came about")


async def stored(raw: Redis) -> tuple[bytes, bytes]:
    """The one entry in Redis."""

    async def there() -> bool:
        return bool(await raw.keys("*"))

    await eventually(there)
    (name,) = await raw.keys("*")
    held = await raw.get(name)
    assert isinstance(name, bytes)
    assert isinstance(held, bytes)
    return name, held


async def test_what_one_replica_put_another_gives_and_nothing_readable_lies_between(
    server: RedisServer, replicas: Replicas, telemetry: CountingTelemetry
) -> None:
    one, other = await replicas.another(ttl_s=50), await replicas.another()
    strangers = [await replicas.another(version="2"), await replicas.another(word=b"o")]
    await one.put(KEY, VALUE, "subject-ann")
    async with Redis.from_url(server.url) as raw:
        name, held = await stored(raw)
        assert name.startswith(b"lacuna:answer:")
        assert 0 < await raw.ttl(name) <= 50
    for secret in (b"peculiar", b"subject-ann", b"ans_"):
        assert secret not in name + held
    assert await other.get(KEY) == VALUE
    assert telemetry.counts["looked_up", "answers_redis", "hit"] == 1
    assert await other.get(KEY) == VALUE
    assert telemetry.counts["looked_up", "answers", "hit"] == 1
    assert [await stranger.get(KEY) for stranger in strangers] == [None, None]


async def test_erasure_reaches_every_replica_at_once(replicas: Replicas, subjects: SubjectKeys) -> None:
    one, other, third = [await replicas.another() for _ in range(3)]
    await one.put(KEY, VALUE, "ann")

    async def there() -> bool:
        return await other.get(KEY) == VALUE

    await eventually(there)
    subjects.destroy("ann")
    assert [await each.get(KEY) for each in (one, other, third)] == [None, None, None]


async def test_planted_changed_moved_and_cut_entries_are_misses(
    server: RedisServer, replicas: Replicas, telemetry: CountingTelemetry
) -> None:
    await (await replicas.another()).put(KEY, VALUE, "ann")
    async with Redis.from_url(server.url) as raw:
        name, right = await stored(raw)
        moved = sealing(replicas._subjects).place(("another question",)).name
        await raw.set(moved, right)
        assert await (await replicas.another()).get(("another question",)) is None
        flipped = bytes([*right[:-1], right[-1] ^ 1])
        for wrong in (flipped, right[:-1], right + b"x", b"x", b"y" * (MAX_ANSWER_BYTES + 9)):
            await raw.set(name, wrong)
            assert await (await replicas.another()).get(KEY) is None
        await raw.set(name, right)
    assert await (await replicas.another()).get(KEY) == VALUE
    assert telemetry.counts["looked_up", "answers_redis", "rejected"] == 6


async def test_a_redis_that_dies_is_missed_and_found_again(server: RedisServer, replicas: Replicas) -> None:
    one = await replicas.another()
    await one.put(KEY, VALUE, "ann")
    server.kill()
    assert await one.get(KEY) == VALUE
    assert await one.get(("other",)) is None
    await one.put(("other",), VALUE, "ann")
    assert await one.get(("other",)) == VALUE
    with pytest.raises(DependencyError):
        await one.check()
    server.start()

    async def works() -> bool:
        try:
            await one.check()
        except DependencyError:
            return False
        return True

    await eventually(works)
    assert replicas.changes[0] != ""
    assert replicas.changes[-1] == ""


async def test_no_more_is_held_than_may_be_and_not_for_longer(
    subjects: SubjectKeys, telemetry: CountingTelemetry
) -> None:
    cache = in_memory(sealing(subjects), 3, 60, telemetry)
    for number in range(20):
        await cache.put((number,), VALUE, "ann")
    assert [number for number in range(20) if await cache.get((number,)) is not None] == [17, 18, 19]
    await cache.put(("long",), written("x" * MAX_ANSWER_BYTES), "ann")
    await cache.put(("no text",), written("\ud800"), "ann")
    assert (await cache.get(("long",)), await cache.get(("no text",))) == (None, None)


async def test_keys_that_cannot_be_read_are_a_miss(subjects: SubjectKeys, telemetry: CountingTelemetry) -> None:
    cache = in_memory(sealing(subjects), 10, 60, telemetry)
    await cache.put(KEY, VALUE, "ann")
    (file,) = subjects.folder.glob("*.key")
    file.write_bytes(b"damaged")
    assert await cache.get(KEY) is None
    await cache.put(KEY, VALUE, "ann")
    assert await cache.get(KEY) is None
    assert telemetry.counts["looked_up", "answers", "error"] == 1
    assert telemetry.counts["failed", "answer_cache", "storage_corrupt"] == 1


class OneKey:
    """A subject's key without a folder."""

    def made(self, subject: str) -> SubjectKey:
        return SubjectKey("id", subject.encode().ljust(32, b"k")[:32])

    find = made


SEALED = AnswerSealing(b"n" * 32, b"c" * 32, b"s" * 32, "1", OneKey())


@given(st.text(max_size=50), st.text(max_size=9), st.text(max_size=9), st.floats(1, 100), st.floats(0, 200))
def test_entries_open_in_their_time_only(text: str, answer_id: str, subject: str, until: float, now: float) -> None:
    place = SEALED.place(("a",))
    value = written(text, answer_id)
    entry = SEALED.seal(place, value, subject, until)
    if entry is None:
        with pytest.raises(UnicodeEncodeError):
            (text + answer_id + subject).encode()
    elif now < until:
        assert SEALED.open(place, entry, now) == (value, until)
    else:
        with pytest.raises(Rejected):
            SEALED.open(place, entry, now)


@given(st.binary(max_size=300))
def test_what_somebody_else_made_does_not_open(planted: bytes) -> None:
    with pytest.raises(Rejected):
        SEALED.open(SEALED.place(("a",)), planted, 0.0)


def test_whoever_has_all_keys_and_not_the_question_with_its_passages_reads_nothing() -> None:
    right, other = SEALED.place(("question", "passage")), SEALED.place(("question", "another passage"))
    entry = SEALED.seal(right, VALUE, "ann", 9.0)
    assert entry is not None
    with pytest.raises(Rejected):
        SEALED.open(Place(right.name, other.secret), entry, 0.0)
    assert SEALED.open(right, entry, 0.0) == (VALUE, 9.0)
