"""Time that does not go back, ids that rise."""

import threading
import time
import uuid

from lacuna.adapters.storage.clock import SystemClock, TimeOrderedIds


def test_the_clock_never_goes_back_and_tells_the_time_in_microseconds() -> None:
    clock = SystemClock()
    before = time.time_ns() // 1000
    read = [clock.now_us() for _ in range(1_000)]
    assert read == sorted(read)
    assert before <= read[0] <= read[-1] <= time.time_ns() // 1000


def test_ids_are_version_7_and_rise_strictly() -> None:
    ids = TimeOrderedIds()
    made = [ids.new("dec") for _ in range(20_000)]
    assert made == sorted(set(made))
    for identity in made[::1_000]:
        prefix, _, digits = identity.partition("_")
        parsed = uuid.UUID(digits)
        assert (prefix, len(digits), parsed.version, parsed.variant) == ("dec", 32, 7, uuid.RFC_4122)
        assert abs((parsed.int >> 80) - time.time_ns() // 1_000_000) < 60_000


def test_ids_of_several_threads_and_makers_differ() -> None:
    shared = TimeOrderedIds()
    made: list[str] = []

    def work() -> None:
        own = TimeOrderedIds()
        made.extend(maker.new("x") for _ in range(2_000) for maker in (shared, own))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 16_000
