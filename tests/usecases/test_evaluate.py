"""Whether somebody may do something with named data, under the shipped policies."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pytest

from lacuna.adapters.code.reader import SqlOrPython
from lacuna.adapters.policy.rego import RegoPolicy
from lacuna.config.policies import shipped
from lacuna.domain.classification import Classification, Finding, Layer, LayerResult, Strategy, classify
from lacuna.domain.errors import DependencyTimeout, Forbidden, InvalidInput, NotFound
from lacuna.domain.evaluation import Evaluation, OperationRequest
from lacuna.domain.identity import Principal, Role
from lacuna.domain.lineage import Direction
from lacuna.domain.openlineage import OWN_FACET, run_event
from lacuna.domain.operations import COUNTS_ONLY, MASKED, Operation
from lacuna.domain.policy import Destination, PolicyInput
from lacuna.domain.policy_set import PolicySet
from lacuna.domain.policy_verdicts import Verdict, verdict
from lacuna.domain.retrieval import Document
from lacuna.domain.tiers import Tier
from lacuna.ports.policy import PolicyEngine
from lacuna.ports.storage import RecordFilter
from lacuna.testing.fakes.catalogue import InMemoryCatalogue
from lacuna.testing.fakes.clock import CountingIds, FrozenClock
from lacuna.testing.fakes.datasets import InMemoryDatasets
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.testing.fakes.policy import TablePolicy
from lacuna.usecases.evaluate import Evaluate
from lacuna.usecases.lineage_events import LineageEvents
from lacuna.usecases.operation_facts import asked_again
from lacuna.usecases.operation_replay import replay
from lacuna.usecases.resources import Resources
from lacuna.usecases.trace import Trace

STEWARD = Principal(
    "ann", "", frozenset({"lacuna-admins"}), Tier.PROPRIETARY, frozenset({Role.ADMIN}), "test", reads_all_groups=True
)
ANALYST = Principal("bob", "", frozenset({"sales"}), Tier.INTERNAL, frozenset({Role.USER}), "test")
STAFF = "dataset:db/hr.staff"
REPORT = "dataset:db/hr.report"
INSIDE = Destination("warehouse", "internal", encrypted=True)


def words_of(text: str) -> Classification:
    """Finds every "ann@corp" in a text."""
    found, start = [], text.find("ann@corp")
    while start >= 0:
        found.append(Finding("PII.EMAIL", "r", Layer.HEURISTIC, Tier.PROPRIETARY, 1.0, start, start + 8))
        start = text.find("ann@corp", start + 1)
    return classify(text, [LayerResult(Layer.HEURISTIC, tuple(found))], Strategy.BALANCED, "rs")


class House:
    """The use cases over fakes."""

    def __init__(self, policy: PolicyEngine) -> None:
        keys, clock = FixedKeys(), FrozenClock()
        self.ledger = InMemoryLedger(keys)
        self.catalogue = InMemoryCatalogue()
        datasets = InMemoryDatasets(self.ledger)
        self.trace = Trace(self.ledger, self.catalogue, datasets)
        resources = Resources(self.catalogue, datasets, self.ledger, self.trace, Strategy.BALANCED)
        self.use = Evaluate(resources, policy, SqlOrPython(), words_of, self.ledger, keys, clock, CountingIds())
        self.events = LineageEvents(datasets, self.ledger, words_of, Strategy.BALANCED, keys, clock)
        self._numbers = count(1)

    async def tell(
        self, inputs: dict[str, list[str]], outputs: dict[str, list[str]], job: str = "nightly", **own: Any
    ) -> None:
        """An event: data sets of the database with their columns, and Lacuna's facet for the outputs."""
        await self.events.record(run_event(self.event(inputs, outputs, job, **own)), STEWARD)

    def event(
        self, inputs: dict[str, list[str]], outputs: dict[str, list[str]], job: str = "nightly", **own: Any
    ) -> dict[str, Any]:
        def told(found: dict[str, list[str]], **facets: Any) -> list[dict[str, Any]]:
            return [
                {
                    "namespace": "db",
                    "name": name,
                    "facets": {"schema": {"fields": [{"name": column} for column in columns]}, **facets},
                }
                for name, columns in found.items()
            ]

        return {
            "eventType": "COMPLETE",
            "eventTime": f"2026-05-01T10:00:{next(self._numbers):02d}Z",
            "producer": "https://example.org/etl",
            "schemaURL": "https://example.org/spec",
            "run": {"runId": "0188a6f2-7c1f-7d3c-9a53-3d5a3a0f4b11"},
            "job": {"namespace": "etl", "name": job},
            "inputs": told(inputs),
            "outputs": told(outputs, **({OWN_FACET: own} if own else {})),
        }

    async def ask(self, operation: str, *sources: str, who: Principal = STEWARD, **more: Any) -> Evaluation:
        return await self.use.one(OperationRequest(Operation.parse(operation), sources, **more), who)


@pytest.fixture(scope="module")
def rego() -> Iterator[RegoPolicy]:
    engine = RegoPolicy(shipped(), timeout_s=10)
    yield engine
    asyncio.run(engine.close())


@pytest.fixture
async def house(rego: RegoPolicy) -> House:
    here = House(rego)
    await here.tell({}, {"hr.staff": ["region", "email", "salary"]})
    return here


async def test_the_names_of_columns_decide(house: House) -> None:
    everything = await house.ask("read", STAFF)
    some = await house.ask("read", STAFF, columns=("region",))
    assert (everything.judgement.tier, some.judgement.tier) == (Tier.PROPRIETARY, Tier.INTERNAL)
    assert everything.judgement.allowed


async def test_what_is_above_the_clearance_is_denied_and_columns_are_offered(house: House) -> None:
    denied = await house.ask("read", STAFF, who=ANALYST)
    assert not denied.judgement.allowed
    offered = {each.change: each for each in denied.alternatives}
    assert offered["drop the columns email, salary"].request == {"columns": ["region"]}
    assert (await house.ask("read", STAFF, who=ANALYST, columns=("region",))).judgement.allowed


async def test_every_alternative_is_allowed_when_it_is_asked_for(house: House) -> None:
    requests = [
        OperationRequest(operation, (STAFF,), destination, columns=columns, sample=sample)
        for operation in (Operation.READ, Operation.EXPORT, Operation.TRANSFORM, Operation.DELETE)
        for destination in (None, Destination("s3", "external"), Destination("dw", "internal"), INSIDE)
        for columns in ((), ("email", "region"))
        for sample in ((), ({"email": "ann@corp", "region": "north"},))
    ]
    offered = 0
    for who in (STEWARD, ANALYST):
        for request in requests:
            for each in (await house.use.one(request, who)).alternatives:
                offered += 1
                again = await house.use.one(changed(request, each.request), who)
                assert again.judgement.allowed or again.judgement.only_approval_missing, each
                assert again.judgement.allowed is not each.needs_approval
                assert again.judgement.tier is each.tier
    assert offered > 20


def changed(request: OperationRequest, fields: Any) -> OperationRequest:
    """The request with the fields of an alternative."""
    plain = {key: value for key, value in fields.items() if not key.startswith("destination")}
    if "operation" in plain:
        plain["operation"] = Operation.parse(plain["operation"])
    if "columns" in plain:
        plain["columns"] = tuple(plain["columns"])
    to = request.destination or Destination("")
    if any(key.startswith("destination") for key in fields):
        plain["destination"] = Destination(
            fields.get("destination", to.name),
            fields.get("destination_type", to.kind),
            fields.get("destination_encrypted", to.encrypted),
        )
    return replace(request, **plain)


async def test_an_output_has_the_tier_of_what_went_into_it(house: House) -> None:
    await house.tell({"hr.staff": ["region", "email", "salary"]}, {"hr.report": ["total"]})
    assert (await house.ask("read", REPORT)).judgement.tier is Tier.PROPRIETARY
    with pytest.raises(NotFound):
        await house.ask("read", REPORT, who=ANALYST)


async def test_a_tier_that_rises_later_rises_downstream(house: House) -> None:
    await house.tell({"raw": ["a"]}, {"middle": ["a"]}, "one")
    await house.tell({"middle": ["a"]}, {"last": ["a"]}, "two")
    assert (await house.ask("read", "dataset:db/last", who=ANALYST)).judgement.tier is Tier.INTERNAL
    await house.tell({}, {"raw": ["a", "passport"]}, "three")
    assert (await house.ask("read", "dataset:db/last")).judgement.tier is Tier.PROPRIETARY
    with pytest.raises(NotFound):
        await house.ask("read", "dataset:db/last", who=ANALYST)
    graph = await house.trace.lineage("dataset:db/raw", Direction.DOWNSTREAM, 10, STEWARD)
    assert {node.node_id: node.tier for node in graph.nodes}["dataset:db/last"] is Tier.PROPRIETARY


async def test_cycles_end(house: House) -> None:
    await house.tell({"a": []}, {"b": []}, "ab")
    await house.tell({"b": []}, {"a": []}, "ba")
    await house.tell({"a": []}, {"a": []}, "aa")
    assert (await house.ask("read", "dataset:db/a")).judgement.tier is Tier.INTERNAL
    await house.tell({"hr.staff": ["email"]}, {"a": []}, "in")
    assert (await house.ask("read", "dataset:db/b")).judgement.tier is Tier.PROPRIETARY


async def test_a_table_that_is_written_in_place_keeps_its_columns_apart(house: House) -> None:
    columns = ["region", "email", "salary"]
    await house.tell({"hr.staff": columns}, {"hr.staff": columns}, "refresh")
    assert (await house.ask("read", STAFF, columns=("region",))).judgement.tier is Tier.INTERNAL


async def test_an_event_that_comes_again_changes_nothing(house: House) -> None:
    event = run_event(house.event({}, {"hr.new": ["a"]}))
    assert (await house.events.record(event, STEWARD)).new
    before = await house.ledger.find(RecordFilter(kind="lineage.recorded"))
    assert not (await house.events.record(event, STEWARD)).new
    assert await house.ledger.find(RecordFilter(kind="lineage.recorded")) == before


async def test_lineage_is_told_by_stewards_only(house: House) -> None:
    with pytest.raises(Forbidden):
        await house.events.record(run_event(house.event({}, {"x": []})), ANALYST)


async def test_a_person_can_raise_and_close_a_data_set(house: House) -> None:
    await house.tell({}, {"plans": ["a"]}, tier="PROPRIETARY", groups=["board"])
    assert (await house.ask("read", "dataset:db/plans")).judgement.tier is Tier.PROPRIETARY
    await house.tell({}, {"plans": ["a"]}, tier="PUBLIC", groups=["everyone"])
    assert (await house.ask("read", "dataset:db/plans")).judgement.tier is Tier.PROPRIETARY


async def test_a_persons_public_counts_where_nothing_is_found(house: House) -> None:
    await house.tell({}, {"holidays": ["day"]}, tier="PUBLIC")
    found = await house.ask("export", "dataset:db/holidays", destination=Destination("web", "external"))
    assert (found.judgement.allowed, found.judgement.tier) == (True, Tier.PUBLIC)


async def test_samples_of_events_raise_and_are_not_kept(house: House) -> None:
    await house.tell({}, {"notes": ["x"]}, sample=[{"x": "mail ann@corp today"}])
    assert (await house.ask("read", "dataset:db/notes")).judgement.tier is Tier.PROPRIETARY
    assert "ann@corp" not in await everything(house)


async def test_what_is_out_of_reach_is_not_there(house: House) -> None:
    await house.tell({}, {"board.plans": ["x"]}, groups=["board"])
    document = Document(
        "doc_1", "t", "", Tier.INTERNAL, Tier.INTERNAL, frozenset({"board"}), (), 1, 1, "h", "text/plain", "r", "ann", 1
    )
    await house.catalogue.put(document, ready=True)
    answers = set()
    for name in ("dataset:db/board.plans", "doc_1", "dataset:db/none", "doc_none", "job:etl/nightly"):
        with pytest.raises(NotFound) as unknown:
            await house.ask("read", name, who=ANALYST)
        answers.add(str(unknown.value).replace(name, "X"))
    assert len(answers) == 1


async def test_a_read_whose_code_exports_is_an_export(house: House) -> None:
    for code in ("copy hr.staff to 's3://x'", "df.to_csv('x')", "import socket", "select secret_udf(email) from staff"):
        found = await house.ask("read", STAFF, code=code)
        assert not found.judgement.allowed, code
        assert Operation.EXPORT in found.judgement.effective


async def test_code_may_read_only_what_is_named(house: House) -> None:
    with pytest.raises(InvalidInput):
        await house.ask("read", STAFF, code="select a from staff join hr.pay on 1 = 1")
    with pytest.raises(InvalidInput):
        await house.ask("write", STAFF, code="insert into x select a from hr.pay")
    with pytest.raises(InvalidInput):
        await house.ask("read", STAFF, code="spark.table('hr.pay').sum()")
    assert (await house.ask("read", STAFF, code="spark.table('hr.staff').sum()")).judgement.allowed


async def test_the_columns_of_the_code_count_and_not_those_that_are_claimed(house: House) -> None:
    found = await house.ask("read", STAFF, who=ANALYST, columns=("region",), code="select email from staff")
    assert not found.judgement.allowed
    fine = await house.ask("read", STAFF, who=ANALYST, code="select region from hr.staff")
    assert fine.judgement.allowed


async def test_counts_lower_by_their_rule_and_claims_do_not(house: House) -> None:
    claimed = await house.ask("aggregate", STAFF)
    counts = await house.ask("aggregate", STAFF, code="select count(*) from hr.staff")
    assert (claimed.judgement.tier, claimed.judgement.rule) == (Tier.PROPRIETARY, "")
    assert (counts.judgement.tier, counts.judgement.rule) == (Tier.INTERNAL, COUNTS_ONLY)


async def test_a_sample_is_masked_and_only_what_is_left_is_allowed(house: House) -> None:
    rows = ({"email": "x@y", "region": "ask ann@corp"}, {"email": None, "region": "north"})
    found = await house.ask("anonymise", STAFF, sample=rows)
    assert (found.judgement.allowed, found.judgement.tier, found.judgement.rule) == (True, Tier.INTERNAL, MASKED)
    assert found.result is not None
    shown = [json.loads(line) for line in found.result.splitlines()]
    assert shown == [
        {"email": "[PII.EMAIL]", "region": "[PII.EMAIL]"},
        {"email": None, "region": "[PII.EMAIL]"},
    ]
    assert (await house.ask("anonymize", STAFF)).judgement.rule == ""
    text = await house.ask("anonymize", STAFF, sample="ask ann@corp about it")
    assert text.result == "ask [PII.EMAIL] about it"


async def test_a_sample_raises(house: House) -> None:
    await house.tell({}, {"plain": ["remark_by"]})
    found = await house.ask("read", "dataset:db/plain", sample=({"remark_by": "ann@corp"},))
    assert found.judgement.tier is Tier.PROPRIETARY
    assert (await house.ask("read", "dataset:db/plain", sample="ann@corp")).judgement.tier is Tier.PROPRIETARY
    assert (await house.ask("read", "dataset:db/plain")).judgement.tier is Tier.INTERNAL


async def test_approval_is_missing_until_somebody_gives_it(house: House) -> None:
    found = await house.ask("export", STAFF, destination=INSIDE)
    assert not found.judgement.allowed
    assert found.judgement.only_approval_missing
    assert found.alternatives[0].needs_approval


async def everything(house: House) -> str:
    return "\n".join([str(stored.body) async for stored in house.ledger.read()])


async def test_the_record_holds_no_content_and_can_be_judged_again(house: House, rego: RegoPolicy) -> None:
    request: dict[str, Any] = {
        "destination": Destination("ann@corp", "external"),
        "code": "select email from staff where email = 'ann@corp'",
        "sample": ({"email": "ann@corp"},),
    }
    found = await house.ask("read", STAFF, **request)
    [stored] = await house.ledger.find(RecordFilter(decision=found.decision_id))
    record = stored.record()
    assert record.kind == "decision.evaluate"
    assert "ann@corp" not in str(stored.body)
    policy: Any = record.data["policy"]
    again = asked_again(policy, "ann")
    assert again is not None
    denied = [reason for package, asked in again for reason in (await rego.judge(package, asked))[0].denied]
    assert set(denied) == set(found.judgement.denied)


async def test_recorded_operations_are_made_again_by_other_rules(house: House, rego: RegoPolicy) -> None:
    for operation in ("read", "export", "delete"):
        await house.ask(operation, STAFF)
    withheld = await house.ask("export", STAFF, destination=Destination("ann@corp", "external"))
    extra = """package lacuna.access

import rego.v1

deny contains {"rule": "no_reading", "reason": "nobody reads"} if input.action == "read"
"""
    stricter = RegoPolicy(shipped().joined(PolicySet.of({"more.rego": extra})), timeout_s=10)
    try:
        for stored in await house.ledger.find(RecordFilter(kind="decision.evaluate")):
            record = stored.record()
            same = await replay(rego, "ann", record.data["policy"])
            if record.decision == withheld.decision_id:
                assert same.fault == "names of things are withheld in the record"
                continue
            assert (same.fault, same.before) == ("", same.after)
            other = await replay(stricter, "ann", record.data["policy"])
            new = set(other.after) - set(other.before)
            assert new == ({"lacuna.access: no_reading: deny"} if record.data["operation"] == "read" else set())
    finally:
        await stricter.close()


async def test_a_decision_is_explained_to_its_owner(house: House) -> None:
    found = await house.ask("read", STAFF, who=ANALYST)
    told = " ".join((await house.trace.decision(found.decision_id, ANALYST)).summary)
    assert "read" in told
    assert "lacuna.access: clearance" in told
    with pytest.raises(NotFound):
        await house.trace.decision(found.decision_id, replace(ANALYST, user_id="eve"))


@pytest.mark.parametrize("purpose", ["x" * 65, "Ann's\x00", "", "select * from", "a\nb;", "ann@corp"])
async def test_a_purpose_is_a_short_name(house: House, purpose: str) -> None:
    with pytest.raises(InvalidInput):
        await house.ask("read", STAFF, purpose=purpose)


@dataclass
class Failing(TablePolicy):
    """A policy that fails, or whose rules are exchanged at every question."""

    fails: bool

    def __post_init__(self) -> None:
        super().__init__({})

    async def judge(self, package: str, asked: PolicyInput) -> tuple[Verdict, str]:
        if self.fails:
            raise DependencyTimeout("too slow")
        self.version += "+"
        return Verdict(), self.version


@pytest.mark.parametrize("fails", [True, False])
async def test_a_policy_that_fails_denies(fails: bool) -> None:
    here = House(Failing(fails))
    await here.tell({}, {"hr.staff": ["region"]})
    found = await here.ask("read", STAFF)
    assert (found.judgement.allowed, found.judgement.tier, found.alternatives) == (False, Tier.PROPRIETARY, ())


class Demanding(TablePolicy):
    """A policy that allows everything with one obligation."""

    def __init__(self, kind: str, **values: Any) -> None:
        super().__init__({})
        entry = {"kind": kind, "rule": "r", "reason": "because", **values}
        self._verdict = verdict("lacuna.access", {"deny": [], "obligations": [entry], "alternatives": []})

    async def judge(self, package: str, asked: PolicyInput) -> tuple[Verdict, str]:
        return (self._verdict if package == "lacuna.access" else Verdict()), self.version


async def demanding(kind: str, **values: Any) -> House:
    here = House(Demanding(kind, **values))
    await here.tell({}, {"hr.staff": ["region", "email"]})
    return here


async def test_a_purpose_that_is_demanded_has_to_be_stated() -> None:
    here = await demanding("require_purpose", purposes=["billing"])
    denied = await here.ask("read", STAFF)
    assert not denied.judgement.allowed
    assert next(each.request for each in denied.alternatives) == {"purpose": "billing"}
    assert not (await here.ask("read", STAFF, purpose="fun")).judgement.allowed
    assert (await here.ask("read", STAFF, purpose="Billing")).judgement.allowed


async def test_an_obligation_that_cannot_be_carried_out_denies() -> None:
    here = await demanding("redact", kinds=["PII"])
    assert not (await here.ask("read", STAFF)).judgement.allowed
    assert (await here.ask("anonymize", STAFF, sample=({"email": "ann@corp"},))).judgement.allowed
    assert not (await (await demanding("approval", groups=["x"], hours=1)).ask("read", STAFF)).judgement.allowed


async def test_only_approved_models_get_data() -> None:
    here = await demanding("approved_models_only")
    assert (await here.ask("read", STAFF)).judgement.allowed
    assert not (await here.ask("read", STAFF, destination=Destination("gpt", "LLM"))).judgement.allowed
