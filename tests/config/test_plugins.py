"""plugins.yaml: what it may say, and each fault with its line."""

import pytest

from lacuna.config import load
from lacuna.domain.errors import ConfigError
from tests.config.conftest import Folder


def problems(folder: Folder, text: str) -> tuple[str, ...]:
    folder.write("plugins.yaml", text)
    with pytest.raises(ConfigError) as refused:
        folder.load()
    return refused.value.problems


def test_no_file_means_no_plugins(folder: Folder) -> None:
    assert folder.load().plugins.enabled == ()


@pytest.mark.parametrize("text", ["", "plugins:\n", "plugins: {}\n", "# nothing yet\n"])
def test_an_empty_file_means_the_same(folder: Folder, text: str) -> None:
    folder.write("plugins.yaml", text)
    assert folder.load().plugins.enabled == ()


def test_entries_are_read_with_their_options(folder: Folder) -> None:
    folder.write(
        "plugins.yaml",
        """\
        plugins:
          healthcare:
          off:
            enabled: false
          codes:
            priority: 7
            short_circuit: false
            fail_safe: true
            timeout: 0.5
            options:
              prefix: AC
              words: [one, two]
              limits: {low: 1, high: 2.5}
        """,
    )
    health, codes = folder.load().plugins.enabled
    assert (health.name, health.priority, health.short_circuit, health.timeout_s) == ("healthcare", 50, True, 2.0)
    assert (codes.priority, codes.short_circuit, codes.timeout_s) == (7, False, 0.5)
    assert codes.options == {"prefix": "AC", "words": ["one", "two"], "limits": {"low": 1, "high": 2.5}}


def test_a_list_of_entries_with_names_means_the_same(folder: Folder) -> None:
    folder.write("plugins.yaml", "plugins:\n  - name: finance\n  - {name: codes, priority: 3}\n")
    assert [(each.name, each.priority) for each in folder.load().plugins.enabled] == [("finance", 50), ("codes", 3)]


def test_behaviour_holds_where_an_entry_says_nothing(folder: Folder) -> None:
    folder.write(
        "plugins.yaml",
        "behavior: {short_circuit: false, fail_safe: closed}\nplugins:\n  a:\n  b: {short_circuit: true}\n",
    )
    plugins = folder.load().plugins
    assert [each.short_circuit for each in plugins.enabled] == [False, True]
    assert plugins.short_circuit is False


def test_a_classic_layer_may_be_given_its_place(folder: Folder) -> None:
    folder.write("plugins.yaml", "plugins:\n  heuristic: {priority: 60}\n  codes: {priority: 5}\n")
    plugins = folder.load().plugins
    assert (plugins.priorities, [each.name for each in plugins.enabled]) == ({"heuristic": 60}, ["codes"])


@pytest.mark.parametrize("value", ["false", "open", "fail-open", "0", "[]", "INTERNAL", "continue"])
def test_failing_open_cannot_be_configured(folder: Folder, value: str) -> None:
    for text in (f"plugins:\n  codes:\n    fail_safe: {value}\n", f"behavior:\n\n  fail_safe: {value}\n"):
        [line] = problems(folder, text)
        assert line.startswith("plugins.yaml:3: ")
        assert "counts as PROPRIETARY" in line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plugin: {}\n", 'plugins.yaml:1: plugin: unknown key; did you mean "plugins"?'),
        ("[]\n", "plugins.yaml:1: must hold the section plugins"),
        ("plugins: 3\n", "plugins.yaml:1: plugins: must be a section of plug-ins by name"),
        (
            "plugins:\n  a:\n    priorty: 3\n",
            (
                'plugins.yaml:3: plugins.a.priorty: unknown key; did you mean "priority"?; '
                "what the plug-in itself is told stands under options"
            ),
        ),
        ("plugins:\n  a: {priority: 0}\n", "plugins.yaml:2: plugins.a.priority: must be at least 1 and at most 100"),
        ("plugins:\n  a: {priority: high}\n", "plugins.yaml:2: plugins.a.priority: must be a whole number"),
        ("plugins:\n  a: {priority: true}\n", "plugins.yaml:2: plugins.a.priority: must be a whole number"),
        ("plugins:\n  a: {timeout: 0}\n", "plugins.yaml:2: plugins.a.timeout: must be at least 0.001 and at most 60"),
        ("plugins:\n  a: {enabled: perhaps}\n", "plugins.yaml:2: plugins.a.enabled: must be true or false"),
        ("plugins:\n  a: {options: 3}\n", "plugins.yaml:2: plugins.a.options: must be a section of options by name"),
        ("plugins:\n  - {priority: 3}\n", "plugins.yaml:2: plugins[0]: must be a section with the plug-in's name"),
        ("plugins:\n  - name: a\n  - name: a\n", "plugins.yaml:3: plugins.a: stands in line 2 already"),
        (
            "plugins:\n  llm: {priority: 3}\n",
            (
                "plugins.yaml:2: plugins.llm: is asked after all plug-ins, for what they leave open; it has no "
                "place to choose here"
            ),
        ),
        (
            "plugins:\n  heuristic: {enabled: false}\n",
            (
                "plugins.yaml:2: plugins.heuristic.enabled: is set in config.yaml, under "
                "classification.layers.heuristic; here the layer only gets a priority"
            ),
        ),
        (
            "behavior: {confidence_threshold: 0.9}\n",
            (
                "plugins.yaml:1: behavior.confidence_threshold: is not known here: confidence never ends the "
                "examination. With short_circuit, a PROPRIETARY tier does, because nothing later could change it"
            ),
        ),
    ],
)
def test_faults_name_line_key_and_cure(folder: Folder, text: str, expected: str) -> None:
    assert problems(folder, text) == (expected,)


def test_values_of_options_are_never_shown(folder: Folder) -> None:
    lines = problems(folder, "plugins:\n  codes:\n    token: s3cret-value\n    options: s3cret-value\n")
    assert "s3cret" not in "".join(lines)


def test_too_many_plugins_are_refused(folder: Folder) -> None:
    entries = "".join(f"  p{number}:\n" for number in range(51))
    assert problems(folder, "plugins:\n" + entries) == ("plugins.yaml:2: plugins: holds more than 50 plug-ins",)


def test_a_similar_file_name_gets_a_hint(folder: Folder) -> None:
    folder.write("plugin.yaml", "plugins: {}")
    folder.load()
    assert any('did you mean "plugins.yaml"' in line for line in load(environ={}, cwd=folder.cwd).warnings)
