"""Bytes to text: one file per format, run in child processes (docs/adr/0008-parsing-in-a-child-process.md).

`child_process` is the implementation of the port. `worker` runs in the child and asks `registry` for the reader of the
format that `detection` finds. `chunker` cuts what came back.
"""
