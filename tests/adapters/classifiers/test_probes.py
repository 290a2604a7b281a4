"""Both engines give the same answers; kept databases are used only if they are what was saved."""

import asyncio
import os
from contextlib import AsyncExitStack
from pathlib import Path

import hypothesis.strategies as st
import pytest
import re2
from hypothesis import example, given, settings

from lacuna.adapters.classifiers.compile_probes import compile_into
from lacuna.adapters.classifiers.folding import fold
from lacuna.adapters.classifiers.heuristic import HeuristicLayer, shipped_patterns
from lacuna.adapters.classifiers.pattern_set import PatternSet
from lacuna.adapters.classifiers.probes import CompiledProbes, ProbeFilter, provide
from lacuna.adapters.classifiers.probes.dialect import Dialect, Untranslatable, translated
from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.adapters.classifiers.recognisers import ALL
from lacuna.domain.classification import Question
from lacuna.domain.terms import TermSet
from lacuna.wiring.compiled_probes import compile_in_background

pytestmark = pytest.mark.timeout(900)  # compiling all that ships takes most of a minute of a core

SMALL = [r"\bab\b", r"(?i)secret", r"\d\s$", r"[^\pL\pN]x", "дa"]
RE2 = shipped_patterns()
TEXTS = [fold(text) for recogniser in ALL for text in (*recogniser.examples, *recogniser.counterexamples)]
PIECES = (
    st.sampled_from(TEXTS) | st.text(max_size=12) | st.sampled_from(["\n", " ", "-", "@", "12-12-", "ο", "ß", "我"])
)
CACHE = Path(os.environ["XDG_CACHE_HOME"]) / "lacuna"


@pytest.fixture(scope="module")
def compiled() -> PatternSet:
    """All that ships, with Hyperscan; compiled once for all runs of the tests."""
    patterns = shipped_patterns()
    assert compile_into([CACHE]) == CACHE
    assert patterns.filter.load(CACHE)
    assert patterns.filter.engine == "hyperscan"
    return patterns


def answers(patterns: PatternSet, text: str) -> tuple[list[tuple[str, int, int]], list[int]]:
    matches, triggered = patterns.find(text)
    return sorted((match.recogniser.rule, match.start, match.end) for match in matches), sorted(triggered)


def test_every_example_and_counterexample_gets_the_same_answer(compiled: PatternSet) -> None:
    for text in TEXTS:
        assert answers(compiled, text)[0] == answers(RE2, text)[0], text
        assert set(RE2.filter.numbers(text)) <= set(compiled.filter.numbers(text)), text


@given(st.lists(PIECES, max_size=5).map("".join).map(fold))
@example("1\n")
@example("x\x0b")
@example("наш отдел\n")
@settings(max_examples=200)
def test_texts_of_all_kinds_get_the_same_answer(compiled: PatternSet, text: str) -> None:
    if text:
        assert set(RE2.filter.numbers(text)) <= set(compiled.filter.numbers(text))
        assert answers(compiled, text)[0] == answers(RE2, text)[0]


def test_public_cues_are_exact(compiled: PatternSet) -> None:
    cues = range(len(RE2.filter.shipped) - 9, len(RE2.filter.shipped))
    for text in (*TEXTS, "наш\n", "what is it?\n", "是" * 6, "ab\x0bis"):
        found = {number for number in compiled.filter.numbers(text) if number in cues}
        assert found == {n for n in cues if re2.search(RE2.filter.shipped[n], text)}, text


def test_letters_beyond_ascii_match_in_either_case() -> None:
    letters = sorted(
        {each for probe in RE2.filter.shipped for each in probe if each.lower() != each.upper() and not each.isascii()}
    )
    variants = {v for letter in letters for v in (letter.upper(), letter.lower(), letter.title()) if len(v) == 1}
    probes = [f"(?i){letter}" for letter in letters]
    made = CompiledProbes.of(probes)
    assert made is not None
    for variant in sorted(variants):
        wanted = {number for number, probe in enumerate(probes) if re2.search(probe, variant)}
        assert wanted == set(made.numbers(variant)), variant


def test_classes_of_letters_never_match_less() -> None:
    probes = [r"^\pL$", r"^[^\pL]$", r"^[^\pL\pN\s]$", r"^\p{Lu}$", r"^\p{Han}$", r"^\s$", r"^\S$", r"^.$"]
    originals = [re2.compile(probe) for probe in probes]
    made = CompiledProbes.of(probes)
    assert made is not None
    for code in (*range(0x700), *range(0x700, 0x110000, 211)):
        if not 0xD800 <= code < 0xE000:
            wanted = {number for number, each in enumerate(originals) if each.search(chr(code))}
            assert wanted <= set(made.numbers(chr(code))), hex(code)


@pytest.mark.parametrize("probe", [r"\Qa", "[[:alpha:]]", "[a", r"\p{Nl}", r"\C"])
def test_unknown_syntax_is_not_guessed_at(probe: str) -> None:
    for dialect in Dialect:
        with pytest.raises(Untranslatable):
            translated(probe, dialect)
    assert CompiledProbes.of([probe]) is None


def test_kept_databases_answer_like_fresh_ones(tmp_path: Path) -> None:
    fresh = provide(tmp_path / "cache", SMALL)
    kept = CompiledProbes.kept(tmp_path / "cache", SMALL)
    assert fresh is not None
    assert kept is not None
    for text in ("ab", "SECRET 1 ", "a,x", "дa", "1\n"):
        assert sorted(kept.numbers(text)) == sorted(fresh.numbers(text))
    assert CompiledProbes.kept(tmp_path / "cache", SMALL[1:]) is None


@pytest.mark.parametrize("fault", ["damaged", "cut", "renamed", "open to others"])
def test_a_database_that_may_be_another_is_not_loaded(tmp_path: Path, fault: str) -> None:
    provide(tmp_path, SMALL)
    file = next(tmp_path.glob("probes-ascii-*.hs"))
    raw = file.read_bytes()
    if fault == "damaged":
        file.write_bytes(raw[:-9] + bytes((raw[-9] ^ 1,)) + raw[-8:])
    elif fault == "cut":
        file.write_bytes(raw[:100])
    elif fault == "renamed":
        file.write_bytes(next(tmp_path.glob("probes-unicode-*.hs")).read_bytes())
    else:
        file.chmod(0o666)
    assert CompiledProbes.kept(tmp_path, SMALL) is None
    assert provide(tmp_path, SMALL) is not None
    assert fault == "open to others" or CompiledProbes.kept(tmp_path, SMALL) is not None


def test_the_administrators_recognisers_work_with_either_engine(compiled: PatternSet) -> None:
    own = Recogniser("custom.badge", "CUSTOM.BADGE", r"\bBDG-\d{5}\b", ("BDG-12345",))
    text = Question("badge BDG-12345 of jo@mail.example.org")
    fast, slow = (HeuristicLayer(TermSet(), added=[own], probes=folders) for folders in ([CACHE], []))
    assert (fast.filter.engine, slow.filter.engine) == ("hyperscan", "re2")
    assert fast.examine(text) == slow.examine(text)
    assert "custom.badge" in {finding.rule for finding in fast.examine(text).findings}
    assert compiled.filter.shipped == fast.filter.shipped


def test_a_server_changes_to_hyperscan_while_it_runs(compiled: PatternSet) -> None:
    waiting = ProbeFilter(compiled.filter.shipped)

    async def serve() -> None:
        async with AsyncExitStack() as stack:
            compile_in_background(waiting, [CACHE], stack)
            for _ in range(600):
                if waiting.engine == "hyperscan":
                    return
                await asyncio.sleep(0.1)

    asyncio.run(serve())
    assert waiting.engine == "hyperscan"
    assert set(RE2.filter.numbers("key=a1")) <= set(waiting.numbers("key=a1"))


def test_a_server_that_ends_ends_its_compiler(tmp_path: Path) -> None:
    waiting = ProbeFilter(RE2.filter.shipped)

    async def serve() -> None:
        async with AsyncExitStack() as stack:
            compile_in_background(waiting, [tmp_path / "cache"], stack)
            await asyncio.sleep(0.1)

    asyncio.run(serve())
    assert waiting.engine == "re2"
    assert not list(tmp_path.rglob("*.hs"))
