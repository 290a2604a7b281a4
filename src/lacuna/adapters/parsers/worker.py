"""The parsing child: reads jobs from standard input, answers on standard output, one at a time, until the input ends.

It lowers its own limits before the first job (memory, processor time, no new files, no core dump) and gives libraries
no way to write into the protocol. An exception that no reader foresaw ends the process: the parent reports the
document as unreadable and starts another child. Start it as `python -I -m lacuna.adapters.parsers.worker MEMORY_MB`.
"""

import os
import sys
from typing import BinaryIO, Final

from lacuna.adapters.parsers import registry
from lacuna.adapters.parsers.limits import Limits
from lacuna.adapters.parsers.wire import LENGTH, READY, Job, Read, Refused, decode_job, encode, refusal
from lacuna.domain.errors import InvalidInput, UnreadableDocument

_OPEN_FILES: Final = 64


def answer(job: Job) -> Read | Refused:
    """The text of one document, or why there is none."""
    try:
        return Read(registry.read(job.data, job.filename, Limits(job.max_output_chars, job.max_inflated_bytes)))
    except InvalidInput as error:
        return refusal(error)
    except (MemoryError, RecursionError):
        return refusal(
            UnreadableDocument(
                "The document needs more memory than parsing may use.", cure="Split it or raise ingest.parse_memory_mb."
            )
        )


def serve(jobs: BinaryIO, replies: BinaryIO) -> None:
    """Answers jobs until the input ends."""
    replies.write(READY)
    replies.flush()
    while len(header := jobs.read(LENGTH.size)) == LENGTH.size:
        (size,) = LENGTH.unpack(header)
        job = decode_job(jobs.read(size))
        allow_processor_time(job.cpu_s)
        replies.write(encode(answer(job)))
        replies.flush()


def confine(memory_mb: int) -> None:
    """Lowers what this process may use, where the platform knows such limits. Nothing of it can be raised again."""
    try:
        import resource
    except ImportError:  # Windows: the parent's time limit is all there is
        return
    memory = memory_mb << 20
    for limit, value in (
        (resource.RLIMIT_AS, memory),
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


def main() -> None:
    # Whatever a library prints goes nowhere: the protocol has a descriptor of its own, and text belongs in no log.
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.dup2(nowhere, sys.stderr.fileno())
    confine(int(sys.argv[1]))
    serve(sys.stdin.buffer, replies)


if __name__ == "__main__":
    main()
