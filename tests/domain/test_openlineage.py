"""Run events of other systems."""

from typing import Any

import pytest

from lacuna.domain.errors import InvalidInput
from lacuna.domain.openlineage import MAX_DATASETS, OWN_FACET, run_event
from lacuna.domain.tiers import Tier


def event(**changes: Any) -> dict[str, Any]:
    return {
        "eventType": "COMPLETE",
        "eventTime": "2026-05-01T10:00:00.5Z",
        "producer": "https://example.org/etl/1",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": "0188a6f2-7c1f-7d3c-9a53-3d5a3a0f4b11", "facets": {"x": 1}},
        "job": {"namespace": "etl", "name": "nightly"},
        "inputs": [dataset("hr.staff")],
        "outputs": [dataset("hr.report")],
        **changes,
    }


def dataset(name: str, **facets: Any) -> dict[str, Any]:
    return {"namespace": "postgres://db:5432", "name": name, "facets": facets}


def test_an_event_is_read() -> None:
    found = run_event(event())
    assert (found.event_type, found.at) == ("COMPLETE", 1777629600500000)
    assert [each.dataset_id for each in found.inputs] == ["dataset:postgres://db:5432/hr.staff"]


def test_the_same_moment_in_another_zone_is_the_same_event() -> None:
    assert run_event(event()).key == run_event(event(eventTime="2026-05-01T12:00:00.500+02:00")).key


def test_unknown_fields_and_facets_are_passed_over() -> None:
    assert run_event(event(future={"a": [1]}, inputs=[{**dataset("a", strange={"z": 1}), "more": 2}])).inputs


def test_nested_columns_have_the_names_of_all_they_are_in() -> None:
    fields = [{"name": "person", "type": "struct", "fields": [{"name": "email"}]}, {"name": "region"}]
    [found] = run_event(event(inputs=[dataset("a", schema={"fields": fields})])).inputs
    assert found.columns == ("person", "person.email", "region")


def test_column_lineage_names_the_columns_it_comes_from() -> None:
    lines = {"fields": {"mail": {"inputFields": [{"namespace": "n", "name": "t", "field": "email"}]}}}
    [found] = run_event(event(outputs=[dataset("a", columnLineage=lines)])).outputs
    assert [(s.dataset_id, s.column) for _, sources in found.made_from for s in sources] == [("dataset:n/t", "email")]


def test_a_tier_and_groups_can_be_told() -> None:
    own = {"tier": "proprietary", "groups": ["hr"]}
    [found] = run_event(event(inputs=[dataset("a", **{OWN_FACET: own})])).inputs
    assert (found.tier, found.groups) == (Tier.PROPRIETARY, frozenset({"hr"}))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"eventType": "DONE"}, "eventType"),
        ({"eventTime": "yesterday"}, "eventTime"),
        ({"eventTime": "2026-05-01T10:00:00"}, "eventTime"),
        ({"eventTime": "1950-05-01T10:00:00Z"}, "eventTime"),
        ({"producer": "me"}, "producer"),
        ({"schemaURL": None}, "schemaURL"),
        ({"run": {"runId": "7"}}, "runId"),
        ({"run": []}, "run"),
        ({"job": {"namespace": "a"}}, "job.name"),
        ({"inputs": {}}, "inputs"),
        ({"inputs": [7]}, "inputs[0]"),
        ({"inputs": [{"namespace": "", "name": "x"}]}, "inputs[0].namespace"),
        ({"inputs": [dataset("a\nb")]}, "inputs[0].name"),
        ({"inputs": [dataset("a", schema=[])]}, "schema"),
        ({"inputs": [dataset("a", schema={"fields": [{"type": "int"}]})]}, "fields[0].name"),
        ({"inputs": [dataset("a", **{OWN_FACET: {"tier": "SECRET"}})]}, "tier"),
        ({"inputs": [dataset("a", **{OWN_FACET: {"groups": []}})]}, "groups"),
        ({"inputs": [dataset(f"t{n}") for n in range(MAX_DATASETS + 1)]}, "limit"),
        ({"outputs": [dataset("a", columnLineage={"fields": {"c": {"inputFields": [{"name": "x"}]}}})]}, "namespace"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        run_event(event(**change))
    assert named in refused.value.message


def test_a_schema_that_never_ends_is_refused() -> None:
    field: dict[str, Any] = {"name": "x"}
    for _ in range(30):
        field = {"name": "x", "fields": [field]}
    with pytest.raises(InvalidInput):
        run_event(event(inputs=[dataset("a", schema={"fields": [field]})]))


@pytest.mark.parametrize("document", [None, [], 7, "x", {}])
def test_what_is_no_event_is_refused(document: object) -> None:
    with pytest.raises(InvalidInput):
        run_event(document)
