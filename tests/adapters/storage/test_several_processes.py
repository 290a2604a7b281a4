"""Several writers, and writers that are killed: one log, no gap, no fork, nothing acknowledged lost."""

import asyncio
import random
import subprocess
import sys
from pathlib import Path

from lacuna.adapters.secrets.files import FileKeyRing
from lacuna.domain.audit import Record
from tests.adapters.storage.conftest import Engine

APPENDER = Path(__file__).with_name("appender.py")


def start(engine: Engine, name: str, count: int, tasks: int = 8) -> subprocess.Popen[bytes]:
    address = () if engine.address is None else (engine.address,)
    return subprocess.Popen(
        [sys.executable, str(APPENDER), str(engine.folder), name, str(count), str(tasks), *address],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # `communicate` goes past what a buffer holds: after `readline` it would begin within a line.
        bufsize=0,
    )


def acknowledged(output: bytes) -> dict[int, int]:
    """index -> number, from the complete lines."""
    lines = output.decode().split("\n")[:-1]
    return {int(index): int(number) for index, number in (line.split() for line in lines)}


async def records(engine: Engine) -> list[Record]:
    """Every record, after the log has verified."""
    storage = await engine.open(FileKeyRing(engine.folder), create=False)
    try:
        result = await storage.ledger.verify()
        assert result.passed, result.problem
        stored = [each async for each in storage.ledger.read()]
        assert [each.index for each in stored] == list(range(result.size))
        return [each.record() for each in stored]
    finally:
        await storage.close()


async def test_processes_that_start_and_append_together_share_one_log(engine: Engine) -> None:
    children = {name: start(engine, name, 150) for name in ("one", "two", "three")}
    outputs = {name: child.communicate(timeout=60) for name, child in children.items()}
    assert {name: child.returncode for name, child in children.items()} == dict.fromkeys(children, 0), outputs
    found = await records(engine)
    assert len(found) == 450
    for name, (output, _) in outputs.items():
        promised = acknowledged(output)
        assert sorted(promised.values()) == list(range(150))
        assert all((found[index].actor, found[index].data["number"]) == (name, n) for index, n in promised.items())


async def test_what_was_acknowledged_survives_kill_9(engine: Engine) -> None:
    chance = random.Random(5)
    promised: dict[int, tuple[str, int]] = {}
    for number in range(4):
        name = f"round {number}"
        child = start(engine, name, 1_000_000, tasks=16)
        assert child.stdout is not None
        assert child.stderr is not None
        first = child.stdout.readline()
        await asyncio.sleep(chance.uniform(0.0, 0.1))
        child.kill()
        rest, _ = child.communicate(timeout=60)
        for index, appended in acknowledged(first + rest).items():
            assert index not in promised
            promised[index] = (name, appended)
    found = await records(engine)
    assert len(promised) >= 4
    assert {index: (found[index].actor, found[index].data["number"]) for index in promised} == promised
