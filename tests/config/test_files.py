"""Files that are no plain YAML text end in a clear fault."""

import os
from pathlib import Path

import pytest

from lacuna.config import load
from lacuna.config.yaml_tree import MAX_BYTES, MAX_DEPTH, MAX_LINE
from lacuna.domain.errors import ConfigError
from tests.config.conftest import Faults, Folder


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("cache: [1\nttl: 2", "2: is not YAML: expected ',' or ']', but got ':'"),
        ("a: b: c", "1: is not YAML: mapping values are not allowed here"),
        ("cache:\n\tttl: 1", "2: is not YAML: found character '\\t' that cannot start any token"),
        ("cache:\n  ttl: 1\x07", "2: holds a control character that YAML does not allow"),
        ("cache: {ttl: 1}\n---\ncache: {ttl: 2}", "2: begins a second document; everything belongs into one"),
        ("cache: &a {ttl: 1}", "1: uses an anchor (&); write the value out where it is needed"),
        ("cache: {ttl: !!int 1}", "1: uses a tag (!); only plain values are accepted"),
        ("cache: !!python/object/apply:os.system [id]", "1: uses a tag (!); only plain values are accepted"),
        ("? [a]\n: 1", "1: has a list or section where a key is expected"),
        ("cache: " + "[" * (MAX_DEPTH + 1), f"1: is nested more than {MAX_DEPTH} levels deep"),
        ("cache:\n  a: !" + "x" * MAX_LINE, f"2: has more than {MAX_LINE:,} characters in one line"),
        ("%YAML 3.0\n---\na: 1", "1: is not YAML: "),
    ],
)
def test_what_is_not_plain_yaml_is_refused_with_its_line(faults: Faults, text: str, fault: str) -> None:
    assert any(problem.startswith(f"config.yaml:{fault}") for problem in faults(text))


def test_aliases_that_would_grow_without_bound_are_refused(faults: Faults) -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
    assert any("uses an alias (*)" in problem for problem in faults(bomb))


def test_deep_nesting_does_not_exhaust_the_stack(faults: Faults) -> None:
    assert "nested more than" in faults("a: " + "[" * (MAX_LINE - 3))[0]
    assert "nested more than" in faults("".join(" " * n + f"k{n}:\n" for n in range(200)))[-1]


@pytest.mark.parametrize("name", ["config.yaml", "proprietary_terms.yaml"])
@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"cache:\n  \xff\xfe\xfa", ":2: is not UTF-8; save it in that encoding"),
        (b"#" * (MAX_BYTES + 1), ": is larger than 5 MiB"),
        (b"\x00\x01\x02", ":1: holds a control character that YAML does not allow"),
    ],
)
def test_bytes_that_are_no_text_are_refused(folder: Folder, name: str, data: bytes, fault: str) -> None:
    (folder.path / name).write_bytes(data)
    assert _problems(folder) == (name + fault,)


@pytest.mark.parametrize("name", ["config.yaml", "proprietary_terms.yaml"])
def test_what_is_no_regular_file_is_refused(folder: Folder, name: str) -> None:
    path = folder.path / name
    path.mkdir()
    assert _problems(folder) == (f"{name}: is a folder; a file is expected here",)
    path.rmdir()
    os.mkfifo(path)
    assert _problems(folder) == (f"{name}: is no regular file",)
    path.unlink()
    path.symlink_to("nowhere")
    assert _problems(folder) == (f"{name}: cannot be read: No such file or directory",)


def test_a_file_that_may_not_be_read_is_refused(bound_by_permissions: Path) -> None:
    folder = Folder(bound_by_permissions)
    folder.write("config.yaml", "")
    (folder.path / "config.yaml").chmod(0)
    (problem,) = _problems(folder)
    assert problem.startswith("config.yaml: cannot be read: permission denied")


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.yaml").write_bytes(b"\xef\xbb\xbfcache:\r\n  ttl: 60\r\n")
    assert load(environ={}, cwd=tmp_path).settings.cache.ttl == 60


def _problems(folder: Folder) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load(environ={}, cwd=folder.cwd)
    return caught.value.problems
