"""Policy by an OPA server: its REST data API (POST /v1/data/...), and nothing else of it.

Promise: OPA is asked with strict errors of built-ins, so a deny rule that errs is an error and not a rule that did not
fire; both packages' answers come from the same revision of its bundles, or the question is asked again; no answer is
remembered, since OPA may change its rules at any time. What OPA loads, and when, is left to whoever runs it.
"""

import hashlib
import re
from typing import Any, Final

import msgspec

from lacuna.adapters.addresses import AddressRule, Endpoint
from lacuna.adapters.http_client import HttpClient
from lacuna.domain.errors import DependencyNonsense
from lacuna.domain.policy import PolicyDecision, PolicyInput
from lacuna.domain.policy_documents import CLASSIFICATION, ROUTING, document
from lacuna.domain.policy_verdicts import Verdict, decided, for_routing, verdict

MAX_BODY_BYTES: Final = 1 << 20
ATTEMPTS: Final = 3
WITHOUT_BUNDLES: Final = "opa"
"""What OPA's rules are called where nothing says which they are."""

_OURS: Final = re.compile(r"pol-[0-9a-f]{16}")
_PARAMS: Final = {"strict-builtin-errors": "true", "provenance": "true"}
_CURES: Final = {
    400: "OPA refused the question; check its version (1.0 or later).",
    401: "Check OPA's authentication.",
    404: "Check policy.opa_url: it ends before /v1.",
    500: "A rule of the policy fails in OPA; its decision log names it.",
}


class OpaPolicy:
    """A `PolicyEngine`. `url` is OPA's address without `/v1`; it must be a private one."""

    def __init__(self, url: str, *, timeout_s: float = 1.0) -> None:
        endpoint = Endpoint.parse(url, AddressRule.PRIVATE_ONLY)
        self._http = HttpClient(
            "OPA",
            endpoint,
            AddressRule.PRIVATE_ONLY,
            timeout_s=timeout_s,
            max_body_bytes=MAX_BODY_BYTES,
            reuse_connections=True,
        )
        self._version = WITHOUT_BUNDLES

    @property
    def version(self) -> str:
        """The revisions of OPA's bundles as last seen; `WITHOUT_BUNDLES` where it has none."""
        return self._version

    async def decide(self, asked: PolicyInput) -> PolicyDecision:
        for _ in range(ATTEMPTS):
            classified, first = await self._ask(CLASSIFICATION, asked)
            routed, second = await self._ask(ROUTING, for_routing(asked, classified))
            if first == second:
                return decided(asked, classified, routed, second)
        raise DependencyNonsense("OPA changed its bundles during every one of several questions.", cure="Try again.")

    async def judge(self, package: str, asked: PolicyInput) -> tuple[Verdict, str]:
        return await self._ask(package, asked)

    async def check(self) -> None:
        await self._http.get("/health", cures=_CURES)

    async def close(self) -> None:
        await self._http.close()

    async def _ask(self, package: str, asked: PolicyInput) -> tuple[Verdict, str]:
        path = f"/v1/data/{package.replace('.', '/')}/decision"
        body = msgspec.json.encode({"input": document(asked)})
        answer = _object(await self._http.post(path, body, params=_PARAMS, cures=_CURES))
        if "result" not in answer:
            raise DependencyNonsense(
                f"OPA has no decision of {package}: it is undefined.", cure="Load the package into OPA."
            )
        self._version = _version(answer.get("provenance"))
        return verdict(package, answer["result"], asked.project), self._version


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise DependencyNonsense("OPA answered something that is no JSON.") from None
    if not isinstance(found, dict):
        raise DependencyNonsense("OPA answered no object.")
    return found


def _version(provenance: object) -> str:
    """Names the revisions of all bundles; OPA itself has no version of its rules. Where its one bundle was made by
    Lacuna (`opa_bundle`), its revision is the version of the set."""
    if not isinstance(provenance, dict):
        return WITHOUT_BUNDLES
    bundles = provenance.get("bundles")
    if not isinstance(bundles, dict) or not bundles:
        bundles = {"": provenance} if provenance.get("revision") else {}  # OPA before 0.20 has one
    revisions = sorted(
        (str(name), str(each.get("revision", "")) if isinstance(each, dict) else "") for name, each in bundles.items()
    )
    if not any(revision for _, revision in revisions):
        return WITHOUT_BUNDLES
    if len(revisions) == 1 and _OURS.fullmatch(revisions[0][1]):
        return revisions[0][1]
    return "opa-" + hashlib.sha256(repr(revisions).encode()).hexdigest()[:16]
