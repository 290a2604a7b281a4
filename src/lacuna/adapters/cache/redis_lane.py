"""One connection to Redis on which many ask together.

Guarantees that a caller waits for at most two exchanges of `seconds` each, and for none while Redis is out of order:
then everything is a miss at once, and Redis is tried in the background after a pause that grows to PAUSES[-1]. After
any failure the connection is dropped, so that no late answer meets another question. Writes wait in a bounded queue
and are lost when it is full. Everything runs on the event loop that called `start`.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    NoPermissionError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)

from lacuna.domain.errors import ConfigError, DependencyError, DependencyTimeout, DependencyUnavailable

ANSWER_SECONDS: Final = 0.1
"""Longer than Redis takes by two orders of magnitude, and short enough to be lost once."""

BATCH: Final = 1_024
MAX_WRITES: Final = 1_024
PAUSES: Final = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
"""Seconds before Redis is tried again, by number of failures in a row."""

START_SECONDS: Final = 2.0

Write = tuple[bytes, bytes, int]
"""Name, value, seconds to live."""


class RedisLane:
    """See the module. `connect` makes a client; `changed` hears "" when Redis begins to answer and why when it stops
    to; `largest` is how many bytes of a value are read."""

    def __init__(
        self, connect: Callable[[], "Redis"], seconds: float, largest: int, changed: Callable[[str], None]
    ) -> None:
        self._connect = connect
        self._seconds = seconds
        self._largest = largest
        self._changed = changed
        self._client = connect()
        self._reads: deque[tuple[bytes, asyncio.Future[bytes | None]]] = deque()
        self._writes: deque[Write] = deque(maxlen=MAX_WRITES)
        self._wake = asyncio.Event()
        self._usable = False
        self._refused = ""
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to work, also while Redis is out of reach. Raises ConfigError where Redis refuses the credentials, the
        database or an option of the address."""
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._client.ping()
            self._usable = True
        except (RedisError, OSError, TypeError, ValueError) as fault:
            if (refusal := _refusal(fault)) is not None:
                await self._drop()
                raise refusal from None  # the fault's own text may show the address
            await self._failed(fault)
        self._task = asyncio.create_task(self._run(), name="redis cache")

    @property
    def usable(self) -> bool:
        """Whether Redis answered the last time."""
        return self._usable

    async def get(self, name: bytes) -> bytes | None:
        """What lies under `name`. Raises DependencyError."""
        if not self._usable:
            raise DependencyUnavailable("Redis does not answer.")
        future: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        self._reads.append((name, future))
        self._wake.set()
        return await future

    def put(self, write: Write) -> None:
        """Stores it soon, or never."""
        if self._usable:
            self._writes.append(write)
            self._wake.set()

    async def check(self) -> None:
        """Raises DependencyError while Redis does not do its work."""
        await self.get(b"lacuna:check")
        if self._refused:
            raise DependencyError(f"Redis answers, but takes no entries ({self._refused}).")

    async def close(self) -> None:
        """Leaves what was not stored."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._give_up("closed")
        await self._drop()

    async def _run(self) -> None:
        try:
            await self._keep_exchanging()
        finally:
            self._give_up("the lane has ended")  # also after a defect: nobody may wait for ever

    async def _keep_exchanging(self) -> None:
        failures = 0 if self._usable else 1
        while True:
            if self._usable:
                await self._wake.wait()
                self._wake.clear()
            else:
                await asyncio.sleep(PAUSES[min(failures, len(PAUSES)) - 1])
            try:
                async with asyncio.timeout(self._seconds if self._usable else START_SECONDS):
                    await self._exchange()
                failures = 0
            except (RedisError, OSError, EOFError, ValueError) as fault:  # a TimeoutError is an OSError
                failures += 1
                await self._failed(fault)

    async def _exchange(self) -> None:
        """One round trip for what waits; without anything, whether Redis is there."""
        if not self._usable:
            await self._client.ping()
            self._usable = True
            self._changed("")
            return
        reads = list(self._reads)[:BATCH]
        writes = [self._writes.popleft() for _ in range(min(BATCH, len(self._writes)))]
        pipeline = self._client.pipeline(transaction=False)
        for name, _ in reads:
            pipeline.getrange(name, 0, self._largest)  # one byte more than an entry has: the rest is not wanted
        for name, value, seconds in writes:
            pipeline.set(name, value, ex=seconds)
        answers = await pipeline.execute(raise_on_error=False)
        self._settle(answers[: len(reads)])
        self._refused = next((type(a).__name__ for a in answers[len(reads) :] if isinstance(a, Exception)), "")
        if self._reads or self._writes:
            self._wake.set()
        for answer in answers:
            if isinstance(answer, ReadOnlyError):
                raise answer  # the main server is another one now

    def _settle(self, answers: Sequence[object]) -> None:
        for answer in answers:
            _, future = self._reads.popleft()
            if future.done():
                continue  # whoever asked is gone
            if isinstance(answer, Exception):
                future.set_exception(DependencyError(f"Redis answered with {type(answer).__name__}."))
            else:
                future.set_result(answer if isinstance(answer, bytes) and answer else None)

    async def _failed(self, fault: Exception) -> None:
        late = isinstance(fault, TimeoutError)
        reason = f"no answer within {self._seconds:g} s" if late else type(fault).__name__
        if self._usable or self._task is None:
            self._changed(reason)
        self._usable = False
        self._give_up(reason)
        await self._drop()
        self._client = self._connect()

    def _give_up(self, reason: str) -> None:
        self._usable = False
        self._writes.clear()
        while self._reads:
            _, future = self._reads.popleft()
            if not future.done():
                future.set_exception(DependencyTimeout(f"Redis failed: {reason}."))

    async def _drop(self) -> None:
        with suppress(RedisError, OSError):
            await self._client.connection_pool.disconnect(inuse_connections=True)


def _refusal(fault: Exception) -> ConfigError | None:
    """What only a person can put right; None for what may pass."""
    if isinstance(fault, AuthenticationError | AuthorizationError):
        return ConfigError(
            "Redis refuses the user name or password of cache.redis_url.", cure="Correct it, or remove the address."
        )
    if isinstance(fault, NoPermissionError):
        return ConfigError(
            "Redis refuses its commands to the user of cache.redis_url.",
            cure="Give the user PING, GETRANGE and SET on the keys `lacuna:*`.",
        )
    if isinstance(fault, ResponseError) and "DB index" in str(fault):
        return ConfigError("Redis has no database of the number in cache.redis_url.", cure="Choose another number.")
    if isinstance(fault, TypeError | ValueError):
        return ConfigError(
            "cache.redis_url has an option that Redis's client does not know.", cure="Check what stands after the `?`."
        )
    return None


def redis_client(address: str) -> Redis:
    """A client that tries once and keeps one connection. Raises ConfigError for an address that is none."""
    try:
        client: Redis = Redis.from_url(address, max_connections=1, retry=Retry(NoBackoff(), 0), socket_timeout=None)
    except ValueError as fault:
        raise ConfigError(
            "cache.redis_url is no address that Redis's client understands.", cure="Write redis://host:6379/0."
        ) from fault
    return client
