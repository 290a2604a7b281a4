"""Source code, JSON, XML and CSV."""

import pytest

from lacuna.adapters.parsers import registry
from lacuna.adapters.parsers.limits import Limits
from lacuna.ports.parsers import Parsed

PYTHON = '''"""Module words."""

import os

LIMIT = 3

# About one.
@cached
def one() -> int:
    return 1


class Small:
    def method(self) -> None: ...


class Large:
    """Large words."""

    field = 1

    def first(self) -> None:
        """First words."""
{filler}

    async def second(self) -> None: ...


if __name__ == "__main__":
    one()
'''.replace("{filler}", "\n".join("        pass" for _ in range(80)))

GO = """package main

import "fmt"

// Add sums.
func Add(a int) int {
    x := a

    return x
}

type Point struct {
    X int
}

func (p *Point) Move(dx int) {
}
"""


def read(text: str | bytes, name: str) -> Parsed:
    return registry.read(text.encode() if isinstance(text, str) else text, name, Limits())


def test_python_is_cut_by_functions_and_classes() -> None:
    parsed = read(PYTHON, "folder/module.py")
    assert (parsed.title, parsed.media_type) == ("module.py", "text/x-source")
    named = {section.heading: section.text for section in parsed.sections if section.heading}
    assert list(named) == ["one", "Small", "Large", "Large.first", "Large.second"]
    assert named["one"].startswith("# About one.\n@cached\ndef one")
    assert named["Large"].startswith("class Large:")
    assert "First words" in named["Large.first"]
    assert parsed.sections[0].text.startswith('"""Module words."""')
    assert parsed.sections[-1].text.startswith("if __name__")


def test_every_line_of_code_is_in_one_section() -> None:
    for source, name in ((PYTHON, "a.py"), (GO, "a.go")):
        lines = [line for section in read(source, name).sections for line in section.text.split("\n") if line.strip()]
        assert sorted(map(str.strip, lines)) == sorted(line.strip() for line in source.split("\n") if line.strip())


def test_other_languages_are_cut_between_their_blocks() -> None:
    headings = [section.heading for section in read(GO, "main.go").sections]
    assert headings == ["main", "", "Add", "Point", "Move"]


@pytest.mark.parametrize("source", ["def broken(:\n", "x = " + "(" * 5_000])
def test_python_that_does_not_parse_is_cut_like_other_code(source: str) -> None:
    assert read(source + "\n\nwords = 1\n", "a.py").everything.endswith("words = 1\n")


def test_json_is_read_with_its_escapes_undone() -> None:
    parsed = read('{"mail": "ann\\u0040example.com", "key\\u002dwords": [1]}', "a.json")
    assert "ann@example.com" in parsed.everything
    assert "key-words" in parsed.everything
    assert "ann@example.com" in parsed.sections[0].text
    lines = read('{"a": "x\\u0041"}\n{"b": "y\\u0042"}\n', "a.jsonl")
    assert "xA" in lines.everything
    assert "yB" in lines.everything
    assert read("[" * 100_000, "a.json").everything.startswith("[[")


def test_minified_json_is_laid_out() -> None:
    parsed = read('{"rows": [' + ",".join(['{"name": "pump"}'] * 200) + "]}", "a.json")
    assert max(map(len, parsed.sections[0].text.split("\n"))) < 100


def test_xml_is_read_with_its_references_undone_and_its_entities_left_alone() -> None:
    parsed = read('<?xml version="1.0"?><r a="ann&#64;example.com">split<b>-</b>word &amp; more</r>', "a.xml")
    assert "ann@example.com" in parsed.everything
    assert "split-word & more" in parsed.everything
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">' + "".join(
        f'<!ENTITY a{n} "&a{n - 1};&a{n - 1};">' for n in range(1, 40)
    )
    parsed = read(bomb + "]><x>&a39;words</x>", "a.xml")
    assert "words" in parsed.everything
    assert len(parsed.everything) < 10_000
    file = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>'
    assert "root:" not in read(file, "a.xml").everything
    assert "broken-words" in read("<?xml version='1.0'?><x>broken-words", "a.xml").everything


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_is_a_table(delimiter: str) -> None:
    rows = ["name,amount,city", 'pump,"1,5",Ulm', "valve,2,Jena", "", "hose,3,Kiel"]
    text = "\n".join(row if delimiter == "," else row.replace('"1,5"', "15").replace(",", delimiter) for row in rows)
    (section,) = read(text, "a.csv").sections
    assert section.table
    assert section.text.split("\n")[0] == "name | amount | city"
    assert section.text.split("\n")[-1] == "hose | 3 | Kiel"


def test_csv_that_is_no_table_is_text() -> None:
    (section,) = read("only one column\nof words\n", "a.csv").sections
    assert (section.text, section.table) == ("only one column\nof words", False)
    assert "x" * 200_000 in read("a,b\n1," + "x" * 200_000, "a.csv").everything
