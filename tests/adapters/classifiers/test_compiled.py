"""Compiled terms on disk: the same as compiled anew, or not used."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.classifiers.compiled import compile_terms, digest, load, save, searchable
from lacuna.adapters.classifiers.folding import fold
from lacuna.adapters.classifiers.heuristic import HeuristicLayer
from lacuna.adapters.classifiers.terms import TermIndex
from lacuna.domain.classification import Question
from lacuna.domain.terms import Match, Term, TermList, TermSet

TERMS = TermSet(
    projects=(Term("Project Apollo", ("moonshot",)), Term("GoLd", match=Match.CASE_SENSITIVE)),
    customers=("Acme (UK)", "\u673a\u5bc6"),
    public=("Nova Scotia",),
)
MANY = TermSet(projects=tuple(f"name {number}" for number in range(2_500)))


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    compiled = compile_terms(TERMS)
    save(tmp_path / "compiled", digest(TERMS), compiled)
    assert load(tmp_path / "compiled", digest(TERMS)) == compiled
    (file,) = (tmp_path / "compiled").iterdir()
    assert file.stat().st_mode & 0o077 == 0


def test_other_terms_do_not_find_it_and_take_its_place(tmp_path: Path) -> None:
    save(tmp_path, digest(TERMS), compile_terms(TERMS))
    assert load(tmp_path, digest(MANY)) is None
    save(tmp_path, digest(MANY), compile_terms(MANY))
    assert load(tmp_path, digest(TERMS)) is None
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("damage", [b"", b"\0" * 100, None])
def test_a_damaged_file_is_not_used_and_is_replaced(tmp_path: Path, damage: bytes | None) -> None:
    TermIndex.build(MANY, tmp_path)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]) if damage is None else damage)
    assert load(tmp_path, digest(MANY)) is None
    assert TermIndex.build(MANY, tmp_path).find("name 17")
    assert file.read_bytes() == whole


def test_a_file_of_other_terms_under_this_name_is_not_used(tmp_path: Path) -> None:
    save(tmp_path, digest(TERMS), compile_terms(TERMS))
    (file,) = tmp_path.iterdir()
    file.rename(tmp_path / f"terms-{digest(MANY)[:32]}.bin")
    assert load(tmp_path, digest(MANY)) is None


def test_a_folder_that_cannot_be_written_only_costs_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert TermIndex.build(MANY, tmp_path / "file" / "compiled").find("name 17")


def test_the_digest_follows_everything_that_is_compiled() -> None:
    one = TermSet(projects=(Term("a b", ("c d",)),))
    others = [
        TermSet(projects=("a b", "c d")),
        TermSet(projects=(Term("a b", ("c d",), Match.ALWAYS),)),
        TermSet(customers=(Term("a b", ("c d",)),)),
        TermSet(public=("a b", "c d")),
        TermSet(),
    ]
    assert len({digest(terms) for terms in (one, *others)}) == 6
    assert digest(TermSet(projects=("a", "b"))) == digest(TermSet(projects=("b", "a", "b")))
    assert digest(TermSet(projects=("a",))) == digest(TermSet(projects=(Term("a"),)))


def test_a_layer_for_other_terms_leaves_the_first_as_it_is() -> None:
    first = HeuristicLayer(TermSet(projects=("Apollo",)), ())
    second = first.with_terms(TermSet(projects=("Ares Prime",)))
    assert first.version != second.version
    assert first.with_terms(TermSet(projects=("Apollo",))).version == first.version


def test_terms_that_are_added_are_in_force_before_those_that_are_removed_are_gone() -> None:
    present = TermIndex.build(TermSet(projects=("Apollo", "Ares"), customers=(Term("Acme", ("Hill",)),)))
    wanted = TermSet(projects=("Apollo", "Gilded Fern"), customers=(Term("Acme", ("Dale",)),))
    first, second = present.towards(wanted)
    text = "Apollo Ares Gilded Fern Acme Hill Dale"
    assert len(first.find(text)) == 6
    assert [(m.start, m.end) for m in second.find(text)] == [(0, 6), (12, 23), (24, 28), (34, 38)]
    assert second.version == digest(wanted) == TermIndex.build(wanted).version
    assert list(second.towards(wanted)) == []


def test_added_terms_alone_take_one_step(tmp_path: Path) -> None:
    present = HeuristicLayer(MANY, (), cache=tmp_path)
    wanted = MANY.joined(TermSet(customers=("Gilded Fern",), public=("name 17 street",)))
    (after,) = present.towards(wanted)
    assert after.version == HeuristicLayer(wanted, ()).version
    assert load(tmp_path, digest(wanted)) is not None
    found = after.examine(Question("gilded fern, name 17 and name 17 street")).findings
    assert [(f.kind, f.start) for f in found] == [("ORG.CUSTOMER", 0), ("ORG.PROJECT", 13)]


names = st.lists(st.text(st.characters(categories=("L", "N", "Pd", "Zs", "Mn", "Cf")), min_size=1, max_size=8))


@given(names, st.lists(st.sampled_from(list(Match))))
def test_every_searchable_term_is_found_in_itself(spellings: list[str], matches: list[Match]) -> None:
    wanted = [Term(text, match=m) for text, m in zip(filter(searchable, spellings), matches, strict=False)]
    index = TermIndex.build(TermSet.of({TermList.PROJECTS: wanted}))
    for term in wanted:
        if term.match is Match.ALWAYS:
            assert index.find(fold(term.name))


some = st.lists(st.sampled_from(["apollo", "echo", "blue heron", "Heron", "PA-7", "ares"]), max_size=4)


@given(some, some, some, some, st.text("ABEHabehprsol 7-_", max_size=40))
def test_the_way_to_other_terms_does_not_matter(
    before: list[str], after: list[str], shields: list[str], others: list[str], text: str
) -> None:
    present = TermIndex.build(TermSet(projects=tuple(before), public=tuple(others)))
    wanted = TermSet(projects=tuple(after), internal_terms=tuple(before[:1]), public=tuple(shields))
    *_, last = [present, *present.towards(wanted)]
    assert last.find(text) == TermIndex.build(wanted).find(text)
