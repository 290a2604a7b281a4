"""A server that speaks OPA's data and health API and evaluates the files it is given, through rego-cpp.

For tests of the OPA adapter: POST /v1/data/PATH with strict errors of built-ins, undefined results, provenance, GET
/health; `fault` answers instead of it, for slow, broken and foreign servers.
"""

import json
from typing import Any

import regopy

from lacuna.domain.policy_documents import PACKAGES
from lacuna.domain.policy_set import PolicySet
from lacuna.testing.servers.loopback import LoopbackServer, Received, Reply

JSON = {"Content-Type": "application/json"}


class OpaDouble(LoopbackServer):
    """OPA with `policies` loaded. `revision` is that of its one bundle; empty: the files were loaded without one."""

    def __init__(self, policies: PolicySet, revision: str = "r1") -> None:
        super().__init__(self._route)
        self.revision = revision
        self.fault: Reply | None = None
        self._interpreter = regopy.Interpreter()
        self._interpreter.strict_built_in_errors = True
        self._entries = [f"{package.replace('.', '/')}/decision" for package in PACKAGES]
        for path, text in policies.rules:
            self._interpreter.add_module(path, text)
        self._interpreter.add_data_json(policies.data)
        self._bundle = self._interpreter.build(None, self._entries)

    def _route(self, request: Received) -> Reply:
        if self.fault is not None:
            return self.fault
        if (request.method, request.path) == ("GET", "/health"):
            return Reply((b"{}",), headers=JSON)
        entry = request.path.removeprefix("/v1/data/")
        if request.method != "POST" or entry == request.path:
            return _error(404, "undefined_document", "no such path")
        return self._evaluated(entry, request)

    def _evaluated(self, entry: str, request: Received) -> Reply:
        try:
            document = json.loads(request.body)["input"]
        except (ValueError, KeyError, TypeError):
            return _error(400, "invalid_parameter", "no input")
        answer: dict[str, Any] = {}
        if request.query.get("provenance") == "true":
            bundles = {"lacuna": {"revision": self.revision}} if self.revision else {}
            answer["provenance"] = {"version": "1.18.1", "bundles": bundles}
        if entry in self._entries:
            # As a term: the package's own inputs put quotation marks into the answer as they are.
            self._interpreter.set_input_term(json.dumps(document, ensure_ascii=False))
            try:
                output = self._interpreter.query_bundle_entrypoint(self._bundle, entry)
            except (regopy.RegoError, ValueError):
                return _error(500, "internal_error", "evaluation failed")
            if str(output) == "<error>":
                return _error(500, "internal_error", "evaluation failed")
            if str(output) != "undefined":
                answer["result"] = json.loads(str(output))["expressions"][0]
        return Reply((json.dumps(answer).encode(),), headers=JSON)


def _error(status: int, code: str, message: str) -> Reply:
    return Reply((json.dumps({"code": code, "message": message}).encode(),), status=status, headers=JSON)
