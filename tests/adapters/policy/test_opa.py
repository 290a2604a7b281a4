"""OPA over HTTP as the policy engine: the contract, and every way in which a server can fail."""

import io
import json
import tarfile
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from lacuna.adapters.policy.opa import MAX_BODY_BYTES, WITHOUT_BUNDLES, OpaPolicy
from lacuna.adapters.policy.opa_bundle import bundle
from lacuna.config.policies import PACKS, shipped
from lacuna.domain.errors import ConfigError, DependencyError, DependencyNonsense, DependencyTimeout
from lacuna.domain.policy import Source
from lacuna.domain.policy_set import PolicySet
from lacuna.ports.policy import PolicyEngine
from lacuna.testing.contracts.policy import SET, PolicyContract, asked, closing
from lacuna.testing.servers.loopback import Received, Reply
from lacuna.testing.servers.opa import JSON, OpaDouble

SET_OF_ONES_OWN = PolicySet.of(
    {
        "policies/x.rego": (
            "package lacuna.routing\n\nimport rego.v1\n\n"
            'deny contains {"rule": "x", "reason": "no"} if input.project == "x"\n'
        ),
        "policies/x_test.rego": "package x_test\n\nimport rego.v1\n\ntest_x if true\n",
    }
)


@asynccontextmanager
async def served(policies: PolicySet) -> AsyncIterator[PolicyEngine]:
    async with OpaDouble(policies) as server, closing(OpaPolicy(server.url)) as engine:
        yield engine


class TestOpaPolicy(PolicyContract):
    def engine(self, policies: PolicySet) -> AbstractAsyncContextManager[PolicyEngine]:
        return served(policies)


@pytest.fixture
async def server() -> AsyncIterator[OpaDouble]:
    async with OpaDouble(SET) as running:
        yield running


@pytest.fixture
async def engine(server: OpaDouble) -> AsyncIterator[PolicyEngine]:
    async with closing(OpaPolicy(server.url, timeout_s=0.5)) as made:
        yield made


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Reply(status=400), DependencyError),
        (Reply(status=401), DependencyError),
        (Reply(status=404), DependencyError),
        (Reply(status=500), DependencyError),
        (Reply(status=503), DependencyError),
        (Reply(status=302, headers={"Location": "http://127.0.0.1:1/"}), DependencyNonsense),
        (Reply((b"{}",), headers=JSON), DependencyNonsense),
        (Reply((b"[]",), headers=JSON), DependencyNonsense),
        (Reply((b'{"result": true}',), headers=JSON), DependencyNonsense),
        (Reply((b"<html>",)), DependencyNonsense),
        (Reply((b'{"result": {"raise": [', b""), cut_off=True), DependencyError),
        (Reply((b" " * (MAX_BODY_BYTES + 1),)), DependencyNonsense),
        (Reply((b"{", 5.0)), DependencyTimeout),
    ],
)
async def test_an_answer_that_is_none_is_an_error(
    server: OpaDouble, engine: PolicyEngine, fault: Reply, error: type[DependencyError]
) -> None:
    server.fault = fault
    with pytest.raises(error):
        await engine.decide(asked())
    server.fault = None
    assert (await engine.decide(asked())).allowed


async def test_a_server_that_is_not_there_is_an_error() -> None:
    async with closing(OpaPolicy("http://127.0.0.1:9")) as engine:
        with pytest.raises(DependencyError):
            await engine.decide(asked())
        with pytest.raises(DependencyError):
            await engine.check()


@pytest.mark.parametrize("url", ["http://192.0.2.1:8181", "http://169.254.169.254", "ftp://127.0.0.1"])
def test_an_address_outside_the_house_is_refused(url: str) -> None:
    with pytest.raises(ConfigError):
        OpaPolicy(url)


async def test_decisions_carry_the_revision_and_never_mix_two(server: OpaDouble, engine: PolicyEngine) -> None:
    first = (await engine.decide(asked())).policy_version
    server.revision = "r2"
    second = (await engine.decide(asked())).policy_version
    assert first != second
    answer, count = server.answer, 0

    def changing(request: Received) -> Reply:
        nonlocal count
        count += 1
        server.revision = f"r{2 + min(count, 3) // 2}"  # once, between the two packages
        return answer(request)

    server.answer = changing
    assert (await engine.decide(asked())).policy_version not in (first, second)
    assert count == 4


async def test_decisions_by_a_bundle_of_ours_carry_the_version_of_its_set() -> None:
    policies = shipped().joined(SET_OF_ONES_OWN)
    packed = bundle(policies)
    assert packed == bundle(policies)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        files = {each.name.lstrip("/"): archive.extractfile(each) for each in archive.getmembers()}
        texts = {name: file.read().decode() for name, file in files.items() if file is not None}
    manifest, data = json.loads(texts.pop(".manifest")), json.loads(texts.pop("data.json"))
    assert not any(name.endswith("_test.rego") for name in texts)
    loaded = PolicySet.of(texts, data)
    async with OpaDouble(loaded, manifest["revision"]) as server, closing(OpaPolicy(server.url)) as engine:
        decision = await engine.decide(asked(project="x"))
    assert decision.policy_version == policies.version
    assert not decision.allowed


async def test_without_a_bundle_nothing_says_which_rules_decide(server: OpaDouble, engine: PolicyEngine) -> None:
    server.revision = ""
    assert (await engine.decide(asked())).policy_version == WITHOUT_BUNDLES


async def test_the_whole_input_is_sent_and_errors_are_strict(server: OpaDouble, engine: PolicyEngine) -> None:
    await engine.decide(asked(project="x"))
    request = server.received[0]
    assert request.path == "/v1/data/lacuna/classification/decision"
    assert request.query == {"strict-builtin-errors": "true", "provenance": "true"}
    assert b'"schema":1' in request.body
    assert b'"project":"x"' in request.body


async def test_the_shipped_policies_decide_the_same_there() -> None:
    async with served(shipped(PACKS)) as engine:
        decision = await engine.decide(asked(findings=(("PII.CREDIT_CARD", 1),)))
        assert "PCI-DSS" in decision.tags
        assert decision.allowed_sources == {Source.LOCAL_RAG}
