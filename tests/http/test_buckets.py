"""Token buckets: bounded, refilled evenly, and exact among forked processes."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from lacuna.http.buckets import MAX_TRACKED, Buckets, LocalBuckets, SharedBuckets
from lacuna.http.errors import RateLimited
from lacuna.http.limits import RateLimit


@pytest.fixture(params=[LocalBuckets, SharedBuckets])
def buckets(request: pytest.FixtureRequest) -> Iterator[Buckets]:
    made: LocalBuckets | SharedBuckets = request.param()
    yield made
    if isinstance(made, SharedBuckets):
        made.close()


def test_a_bucket_gives_what_it_holds_and_no_more(buckets: Buckets) -> None:
    granted = [buckets.spend("anna", 1, 5, 0.0)[0] for _ in range(8)]
    assert granted == [True] * 5 + [False] * 3
    assert buckets.spend("ben", 5, 5, 0.0) == (True, 0.0)


def test_a_bucket_refills_up_to_its_size(buckets: Buckets) -> None:
    assert buckets.spend("anna", 5, 5, 0.0)[0]
    assert buckets.spend("anna", 5, 5, 1e12) == (True, 0.0)


def test_the_number_of_buckets_is_bounded(buckets: Buckets) -> None:
    for number in range(MAX_TRACKED + 10_000):
        assert buckets.spend(f"user {number}", 1, 1, 0.0)[0]
    assert not buckets.spend(f"user {MAX_TRACKED + 9_999}", 1, 1, 0.0)[0]


def test_whoever_asks_too_often_is_told_when_to_come_back(buckets: Buckets) -> None:
    limit = RateLimit(60, buckets)
    limit.take("anna", 1_000)
    with pytest.raises(RateLimited) as caught:
        limit.take("anna", 30)
    assert 1 <= int(caught.value.headers["Retry-After"]) <= 31
    limit.take("ben")


FORKED = """
import os
from lacuna.http.buckets import SharedBuckets
buckets = SharedBuckets()
reader, writer = os.pipe()
for _ in range(3):
    if os.fork() == 0:
        os.write(writer, sum(buckets.spend("anna", 1, 1_000, 0.0)[0] for _ in range(800)).to_bytes(4, "big"))
        os.kill(os.getpid(), 9)
for _ in range(3):
    os.wait()
print(sum(int.from_bytes(os.read(reader, 4), "big") for _ in range(3)), buckets.spend("anna", 1, 1_000, 0.0)[0])
"""


def test_forked_processes_share_one_allowance() -> None:
    done = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("1000 False\n", "")
