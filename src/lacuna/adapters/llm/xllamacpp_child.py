"""The child process of `xllamacpp.py`: `python -m lacuna.adapters.llm.xllamacpp_child`.

Reads one line of JSON (model, threads, context, key), writes the address it serves on, and serves until standard input
ends, which it also does when the parent dies.
"""

import json
import os
import sys

ANSWERS_AT_ONCE = 2


def main() -> None:
    """See the module."""
    wanted = json.loads(sys.stdin.buffer.readline())
    # llama.cpp writes to standard output too: only the address may come through.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    from xllamacpp import CommonParams, Server

    parameters = CommonParams()
    parameters.model.path = wanted["model"]
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = [wanted["key"]]
    parameters.n_ctx = wanted["context"] * ANSWERS_AT_ONCE
    parameters.n_parallel = ANSWERS_AT_ONCE
    parameters.cpuparams.n_threads = wanted["threads"]
    parameters.cpuparams_batch.n_threads = wanted["threads"]
    parameters.offline = True
    parameters.ui = False
    parameters.warmup = False
    serving = Server(parameters)
    print(serving.listening_address, file=answers, flush=True)
    sys.stdin.buffer.read()
    del serving


if __name__ == "__main__":
    main()
