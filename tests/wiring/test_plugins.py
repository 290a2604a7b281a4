"""Plug-ins as configured: which are built, in which order, and what is refused with which line."""

import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from lacuna.adapters.telemetry.prometheus import PrometheusTelemetry
from lacuna.config import load
from lacuna.domain.classification import Layer, Question
from lacuna.domain.errors import ConfigError
from lacuna.domain.tiers import Tier
from lacuna.ports.classifier import ClassifierLayer
from lacuna.testing.fakes.classifier import WordLayer
from lacuna.wiring.plugins import Built, around_heuristic, build_plugins
from tests.adapters.ner.conftest import optional
from tests.wiring.plugin_packages import FINDS_A_WORD, install

Configure = Callable[[str], Built]


@pytest.fixture
def configure(tmp_path: Path) -> Configure:
    """Builds what a plugins.yaml names."""

    def build(text: str) -> Built:
        (tmp_path / "config").mkdir(exist_ok=True)
        (tmp_path / "config" / "plugins.yaml").write_text(dedent(text), encoding="utf-8")
        return build_plugins(load(environ={}, cwd=tmp_path), PrometheusTelemetry())

    return build


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the import path."""
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    return folder


def refused(configure: Configure, text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        configure(text)
    assert caught.value.cure
    return caught.value.problems


def only(built: Built) -> ClassifierLayer:
    [(_, layer)] = built.layers
    return layer


def test_nothing_is_built_without_the_file(configure: Configure) -> None:
    assert configure("") == Built((), ())


def test_packs_bring_recognisers(configure: Configure) -> None:
    built = configure("plugins:\n  healthcare:\n  finance: {enabled: false}\n")
    assert {recogniser.rule.partition(".")[0] for recogniser in built.recognisers} == {"phi"}
    less = configure("plugins:\n  healthcare:\n    options: {without: [phi.medication]}\n")
    assert len(less.recognisers) == len(built.recognisers) - 1


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("{priority: 3}", "plugins.healthcare.priority: a pack is examined together with the heuristic layer"),
        ("{timeout: 3}", "plugins.healthcare.timeout: a pack is examined together with the heuristic layer"),
        ("{options: {without: [phi.medicaton]}}", 'is no rule of this pack; did you mean "phi.medication"?'),
        ("{options: {rules: []}}", "plugins.healthcare.options.rules: unknown option; known here: without"),
        ("{options: {without: phi.medication}}", "plugins.healthcare.options.without: must be a list"),
        ("{options: {without: [3]}}", "plugins.healthcare.options.without[0]: must be a text; put it in quotes"),
    ],
)
def test_a_packs_faults_name_their_line(configure: Configure, entry: str, fault: str) -> None:
    [line] = refused(configure, f"plugins:\n  healthcare: {entry}\n")
    assert line.startswith("plugins.yaml:2: ")
    assert fault in line


def test_a_plugin_of_another_package_is_found_by_its_entry_point(configure: Configure, packages: Path) -> None:
    name = install(packages, "acme_found")
    layer = only(configure(f"plugins:\n  {name}: {{options: {{word: Quibble}}}}\n"))
    result = layer.examine(Question("about Quibble"))
    [found] = result.findings
    assert (found.kind, found.rule, found.layer, found.tier) == (
        "ACME.WORD",
        "acme_found.word",
        Layer.PLUGIN,
        Tier.PROPRIETARY,
    )
    assert (found.start, found.end) == (6, 13)
    assert layer.local
    assert layer.name == name


def test_nothing_is_imported_that_is_not_named(configure: Configure, packages: Path) -> None:
    install(packages, "acme_bystander", "raise RuntimeError('imported')")
    install(packages, "acme_off", "raise RuntimeError('imported')")
    assert configure("plugins:\n  acme_off: {enabled: false}\n") == Built((), ())
    assert not {"acme_bystander", "acme_off"} & set(sys.modules)


def test_options_and_package_are_part_of_the_version(configure: Configure, packages: Path) -> None:
    install(packages, "acme_version")
    one, two = (only(configure(f"plugins:\n  acme_version: {{options: {{word: {word}}}}}\n")) for word in ("a", "b"))
    assert one.version != two.version
    assert one.version.startswith("acme_version 1.0 1 ")


def test_every_fault_of_every_plugin_is_reported(configure: Configure, packages: Path) -> None:
    install(packages, "acme_crashes", "def build(options):\n    raise RuntimeError('secret text')")
    install(packages, "acme_away", FINDS_A_WORD.replace('"word", True', '"word", False'))
    install(packages, "acme_empty", "def build(options):\n    return object()")
    install(packages, "acme_broken", "import no_such_module")
    install(packages, "acme_nameless", FINDS_A_WORD.replace('True, "1"', "True, None"))
    install(packages, "acme_options")
    lines = refused(
        configure,
        """\
        plugins:
          acme_crashes:
          acme_away:
          acme_empty:
          acme_broken:
          acme_nameless:
          acme_options:
            options:
              wrd: x
          helthcare:
          nothing_like_it:
        """,
    )
    faults = [line.removeprefix("plugins.yaml:") for line in lines]
    assert faults[0].startswith("2: plugins.acme_crashes: cannot be built: RuntimeError")
    assert faults[1].startswith("3: plugins.acme_away: is not local")
    assert faults[2].startswith("4: plugins.acme_empty: is no classifier layer")
    assert faults[3].startswith("5: plugins.acme_broken: cannot be loaded from acme_broken 1.0: ModuleNotFoundError")
    assert faults[4].startswith("6: plugins.acme_nameless: does not say its version")
    assert faults[5].startswith("9: plugins.acme_options.options.wrd: unknown option; known here: word, tier")
    assert 'did you mean "healthcare"?' in faults[6]
    assert faults[7].startswith("11: plugins.nothing_like_it: no pack or installed plug-in has this name; known here: ")
    assert "secret text" not in "".join(lines)


@pytest.mark.parametrize("name", ["opa", "rego"])
def test_policy_is_said_to_be_no_plugin(configure: Configure, name: str) -> None:
    [line] = refused(configure, f"plugins:\n  {name}:\n")
    assert "policies/*.rego" in line


def test_two_packages_with_one_name_are_refused(configure: Configure, packages: Path) -> None:
    install(packages, "acme_first", entry="codes")
    install(packages, "acme_second", entry="codes")
    [line] = refused(configure, "plugins:\n  codes:\n")
    assert "is offered by several packages: acme_first 1.0, acme_second 1.0" in line


def test_layers_are_asked_by_priority(configure: Configure, packages: Path, tmp_path: Path) -> None:
    for name in ("acme_a", "acme_b", "acme_c"):
        install(packages, name)
    text = "plugins:\n  acme_a: {priority: 70}\n  acme_b: {priority: 5}\n  acme_c: {priority: 60}\n"
    built = configure(text + "  heuristic: {priority: 60}\n")
    ner = WordLayer()
    before, after = around_heuristic(load(environ={}, cwd=tmp_path), {"ner": [ner]}, built)
    assert [layer.name for layer in before] == ["words", "acme_b"]
    assert [layer.name for layer in after] == ["acme_c", "acme_a"]


def test_presidio_is_a_plugin_with_kinds_of_ones_own(configure: Configure) -> None:
    optional("presidio_analyzer")
    layer = only(
        configure(
            "plugins:\n  presidio:\n    timeout: 30\n"
            "    options: {threshold: 0.4, entities: {CREDIT_CARD: PII.CARD, CRYPTO: }}\n"
        )
    )
    [found] = layer.examine(Question("card 4012888888881881")).findings
    assert (found.kind, found.layer, found.tier) == ("PII.CARD", Layer.PLUGIN, Tier.PROPRIETARY)
    assert not layer.examine(Question("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")).findings


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ("{threshold: 2}", "plugins.presidio.options.threshold: must be more than 0 and at most 1"),
        ("{entities: {PERSON: name}}", 'entities.PERSON: must be empty or begin with "PII."'),
        ("{names: some}", "plugins.presidio.options.names: must be one of personal, every"),
    ],
)
def test_presidios_options_are_checked(configure: Configure, options: str, fault: str) -> None:
    [line] = refused(configure, f"plugins:\n  presidio:\n    options: {options}\n")
    assert line.startswith("plugins.yaml:3: ")
    assert fault in line
