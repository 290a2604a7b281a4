"""What a long run of `lacuna ingest` tells while it goes on."""

import json
from itertools import count
from types import SimpleNamespace

import pytest

from lacuna.cli import ingest_report
from lacuna.cli.ingest_report import JsonReport
from lacuna.domain.tiers import Tier
from lacuna.usecases.upload import Outcome


def test_programs_are_told_rate_and_time_left_every_few_seconds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = count(1_000.0, 2.0)
    monkeypatch.setattr(ingest_report, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    report = JsonReport()
    report.counted(40)
    for number in range(10):
        report.add(Outcome("stored", f"{number}.md", tier=Tier.INTERNAL, chunks=3))
    report.end([])
    told = capsys.readouterr()
    assert json.loads(told.out)["counts"]["stored"] == 10
    lines = [json.loads(line)["progress"] for line in told.err.splitlines()]
    assert [line["done"] for line in lines] == [3, 6, 9]  # every six seconds of this clock
    assert lines[-1] == {"done": 9, "total": 40, "chunks": 27, "files_per_second": 0.5, "seconds_left": 62}
