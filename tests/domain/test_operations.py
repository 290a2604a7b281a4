"""How the tier of a result follows from its inputs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.domain.errors import InvalidInput
from lacuna.domain.operations import (
    COUNTS_ONLY,
    K_ANONYMOUS,
    LEAST_GROUP,
    MASKED,
    Aggregation,
    CodeFacts,
    Column,
    ColumnName,
    Input,
    Operation,
    counted,
    effective,
    joined,
    result,
    wanted_columns,
)
from lacuna.domain.tiers import Tier, join

tiers = st.sampled_from(list(Tier))
names = st.sampled_from(["a", "b", "c", "email"])
kinds = st.sets(st.sampled_from(["PII.EMAIL", "KEY", "ORG.PAY"]), max_size=2).map(lambda found: tuple(sorted(found)))
columns = st.lists(st.builds(Column, names, tiers, kinds), max_size=4, unique_by=lambda column: column.name).map(tuple)
inputs = st.builds(
    Input,
    st.sampled_from(["x", "y", "z"]),
    base=tiers,
    columns=columns,
    lasting=st.just(Tier.PUBLIC),
    names=st.sets(st.sampled_from(["t", "u"])).map(frozenset),
)
wanted = st.none() | st.frozensets(st.builds(ColumnName, st.sampled_from(["", "t", "u"]), names), min_size=1)
shapes = st.builds(
    Aggregation,
    st.booleans(),
    groups=st.lists(names, max_size=2).map(tuple),
    filters=st.lists(names, max_size=2).map(tuple),
    least_group=st.none() | st.integers(0, 10),
)
codes = st.none() | st.builds(
    CodeFacts,
    st.just("sql"),
    st.booleans(),
    st.frozensets(st.sampled_from(list(Operation))),
    columns=wanted,
    aggregation=st.none() | shapes,
)


@pytest.mark.parametrize("written", ["export", "EXPORT", "Export", " eXpOrT "])
def test_operations_are_known_in_any_case(written: str) -> None:
    assert Operation.parse(written) is Operation.EXPORT


def test_both_spellings_of_anonymize_are_the_same() -> None:
    assert Operation.parse("Anonymise") is Operation.parse("ANONYMIZE") is Operation.ANONYMIZE


@pytest.mark.parametrize("written", ["", "exprt", "read;export", "ｒｅａｄ", "re ad"])
def test_what_is_no_operation_is_no_read(written: str) -> None:
    with pytest.raises(InvalidInput):
        Operation.parse(written)


@given(st.sampled_from(list(Operation)), st.lists(inputs, min_size=1, max_size=3), codes, tiers, st.none() | tiers)
def test_a_result_is_never_below_its_inputs_unless_a_named_rule_says_so(
    operation: Operation, given_: list[Input], code: CodeFacts | None, said: Tier, masked: Tier | None
) -> None:
    parts = counted(given_, wanted_columns((), code))
    out = result(operation, parts, code, said, masked)
    everything = join((said, *(part.tier for part in parts)))
    if out.rule:
        assert out.rule in (COUNTS_ONLY, K_ANONYMOUS, MASKED)
        assert operation in (Operation.AGGREGATE, Operation.ANONYMIZE)
        assert out.tier >= max(said, *(part.lasting for part in parts))
    else:
        assert out.tier == everything


@given(st.lists(inputs, min_size=1, max_size=3), st.lists(inputs, max_size=3), wanted, tiers)
def test_more_inputs_never_lower(
    some: list[Input], more: list[Input], columns: frozenset[ColumnName] | None, said: Tier
) -> None:
    assert joined(counted([*some, *more], columns), (said,)) >= joined(counted(some, columns), (said,))


@given(st.lists(inputs, min_size=1, max_size=2), inputs, codes, st.sampled_from(list(Operation)))
def test_more_inputs_never_lower_a_result_either(
    some: list[Input], more: Input, code: CodeFacts | None, operation: Operation
) -> None:
    columns = wanted_columns((), code)
    before = result(operation, counted(some, columns), code)
    after = result(operation, counted([*some, more], columns), code)
    assert after.tier >= before.tier


@given(inputs, wanted, wanted)
def test_fewer_columns_never_raise(
    one: Input, columns: frozenset[ColumnName] | None, more: frozenset[ColumnName] | None
) -> None:
    if columns is None:
        return
    both = None if more is None else columns | more
    assert joined(counted([one], columns)) <= max(joined(counted([one], both)), one.whole)
    assert joined(counted([one], both)) <= one.whole


def test_only_the_columns_asked_for_count() -> None:
    staff = Input("s", Tier.PUBLIC, (Column("email", Tier.PROPRIETARY, ("PII.EMAIL",)), Column("city", Tier.PUBLIC)))
    [part] = counted([staff], wanted_columns(["City"], None))
    assert (part.tier, part.tags, part.pruned) == (Tier.PUBLIC, (), True)
    [part] = counted([staff], wanted_columns([], None))
    assert (part.tier, part.tags) == (Tier.PROPRIETARY, ("PII", "PII.EMAIL"))


@pytest.mark.parametrize("asked", ["nothing_of_the_sort", "*", "s.nothing"])
def test_a_column_that_nobody_knows_counts_as_all(asked: str) -> None:
    staff = Input("s", Tier.PUBLIC, (Column("email", Tier.PROPRIETARY),), names=frozenset({"s"}))
    assert counted([staff], wanted_columns([asked], None))[0].tier is Tier.PROPRIETARY


REGION = Column("region", Tier.PUBLIC)
PAY = Column("salary", Tier.PROPRIETARY, ("ORG.PAY",))
MAIL = Column("email", Tier.PROPRIETARY, ("PII.EMAIL",))
STAFF = Input("s", Tier.PUBLIC, (REGION, PAY, MAIL))


def lowered(shape: Aggregation | None, *, readable: bool = True, said: Tier = Tier.PUBLIC, staff: Input = STAFF) -> str:
    code = CodeFacts("sql", readable, frozenset({Operation.READ}), aggregation=shape)
    return result(Operation.AGGREGATE, counted([staff], None), code, said).rule


def test_counts_over_all_rows_lower() -> None:
    assert lowered(Aggregation(counts_only=True)) == COUNTS_ONLY


def test_groups_of_at_least_k_rows_lower() -> None:
    assert lowered(Aggregation(False, groups=("region",), least_group=LEAST_GROUP)) == K_ANONYMOUS


@pytest.mark.parametrize(
    "shape",
    [
        None,
        Aggregation(False, groups=("region",)),
        Aggregation(False, groups=("region",), least_group=LEAST_GROUP - 1),
        Aggregation(False, groups=("email",), least_group=50),
        Aggregation(True, filters=("email",), least_group=50),
        Aggregation(False, groups=("unknown",), least_group=50),
        Aggregation(True, filters=("region",)),
    ],
)
def test_anything_else_does_not_lower(shape: Aggregation | None) -> None:
    assert lowered(shape) == ""


def test_the_claim_alone_lowers_nothing() -> None:
    for operation in (Operation.AGGREGATE, Operation.ANONYMIZE):
        out = result(operation, counted([STAFF], None), None)
        assert (out.tier, out.rule) == (Tier.PROPRIETARY, "")


def test_code_that_could_not_be_read_lowers_nothing() -> None:
    assert lowered(Aggregation(counts_only=True), readable=False) == ""


def test_what_the_code_says_and_what_a_person_said_is_not_lowered() -> None:
    shape = Aggregation(counts_only=True)
    assert lowered(shape, said=Tier.PROPRIETARY) == ""
    secret = Input("s", Tier.PROPRIETARY, lasting=Tier.PROPRIETARY)
    assert lowered(shape, staff=secret) == ""


def test_masked_data_has_the_tier_that_it_was_classified_as() -> None:
    parts = counted([STAFF], None)
    assert result(Operation.ANONYMIZE, parts, None, masked=Tier.INTERNAL).tier is Tier.INTERNAL
    assert result(Operation.ANONYMIZE, parts, None, masked=Tier.PROPRIETARY).rule == ""
    assert result(Operation.READ, parts, None, masked=Tier.PUBLIC).tier is Tier.PROPRIETARY


def test_code_counts_as_what_it_does() -> None:
    writes = CodeFacts("sql", readable=True, operations=frozenset({Operation.READ, Operation.WRITE}))
    assert effective(Operation.READ, writes) == {Operation.READ, Operation.WRITE}
    unreadable = CodeFacts("unknown", readable=False)
    assert Operation.EXPORT in effective(Operation.READ, unreadable)
