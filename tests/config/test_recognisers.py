"""recognisers.yaml: the administrator's own patterns, refused with their place before anything is served."""

from pathlib import Path

import pytest

from lacuna.adapters.classifiers.heuristic import HeuristicLayer
from lacuna.config import load
from lacuna.domain.classification import Question
from lacuna.domain.errors import ConfigError
from lacuna.domain.terms import TermSet
from lacuna.domain.tiers import Tier

GOOD = """\
recognisers:
  - id: badge
    kind: PII.BADGE
    tier: INTERNAL
    pattern: '\\bB-([0-9]{6})\\b'
    group: 1
    context: [badge, Ausweis]
    score: 0.8
    examples: ["badge B-123456", "Ausweis: B-654321"]
    counterexamples: ["part B-123456 of the kit"]
  - id: vessel
    pattern: 'IMO ?[0-9]{7}'
    examples: ["IMO 9074729"]
"""


def read(folder: Path, text: str) -> tuple[str, ...]:
    """The faults of a configuration with this file."""
    (folder / "recognisers.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(environ={"LACUNA_CONFIG_PATH": str(folder)}, cwd=folder)
    return caught.value.problems


def test_own_recognisers_find_what_they_describe(tmp_path: Path) -> None:
    (tmp_path / "recognisers.yaml").write_text(GOOD, encoding="utf-8")
    loaded = load(environ={"LACUNA_CONFIG_PATH": str(tmp_path)}, cwd=tmp_path)
    assert not any("recognisers.yaml" in warning for warning in loaded.warnings)
    layer = HeuristicLayer(TermSet(), added=loaded.recognisers)
    text = "Gr\u00fc\u00dfe, my badge is B-123456."
    [found] = [f for f in layer.examine(Question(text)).findings if f.rule == "custom.badge"]
    assert (found.kind, found.tier, found.confidence) == ("PII.BADGE", Tier.INTERNAL, 0.8)
    assert text[found.start : found.end] == "123456"
    [vessel] = layer.examine(Question("the IMO 9074729 sails")).findings
    assert (vessel.kind, vessel.rule, vessel.tier) == ("CUSTOM.VESSEL", "custom.vessel", Tier.PROPRIETARY)
    assert layer.version != HeuristicLayer(TermSet()).version


def entry(**fields: str) -> str:
    given = {"id": "badge", "pattern": "'B-[0-9]{6}'", "examples": "[B-123456]"} | fields
    return "recognisers:\n  -\n" + "".join(f"    {key}: {value}\n" for key, value in given.items() if value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- x", "1: must hold the list recognisers"),
        ("recogniser: []", '1: recogniser: unknown key; did you mean "recognisers"?'),
        ("recognisers: x", "1: recognisers: must be a list of recognisers"),
        ("recognisers: [x]", "1: recognisers[0]: must be a section with id, kind, "),
        (entry(id=""), "3: recognisers[0]: has no id"),
        (entry(id="Badge"), "3: recognisers[0].id: must begin with a small letter"),
        (entry(kind="badge"), '6: recognisers[0].kind: must be capitals such as "PII.EMPLOYEE_NUMBER"'),
        (entry(kind="POLICY.X"), "6: recognisers[0].kind: must not be of the families that Lacuna gives itself"),
        (entry(tier="PUBLIC"), "6: recognisers[0].tier: must be INTERNAL or PROPRIETARY: findings only raise"),
        (entry(tier="SECRET"), "6: recognisers[0].tier: must be one of PUBLIC, INTERNAL, PROPRIETARY"),
        (entry(score="2"), "6: recognisers[0].score: must be more than 0 and at most 1"),
        (entry(score="high"), "6: recognisers[0].score: must be a number"),
        (entry(group="1"), "6: recognisers[0].group: must be at most 0, the pattern's capture groups"),
        (entry(validator="lunh"), "6: recognisers[0].validator: is unknown; known are "),
        (entry(context="['B.*']"), "6: recognisers[0].context[0]: must be a word or words"),
        (entry(patern="x"), '6: recognisers[0].patern: unknown key; did you mean "pattern"?'),
        (entry(pattern="'a(b'"), "4: recognisers[0].pattern: character 2: missing )"),
        (entry(pattern="'ab)c'"), "4: recognisers[0].pattern: character 3: unexpected )"),
        (entry(pattern="'ab**'"), "4: recognisers[0].pattern: character 3: bad repetition operator"),
        (entry(pattern="'ab(?=c)'"), "4: recognisers[0].pattern: character 3: invalid perl operator; RE2 has"),
        (entry(pattern="'(a)\\1'"), "4: recognisers[0].pattern: character 4: invalid escape sequence; RE2 has no"),
        (entry(pattern="'a{2000}'"), "4: recognisers[0].pattern: character 2: invalid repetition size"),
        (entry(pattern="'a\\'"), "4: recognisers[0].pattern: character 2: trailing \\"),
        (entry(pattern="'[0-9]*'"), "4: recognisers[0].pattern: matches the empty text"),
        (entry(pattern="'(\\pL{40}){20}x'"), "4: recognisers[0].pattern: pattern too large"),
        (entry(pattern="'\\pL{90}'"), "4: recognisers[0].pattern: makes a program of "),
        (entry(pattern="'" + "a" * 2_001 + "'"), "4: recognisers[0].pattern: is longer than 2,000 characters"),
        (entry(examples="[nothing here]"), "5: recognisers[0].examples[0]: is not found by the pattern"),
        (entry(examples="[]"), "5: recognisers[0].examples: must hold at least one text that is found"),
        (entry(examples="B-123456"), "5: recognisers[0].examples: must be a list of texts"),
        (entry(counterexamples="[x, 'B-000000']"), "6: recognisers[0].counterexamples[1]: is found all the same"),
        (
            entry() + entry().removeprefix("recognisers:\n"),
            "7: recognisers[1].id: is the id of the recogniser in line 3",
        ),
    ],
)
def test_a_recogniser_that_cannot_be_used_is_refused_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    (found,) = read(tmp_path, text)
    assert found.startswith(f"recognisers.yaml:{problem}")


def test_problems_never_repeat_examples(tmp_path: Path) -> None:
    (found,) = read(tmp_path, entry(examples="[secretword]"))
    assert "secretword" not in found


def test_a_pattern_that_would_hang_other_engines_does_not(tmp_path: Path) -> None:
    (tmp_path / "recognisers.yaml").write_text(entry(pattern="'(a+)+b'", examples="[aab]"), encoding="utf-8")
    loaded = load(environ={"LACUNA_CONFIG_PATH": str(tmp_path)}, cwd=tmp_path)
    layer = HeuristicLayer(TermSet(), loaded.recognisers)
    assert layer.examine(Question("a" * 50_000)).findings == ()
