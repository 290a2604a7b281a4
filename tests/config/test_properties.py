"""Whatever a file or the environment holds, the loader answers with settings or with a ConfigError."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lacuna.config import load, schema
from lacuna.config.yaml_tree import read_text
from lacuna.domain.errors import ConfigError
from tests.config.test_guide import GUIDE_CONFIG, GUIDE_TERMS

relaxed = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])

fragments = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            "\t",
            "\n",
            "- ",
            ": ",
            "{",
            "}",
            "[",
            "]",
            "&a ",
            "*a",
            "!!x ",
            "---\n",
            '"',
            "'",
            "|\n",
            "? ",
            "#",
            "~",
            "-1",
        ]
    ),
)
edits = st.lists(
    st.tuples(st.integers(0, 10_000), st.integers(0, 12), fragments),
    min_size=1,
    max_size=5,
)


def _edited(text: str, changes: list[tuple[int, int, str]]) -> str:
    for place, cut, put in changes:
        at = place % (len(text) + 1)
        text = text[:at] + put + text[at + cut :]
    return text


def _problems(overrides: dict[str, object], environ: dict[str, str], folder: Path) -> tuple[str, ...] | None:
    """None where the configuration loads."""
    try:
        load(overrides, {**environ, "LACUNA_CONFIG_PATH": str(folder)}, folder)
    except ConfigError as error:
        return error.problems
    return None


def _is_answer(problems: tuple[str, ...] | None) -> bool:
    return problems is None or (len(problems) > 0 and all(problem.isprintable() for problem in problems))


def _write(folder: Path, config: str, terms: str) -> None:
    (folder / "config.yaml").write_text(config, encoding="utf-8", errors="surrogatepass")
    (folder / "proprietary_terms.yaml").write_text(terms, encoding="utf-8", errors="surrogatepass")


@relaxed
@given(edits, edits)
def test_a_mutated_file_loads_or_is_refused(
    tmp_path: Path, config: list[tuple[int, int, str]], terms: list[tuple[int, int, str]]
) -> None:
    _write(tmp_path, _edited(GUIDE_CONFIG, config), _edited(GUIDE_TERMS, terms))
    assert _is_answer(_problems({}, {}, tmp_path))


@relaxed
@given(st.dictionaries(st.sampled_from(sorted(schema.variables())), st.text(max_size=20), max_size=5))
def test_any_environment_loads_or_is_refused(tmp_path: Path, environ: dict[str, str]) -> None:
    _write(tmp_path, GUIDE_CONFIG, GUIDE_TERMS)
    assert _is_answer(_problems({}, environ, tmp_path))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@relaxed
@given(st.dictionaries(st.sampled_from([s.key for s in schema.settings().values()]), values, max_size=5))
def test_any_override_is_taken_or_refused(tmp_path: Path, overrides: dict[str, object]) -> None:
    _write(tmp_path, "", "")
    assert _is_answer(_problems(overrides, {}, tmp_path))


@given(st.text(alphabet="ab:-[]{}&*!?|>'\"#%@,\n\t \\0\x00\ud800é", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    document = read_text(text, "config.yaml")
    assert document.root is not None or document.problems or not text.strip(" \n#") or text.lstrip().startswith("#")


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "null", "~"])
def test_an_empty_file_sets_nothing(tmp_path: Path, text: str) -> None:
    _write(tmp_path, text, text)
    assert _problems({}, {}, tmp_path) is None
