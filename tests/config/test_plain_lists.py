"""The short way to read a list of terms gives what the YAML parser gives, or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.config import plain_lists, yaml_tree

WHOLE = """\
# our names
projects:
  - project_apollo
  - Blue Heron (phase 2), part B

  - "quoted: with # signs"
  - 'single'
  - name: Artemis
    match: context
    aliases: [PA-7, moonshot , "third one"]
  - 4711
customers:
- 机密客户
- name: Wexford & Sons
- O'Hara
internal_terms:
    - no
"""


def test_the_usual_form_is_read_as_the_parser_reads_it() -> None:
    tree = plain_lists.read(WHOLE)
    assert tree is not None
    assert tree == yaml_tree.read_text(WHOLE, "x").root


@pytest.mark.parametrize(
    "text",
    [
        "",
        "projects:\n",
        "projects:\n  - a: b\n",
        "projects:\n  - a # comment\n",
        "projects:\n  - &x apollo\n",
        "projects:\n  - apollo\n   - ares\n",
        "projects:\n  - apollo\nprojects:\n  - ares\n",
        "projects: [a, b]\n",
        "projects:\n  - |\n    apollo\n",
        "projects:\n  - apollo\n    ares\n",
        'projects:\n  - "a\\nb"\n',
        "projects:\n  - 'it''s'\n",
        "projects:\n\t- apollo\n",
        "- apollo\n",
        "projects:\n  - name: x\n      aliases: [a]\n",
        "projects:\n  - name: x\n    name: y\n",
        "---\nprojects:\n  - apollo\n",
        "projects:\r\n  - apollo\r\n",
    ],
)
def test_anything_else_is_left_to_the_parser(text: str) -> None:
    assert plain_lists.read(text) is None


values = st.text(st.sampled_from("ab1 _-.,'\"&()/+:#[]{}!*?|>%@`~é机\\"), max_size=8)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "projects:",
                    "customers: ",
                    "",
                    "# x",
                    "  - ",
                    "- ",
                    "    ",
                    "  - name: ",
                    "    aliases: ",
                    "    aliases: [",
                    "    match: ",
                ]
            ),
            values,
        ),
        max_size=7,
    )
)
def test_whatever_is_accepted_is_what_the_parser_says(written: list[tuple[str, str]]) -> None:
    text = "projects:\n  - first\n" + "\n".join(head + value for head, value in written)
    tree = plain_lists.read(text)
    if tree is not None:
        document = yaml_tree.read_text(text, "x")
        assert document.problems == ()
        assert document.root == tree
