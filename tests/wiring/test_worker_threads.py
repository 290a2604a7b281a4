"""Threads for others' work."""

import threading

import pytest

from lacuna.wiring.worker_threads import WorkerThreads


def test_a_thread_that_the_system_did_not_give_is_not_counted_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    threads = WorkerThreads("test", 2)
    with monkeypatch.context() as full:
        full.setattr(threading.Thread, "start", refuse)
        for _ in range(3):
            with pytest.raises(TimeoutError):
                threads.run(lambda: 1, 5.0)
    assert threads.run(lambda: 1, 5.0) == 1
