"""The main job, end to end, through the command line: `python examples/demo.py [--data-dir DIR] [--questions N]`.

Ingests the sample company's documents in three tiers, asks questions of each tier and shows for every one its tier, the
reason, the route, the answer with citations, and the ledger's receipt; then verifies the whole ledger. It talks to
Lacuna only as a user does, through `lacuna` commands run as child processes, keeps its data in `.demo/` and may be run
again: unchanged documents are not ingested twice. Needs nothing but the installed package: no service, no network, no
key. Exits with 1 if a command fails or a question gets a lower tier than it must.
"""

import argparse
import io
import json
import os
import shlex
import subprocess
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
WIDTH = 100
LABEL = 15
TIERS = ("PUBLIC", "INTERNAL", "PROPRIETARY")
COMMAND_LIMIT_S = 300


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder of the corpus and what its uploader says of it."""

    name: str
    tier: str
    group: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: the highest tier and the groups whose documents this person may read."""

    name: str
    clearance: str
    groups: tuple[str, ...] = ("everyone",)

    @property
    def options(self) -> list[str]:
        return ["--max-tier", self.clearance, *(word for group in self.groups for word in ("--group", group))]


@dataclass(frozen=True, slots=True)
class Sample:
    """A question, what it is meant to show, and the tier below which it must not fall."""

    shows: str
    reader: Reader
    question: str
    lowest: str


FOLDERS = (
    Folder("public", "PUBLIC", "everyone"),
    Folder("internal", "INTERNAL", "staff"),
    Folder("proprietary", "PROPRIETARY", "management"),
)

VISITOR = Reader("a visitor", "PUBLIC")
EMPLOYEE = Reader("an employee", "INTERNAL", ("everyone", "staff"))
MANAGER = Reader("a manager", "PROPRIETARY", ("everyone", "staff", "management"))

SAMPLES = (
    Sample(
        "a question that anybody may ask",
        VISITOR,
        "What does fast amber blinking on the Whimbrel G1 mean?",
        "PUBLIC",
    ),
    Sample(
        "one in German, answered from a German document",
        VISITOR,
        "Mit welchem Drehmoment wird der Prozessanschluss des Plover P2 angezogen?",
        "PUBLIC",
    ),
    Sample(
        "work of the house, though no listed word is in it",
        EMPLOYEE,
        "How long does an access token of our login service live?",
        "INTERNAL",
    ),
    Sample(
        "a word of the house, from the organisation's own list",
        EMPLOYEE,
        "What should I do if sandbar reports write errors?",
        "INTERNAL",
    ),
    Sample(
        "a code name in another spelling, from somebody who may not read of it",
        EMPLOYEE,
        "What is the total budget of project_lanternfish?",
        "PROPRIETARY",
    ),
    Sample(
        "the same from somebody who may",
        MANAGER,
        "What is the total budget of project_lanternfish?",
        "PROPRIETARY",
    ),
    Sample(
        "a customer",
        MANAGER,
        "What is our renewal strategy for Aldbrook Water?",
        "PROPRIETARY",
    ),
    Sample(
        "personal data in the question",
        MANAGER,
        "Who is r.feldhusen@brenzlow.example?",
        "PROPRIETARY",
    ),
    Sample(
        "a question without a listed word, close to a protected document",
        MANAGER,
        "What is the lowest price of the Dunlin V3-X for zone 1?",
        "PUBLIC",
    ),
)


class DemoFailed(Exception):
    """A command did not do its part; the message is for the reader of the terminal."""


class Terminal:
    """Plain lines of at most WIDTH columns; colours only on a terminal whose user did not refuse them (NO_COLOR)."""

    def __init__(self) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # a terminal without UTF-8 must not end the demo
        self._colours = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colours else text

    def tier(self, name: str) -> str:
        return self.paint(name, {"PUBLIC": "32", "INTERNAL": "33", "PROPRIETARY": "31"}.get(name, "0"))

    def section(self, title: str) -> None:
        print(f"\n{self.paint(title, '1')}\n{'─' * WIDTH}")

    def field(self, label: str, text: str, *, tier: str = "") -> None:
        """A label and its text, folded below itself. `tier` is put before the text in its colour."""
        marked = f"{tier} {text}".rstrip() if tier else text
        room = WIDTH - LABEL - 2
        first, *rest = [line for part in marked.splitlines() or [""] for line in textwrap.wrap(part, room) or [""]]
        if tier:
            first = self.tier(tier) + first.removeprefix(tier)
        print(f"  {self.paint(label.ljust(LABEL), '2')}{first}".rstrip())
        for line in rest:
            print(f"  {' ' * LABEL}{line}".rstrip())


class Lacuna:
    """The `lacuna` command with the sample company's configuration and a data folder of its own."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        # Settings in the caller's environment would win over the sample's files.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("LACUNA_")}
        self._environment = {**inherited, "LACUNA_CONFIG_PATH": str(HERE / "config"), "PYTHONIOENCODING": "utf-8"}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The finished command, whatever its exit code. Raises DemoFailed if it takes too long."""
        command = [sys.executable, "-m", "lacuna", *arguments, "--data-dir", str(self.data_dir)]
        try:
            return subprocess.run(
                command,
                env=self._environment,
                capture_output=True,
                encoding="utf-8",
                timeout=COMMAND_LIMIT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise DemoFailed(f"`lacuna {arguments[0]}` took longer than {COMMAND_LIMIT_S} s") from None

    def text(self, *arguments: str) -> str:
        """What the command prints. Raises DemoFailed with its own words if it fails."""
        done = self.run(*arguments)
        if done.returncode != 0:
            raise DemoFailed(f"`lacuna {arguments[0]}` ended with code {done.returncode}:\n{_last_words(done)}")
        return done.stdout.strip()

    def json(self, *arguments: str) -> dict[str, Any]:
        """The command's JSON document. Raises DemoFailed where it prints none or one that tells of an error."""
        done = self.run(*arguments, "--json")
        try:
            answer = json.loads(done.stdout)
        except ValueError:
            raise DemoFailed(f"`lacuna {arguments[0]}` printed no JSON:\n{_last_words(done)}") from None
        if error := answer.get("error"):
            raise DemoFailed(f"`lacuna {arguments[0]}`: {error['message']} {error['cure']}")
        return dict(answer)


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    return (done.stderr.strip() or done.stdout.strip())[-2000:]


def ingest(lacuna: Lacuna, terminal: Terminal) -> int:
    """Ingests the three folders; returns the number of documents in the store. Raises DemoFailed if one was refused."""
    terminal.section("1. Ingest: three folders of documents")
    total = 0
    for folder in FOLDERS:
        path = HERE / "corpus" / folder.name
        report = lacuna.json("ingest", str(path), "--tier", folder.tier, "--group", folder.group)
        outcomes: Sequence[Mapping[str, Any]] = report["outcomes"]
        for one in outcomes:
            if one["error"]:
                raise DemoFailed(f"{one['source']}: {one['error']['message']} {one['error']['cure']}")
        total += len(outcomes)
        by_status = Counter(str(one["status"]) for one in outcomes)
        by_tier = Counter(str(one["tier"]) for one in outcomes)
        counts = ", ".join(f"{n} {status}" for status, n in sorted(by_status.items()))
        tiers = ", ".join(f"{by_tier[tier]} {tier}" for tier in TIERS if by_tier[tier])
        terminal.field(folder.name, f"declared {folder.tier}, group {folder.group}; {counts}: {tiers}")
        for one in outcomes:
            if one["tier"] != folder.tier:
                kinds = ", ".join(kind for kind in one["tags"] if "." in kind)
                name = Path(str(one["source"])).name
                terminal.field("", f"because of {kinds}: {name}", tier=str(one["tier"]))
    return total


def ask(lacuna: Lacuna, terminal: Terminal, number: int, sample: Sample) -> Mapping[str, Any]:
    """Asks one question and shows the whole decision. Raises DemoFailed if its tier is too low or a part failed."""
    answer = lacuna.json("ask", sample.question, *sample.reader.options)
    decision = answer["classification"]
    print(f"\n{terminal.paint(f'{number}. {sample.question}', '1')}")
    terminal.field("shows", sample.shows)
    terminal.field("asked by", f"{sample.reader.name}, who may read up to {sample.reader.clearance}")
    terminal.field("tier", "", tier=decision["tier"])
    terminal.field("why", decision["reasoning"])
    terminal.field("route", route(answer["route"]))
    terminal.field("answer", answer["answer"])
    for citation in answer["citations"] if "[" in answer["answer"] else ():
        terminal.field("", f"[{citation['n']}] {place(citation)} ({citation['tier']})")
    terminal.field("answer's tier", "", tier=answer["tier"])
    receipt = answer["receipt"]
    where = f"record {receipt['index']} of a ledger of {receipt['tree_size']}, leaf {receipt['leaf_hash'][:16]}…"
    terminal.field("receipt", where)
    if answer["degraded"]:
        raise DemoFailed(f"parts of Lacuna failed on question {number}: {', '.join(answer['degraded'])}")
    if TIERS.index(decision["tier"]) < TIERS.index(sample.lowest):
        raise DemoFailed(f"question {number} came out {decision['tier']}, it must be {sample.lowest} at least")
    return answer


def route(chosen: Mapping[str, Any]) -> str:
    """The route in words."""
    names = {"local_rag": "own documents", "web_search": "web search", "external_llm": "external LLM"}
    used = [words for name, words in names.items() if chosen[name]]
    outside = chosen["web_search"] or chosen["external_llm"]
    return ", ".join(used or ["nothing"]) + ("" if outside else "; nothing leaves the house")


def place(citation: Mapping[str, Any]) -> str:
    """Where a cited passage stands."""
    title, heading, page = citation["title"], citation.get("heading"), citation.get("page")
    if page:
        return f"{title}, page {page}"
    return f"{title}, {heading}" if heading and heading != title else str(title)


def main() -> int:
    parser = argparse.ArgumentParser(description="Ingest the sample corpus and ask it questions of every tier.")
    parser.add_argument("--data-dir", type=Path, default=HERE.parent / ".demo", help="where the demo keeps its data")
    parser.add_argument("--questions", type=int, default=len(SAMPLES), metavar="N", help="ask only the first N")
    options = parser.parse_args()
    terminal = Terminal()
    lacuna = Lacuna(options.data_dir.resolve())
    started = time.monotonic()
    print("Lacuna on the documents of Tessavik Instruments, an invented maker of industrial sensors")
    try:
        documents = ingest(lacuna, terminal)
        terminal.section("2. Ask: questions of every tier")
        answers = [
            ask(lacuna, terminal, number, sample) for number, sample in enumerate(SAMPLES[: options.questions], 1)
        ]
        terminal.section("3. Verify: every record of the ledger, recomputed")
        terminal.field("ledger", lacuna.text("audit", "verify"))
    except DemoFailed as failed:
        print(f"\nThe demo stopped: {failed}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. What was ingested stays; the next run goes on from there.", file=sys.stderr)
        return 130
    tiers = Counter(answer["classification"]["tier"] for answer in answers)
    terminal.section("Done")
    asked = ", ".join(f"{tiers[tier]} {tier}" for tier in TIERS)
    terminal.field("summary", f"{documents} documents; questions: {asked}; {time.monotonic() - started:.0f} s")
    terminal.field("next", "serve the same documents on loopback, with the API's documentation at /docs:")
    setting = f"LACUNA_CONFIG_PATH={shlex.quote(str(HERE / 'config'))}"
    serve = f"{shlex.quote(sys.executable)} -m lacuna dev --data-dir {shlex.quote(str(lacuna.data_dir))}"
    print(f"\n  {setting} \\\n    {serve}\n")
    terminal.field("", "docs/tutorial.md goes on from here: your own folder, your own terms, curl.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
