"""`lacuna eval` measures labelled files and says what is wrong with bad ones."""

import asyncio
import gzip
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from lacuna.cli.evaluation import eval_command
from lacuna.domain.classification import Question
from lacuna.domain.errors import ConfigError, InvalidInput, LacunaError, StorageMissing
from lacuna.domain.tiers import Tier
from lacuna.usecases.feedback import Said
from lacuna.usecases.overrides import Wanted
from lacuna.wiring.build import open_application
from tests.surfaces.running import lacuna

ROWS = [
    ("1", "explicit", True, "PROPRIETARY", "Write to jo.doe@mail.example.org"),
    ("2", "explicit", True, "PROPRIETARY", "Where is Project Apollo?"),
    ("3", "explicit", True, "PROPRIETARY", "a secret that no pattern knows"),
    ("4", "public", False, "PUBLIC", "What is the capital of France?"),
    ("5", "public", False, "PUBLIC", "call 555-010-4477 now"),
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    lines = (
        json.dumps(
            {"id": i, "source": "s", "text": text, "labels": {"level": level, "sensitive": sensitive, "tier": tier}}
        )
        for i, level, sensitive, tier, text in ROWS
    )
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "rows.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    (tmp_path / "terms.json").write_text('{"projects": ["project_apollo"], "organisation": ["Acme Rail"]}')
    return folder


def run(*arguments: str | Path) -> str:
    app = typer.Typer()
    app.command()(eval_command)
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if isinstance(result.exception, LacunaError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def test_leaks_and_false_alarms_are_counted(data: Path) -> None:
    misses = data.parent / "misses.jsonl"
    arguments = (
        data,
        "--terms",
        data.parent / "terms.json",
        "--strategy",
        "aggressive",
        "--misses",
        misses,
        "--no-embedding",
    )
    measured = json.loads(run(*arguments, "--json"))
    assert measured["strategy"] == "aggressive"
    assert (measured["explicit_leaked"]["count"], measured["explicit_leaked"]["total"]) == (1, 3)
    assert (measured["false_alarms"]["count"], measured["false_alarms"]["total"]) == (1, 2)
    assert [json.loads(line)["id"] for line in misses.read_text().splitlines()] == ["3", "5"]
    assert "Explicit leaked: 33.3" in run(*arguments)


def test_terms_are_read_from_the_configuration_format(data: Path) -> None:
    terms = data.parent / "proprietary_terms.yaml"
    terms.write_text("projects:\n  - project_apollo\n  - capital_of_france\n")
    measured = json.loads(run(data, "--terms", terms, "--strategy", "aggressive", "--no-embedding", "--json"))
    assert measured["false_alarms"]["count"] == 2


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"none\.jsonl cannot be read"):
        run(tmp_path / "none.jsonl", "--strategy", "aggressive")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="holds no"):
        run(tmp_path, "--strategy", "aggressive")


@pytest.mark.parametrize("content", ["{", '{"people": ["x"]}', '{"projects": "x"}'])
def test_bad_terms_are_refused(data: Path, content: str) -> None:
    terms = data.parent / "bad.json"
    terms.write_text(content)
    with pytest.raises(ConfigError):
        run(data, "--terms", terms, "--strategy", "aggressive")


def test_the_tables_can_be_written_as_markdown(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    labels = {"sensitive": True, "kinds": ["PII.EMAIL"], "level": "explicit", "tier": "PROPRIETARY"}
    row = {"id": "1", "source": "made", "text": "mail jo@example.com", "labels": labels, "spans": [], "lang": "en"}
    rows.write_text(json.dumps(row) + "\n", encoding="utf-8")
    done = lacuna("eval", rows, "--strategy", "aggressive", "--markdown", tmp_path / "table.md", cwd=tmp_path)
    assert done.code == 0, done.err
    assert "| explicit | 1 | 0.0" in (tmp_path / "table.md").read_text("utf-8")


def test_labels_compare_without_and_with_what_is_granted(data: Path, tmp_path: Path) -> None:
    folder, rows = tmp_path / "store", data / "rows.jsonl.gz"
    with pytest.raises(StorageMissing):
        run(rows, "--labels", "--data-dir", folder)

    async def grant() -> None:
        async with open_application({"storage.data_path": str(folder)}) as app:
            known = Wanted(Tier.PUBLIC, "in the book", text="call 555-010-4477 now", days=5)
            await app.overrides.make(known, app.cli_principal)
            secret = Wanted(Tier.PROPRIETARY, "new", pattern="no pattern knows")
            await app.overrides.make(secret, app.cli_principal)
            waiting = Wanted(Tier.PROPRIETARY, "maybe", pattern="capital of France", granted=False)
            await app.overrides.make(waiting, app.cli_principal)

    asyncio.run(grant())
    arguments = (rows, "--labels", "--data-dir", folder, "--strategy", "aggressive")
    told = json.loads(run(*arguments, "--terms", data.parent / "terms.json", "--json"))
    assert [(row["id"], row["before"], row["after"], row["verdict"]) for row in told["changed"]] == [
        ("3", "PUBLIC", "PROPRIETARY", "right"),
        ("5", "PROPRIETARY", "PUBLIC", "right"),
    ]
    assert told["before"] == {"leaked": {"count": 1, "total": 3}, "false_alarms": {"count": 1, "total": 2}}
    assert told["after"] == {"leaked": {"count": 0, "total": 3}, "false_alarms": {"count": 0, "total": 2}}
    shown = run(*arguments, "--terms", data.parent / "terms.json")
    assert "leaked: 1 of 3 before, 0 of 3 after" in shown


def test_labels_teach_the_embedding_layer(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    text = "which colour is the third drawer"

    async def teach() -> None:
        async with open_application({"storage.data_path": str(folder)}) as app:
            who = app.cli_principal
            decided = await app.classify.one(Question(text), who)
            said = Said(decided.decision_id, Tier.PROPRIETARY, "not announced", text, days=5, apply=True)
            assert (await app.feedback.give(said, who)).learned

    asyncio.run(teach())
    reworded = {"id": "9", "source": "s", "text": "what colour is the third drawer"}
    rows = tmp_path / "rows.jsonl"
    labels = {"level": "contextual", "sensitive": True, "tier": "PROPRIETARY"}
    rows.write_text(json.dumps({**reworded, "labels": labels}) + "\n")
    told = json.loads(run(rows, "--labels", "--data-dir", folder, "--strategy", "aggressive", "--json"))
    assert [(row["id"], row["after"]) for row in told["changed"]] == [("9", "PROPRIETARY")]


def test_packs_count_where_they_are_named_or_configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"level": "explicit", "sensitive": True, "tier": "PROPRIETARY"}
    line = {"id": "1", "source": "s", "text": "My mother takes metformin twice a day", "labels": row}
    data = tmp_path / "rows.jsonl"
    data.write_text(json.dumps(line), encoding="utf-8")
    (tmp_path / "config").mkdir()
    monkeypatch.chdir(tmp_path)

    def leaked(*options: str) -> int:
        measured = json.loads(run(data, "--strategy", "aggressive", "--no-embedding", *options, "--json"))
        return int(measured["explicit_leaked"]["count"])

    assert leaked() == 1
    assert leaked("--pack", "finance", "--pack", "healthcare") == 0
    (tmp_path / "config" / "plugins.yaml").write_text("plugins:\n  healthcare:\n", encoding="utf-8")
    assert leaked() == 0
    with pytest.raises(InvalidInput, match="no pack 'helthcare'"):
        leaked("--pack", "helthcare")


def test_the_embedding_layer_and_the_corpus_of_a_data_folder_can_be_measured(tmp_path: Path) -> None:
    texts = {
        "1": ("what does the kiln controller do when a thermocouple fails", True),
        "2": ("Who painted the ceiling of the Sistine Chapel?", False),
    }
    rows = tmp_path / "rows.jsonl"
    with rows.open("w", encoding="utf-8") as lines:
        for name, (text, sensitive) in texts.items():
            labels = {"sensitive": sensitive, "level": "contextual" if sensitive else "public"}
            lines.write(json.dumps({"id": name, "source": "s", "text": text, "lang": "en", "labels": labels}) + "\n")
    runbook = tmp_path / "kiln.txt"
    runbook.write_text(
        "The kiln controller of hall 3 reads its thermocouples every two seconds. If a thermocouple fails, switch the "
        "kiln controller to manual.",
        encoding="utf-8",
    )
    folder = tmp_path / "store"
    done = lacuna("ingest", runbook, "--tier", "INTERNAL", "--data-dir", folder, cwd=tmp_path)
    assert done.code == 0, done.err
    arguments = (rows, "--strategy", "aggressive", "--data-dir", folder, "--json")
    alone, with_corpus = json.loads(run(*arguments)), json.loads(run(*arguments, "--corpus"))
    assert with_corpus["levels"][0]["leaked"]["count"] == 0
    assert [(part["name"], part["false_alarms"]["total"]) for part in with_corpus["languages"]] == [("en", 1)]
    assert alone["left_open"]["total"] == with_corpus["left_open"]["total"] == 2
    assert with_corpus["left_open"]["count"] <= alone["left_open"]["count"]
