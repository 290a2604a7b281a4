"""The parsing child: reads jobs from standard input, answers on standard output, one at a time, until the input ends.

It lowers its own limits before the first job (memory, processor time, no new files, no core dump) and gives libraries
no way to write into the protocol. An exception that no reader foresaw ends the process: the parent reports the
document as unreadable and starts another child. Start it as `python -I -m lacuna.adapters.parsers.worker MEMORY_MB`.
"""

import sys
from typing import BinaryIO

from lacuna.adapters.confinement import allow_processor_time, confine, silenced
from lacuna.adapters.parsers import registry
from lacuna.adapters.parsers.limits import Limits
from lacuna.adapters.parsers.wire import LENGTH, READY, Job, Read, Refused, decode_job, encode, refusal
from lacuna.domain.errors import InvalidInput, UnreadableDocument


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


def main() -> None:
    replies = silenced()
    confine(int(sys.argv[1]))
    serve(sys.stdin.buffer, replies)


if __name__ == "__main__":
    main()
