"""`examples/*.yaml`: read whole, refused whole, with file, line and entry and never a text."""

from pathlib import Path

import pytest

from lacuna.config import load
from lacuna.config.watched import WatchedExamples
from lacuna.domain.errors import ConfigError
from lacuna.domain.examples import MAX_EXAMPLES, Example
from lacuna.domain.tiers import Tier
from tests.config.conftest import Faults, Folder

KILN = "- text: Which kiln do we use?\n  tier: INTERNAL\n"


def put(folder: Folder, **contents: str) -> None:
    (folder.path / "examples").mkdir(exist_ok=True)
    for name, content in contents.items():
        (folder.path / "examples" / f"{name}.yaml").write_text(content, encoding="utf-8")


def test_examples_of_all_files_are_read_in_order_and_once(folder: Folder) -> None:
    put(folder, b=KILN, a="- {tier: public, text: What is a kiln?}\n" + KILN, c="")
    loaded = folder.load()
    assert loaded.examples == (
        Example("What is a kiln?", Tier.PUBLIC),
        Example("Which kiln do we use?", Tier.INTERNAL),
    )
    assert loaded.unsupported == ()


def test_without_a_folder_there_are_none(folder: Folder) -> None:
    assert folder.load().examples == ()


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("text: no list", "1: must be a list of entries with text and tier"),
        ("- text: no tier", "1: entry 1: has no tier"),
        ("- {tier: PUBLIC}", "1: entry 1: has no text"),
        (
            KILN + "- {text: x, tier: INTERNALS}",
            "3: entry 2: tier: must be one of PUBLIC, INTERNAL, PROPRIETARY; did",
        ),
        ("- {text: '', tier: PUBLIC}", "1: entry 1: text: must be one text; put it in quotes"),
        ("- {text: 3, tier: PUBLIC}", "1: entry 1: text: must be one text; put it in quotes"),
        ("- {text: x, tier: 1}", "1: entry 1: tier: must be one of"),
        ("- {text: x, tier: PUBLIC, tear: y}", '1: entry 1: unknown key; did you mean "tier"?'),
        ("- just text", "1: entry 1: must have a text and a tier"),
        ("- {text: '" + "x" * 5_000 + "', tier: PUBLIC}", "1: entry 1: text: is longer than 4,000 characters"),
        ("- {text: [unclosed", "1: is not YAML"),
    ],
)
def test_a_fault_is_named_with_its_place(folder: Folder, faults: Faults, content: str, line: str) -> None:
    put(folder, glazes=content, fine=KILN)
    (problem,) = faults()
    assert problem.startswith(f"examples/glazes.yaml:{line}")


def test_too_many_examples_are_refused(folder: Folder, faults: Faults) -> None:
    put(folder, many="".join(f"- {{text: text {n}, tier: PUBLIC}}\n" for n in range(MAX_EXAMPLES + 1)))
    assert faults() == ("examples: holds 1,001 examples; 1,000 are learned at most",)


def test_problems_never_show_a_text(folder: Folder, faults: Faults) -> None:
    put(folder, f="- {text: hushhush, tier: NONE}\n- {text: hushhush}\n")
    assert not [line for line in faults() if "hushhush" in line]


def settled(watched: WatchedExamples) -> tuple[Example, ...] | None:
    watched.look()
    return watched.look()


def test_changes_are_seen_when_they_have_settled(folder: Folder) -> None:
    put(folder, a=KILN)
    loaded = folder.load()
    watched = WatchedExamples(folder.path, loaded.examples)
    assert [watched.look() for _ in range(3)] == [None] * 3
    put(folder, b="- {text: What is a kiln?, tier: PUBLIC}\n")
    assert watched.look() is None
    assert watched.look() == (*loaded.examples, Example("What is a kiln?", Tier.PUBLIC))
    (folder.path / "examples" / "a.yaml").unlink()
    assert settled(watched) == (Example("What is a kiln?", Tier.PUBLIC),)


def test_a_fault_stays_until_it_is_corrected(folder: Folder) -> None:
    put(folder, a=KILN)
    loaded = folder.load()
    watched = WatchedExamples(folder.path, loaded.examples)
    settled(watched)
    put(folder, a="- nothing\n")
    watched.look()
    for _ in range(2):
        with pytest.raises(ConfigError, match="examples"):
            watched.look()
    put(folder, a=KILN)
    with pytest.raises(ConfigError, match="examples"):
        watched.look()
    assert watched.look() is None
    assert watched.look() is None


def test_the_packaged_defaults_have_no_examples(tmp_path: Path) -> None:
    assert load({}, {}, tmp_path).examples == ()
