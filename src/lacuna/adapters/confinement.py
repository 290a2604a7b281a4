"""What a child process that works on foreign input takes from itself: memory, time, files, and its voice."""

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

_OPEN_FILES: Final = 64
_LOOK_S: Final = 0.01


def silenced() -> BinaryIO:
    """The standard output as a stream for replies alone. Whatever a library prints goes nowhere from now on: the
    protocol has a descriptor of its own, and text belongs in no log."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.dup2(nowhere, sys.stderr.fileno())
    return replies


def confine(memory_mb: int | None) -> None:
    """Lowers what this process may use, where the platform knows such limits. Nothing of it can be raised again.
    `memory_mb` is address space; None leaves it, for libraries that reserve far more than they use."""
    try:
        import resource
    except ImportError:  # Windows: the parent's time limit is all there is
        return
    memory = () if memory_mb is None else ((resource.RLIMIT_AS, memory_mb << 20),)
    for limit, value in (
        *memory,
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        _, hard = resource.getrlimit(limit)
        resource.setrlimit(limit, (value, value) if hard == resource.RLIM_INFINITY else (min(value, hard), hard))


def allow_processor_time(seconds: int) -> None:
    """Ends this process once it has computed for another `seconds`: it dies in time even if its parent was killed."""
    try:
        import resource
    except ImportError:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime) + seconds + 1, hard))


class MemoryWatch:
    """Ends this process when it has come to hold more than `memory_mb`, looking a hundred times a second while it is
    `busy`."""

    def __init__(self, memory_mb: int) -> None:
        self._limit = memory_mb << 20
        self.busy = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        peak = _peak_reader()
        if peak is None:
            return
        while True:
            self.busy.wait()
            if peak() > self._limit:
                os._exit(3)
            time.sleep(_LOOK_S)


def _peak_reader() -> Callable[[], int] | None:
    """What tells the most memory this process has held, in bytes; None where nothing does. Linux's resource usage
    begins with what the parent held, which may be more than a child is given, so its own file is read there."""
    status = Path("/proc/self/status")
    if _peak_in(status) is not None:
        return lambda: _peak_in(status) or 0
    try:
        import resource
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _peak_in(status: Path) -> int | None:
    try:
        lines = status.read_bytes().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(b"VmHWM:")), None)
