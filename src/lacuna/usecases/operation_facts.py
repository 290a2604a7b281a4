"""What the ledger keeps of a decision on a data operation.

Promise: no text of the request. Names of resources, columns, destinations and purposes are kept as they are where they
look like names and the classifier finds nothing in them, otherwise as a keyed HMAC. `asked_again` gives back what
policy was asked, so that the decision can be made again under other rules.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lacuna.domain.audit import Json
from lacuna.domain.evaluation import Judgement, OperationRequest
from lacuna.domain.operations import CodeFacts
from lacuna.domain.policy import Destination, PolicyInput, Resource
from lacuna.domain.policy_documents import SCHEMA
from lacuna.domain.tiers import Tier

WITHHELD: Final = "hmac:"
_NAME: Final = re.compile(r"(?=.{1,200}$)[\w.:/@+-]+(?: [\w.:/@+-]+){0,3}", re.ASCII)
"""More than four words are a sentence."""


@dataclass(frozen=True, slots=True)
class Names:
    """Names in the form that the ledger keeps. `holds` says whether the classifier finds something in a text."""

    hmac: Callable[[str], str]
    holds: Callable[[str], bool]

    def kept(self, name: str) -> str:
        """The name, or its keyed HMAC."""
        if _NAME.fullmatch(name) and not self.holds(name):
            return name
        return WITHHELD + self.hmac(f"name\0{name}")


def facts(
    request: OperationRequest, code: CodeFacts | None, judged: Judgement, names: Names, hmac: Callable[[str], str]
) -> dict[str, Json]:
    """The record's data. Blocking: names are classified."""
    return {
        "operation": request.operation.value,
        "effective": [operation.value for operation in judged.effective],
        "sources": [names.kept(each) for each in request.sources],
        "destination": _destination(request.destination, names),
        "purpose": None if request.purpose is None else names.kept(request.purpose),
        "columns": len(request.columns),
        "code": None
        if code is None
        else {
            "hmac": hmac(request.code),
            "length": len(request.code),
            "language": code.language,
            "readable": code.readable,
        },
        "sample": len(request.sample),
        "allowed": judged.allowed,
        "tier": str(judged.tier),
        "tags": list(judged.tags),
        "rule": judged.rule,
        "denied": [_without(reason, request, names) for reason in judged.denied],
        "obligations": [
            {
                "kind": d.obligation.kind.value,
                "rule": d.obligation.rule,
                "values": list(d.obligation.values),
                "met": d.met,
            }
            for d in judged.duties
        ],
        "policy": {
            "allowed": judged.allowed,
            "id": judged.policy_id,
            "version": judged.policy_version,
            "fired": [list(each) for each in judged.fired],
            **({"audit_only": [list(each) for each in judged.observed]} if judged.observed else {}),
            "asked": [{"package": package, "input": _input(asked, names)} for package, asked in judged.asked],
        },
    }


def _without(reason: str, request: OperationRequest, names: Names) -> str:
    """Policy names resources, columns, destinations and purposes in its reasons."""
    to = request.destination
    told = [*request.sources, *request.columns, request.purpose or ""]
    told += [] if to is None else [to.name, to.kind]
    for name in sorted({name for name in told if name and name in reason}, key=len, reverse=True):
        kept = names.kept(name)
        if kept != name:
            reason = reason.replace(name, kept)
    return reason


def asked_again(record: Mapping[str, Any], user_id: str) -> list[tuple[str, PolicyInput]] | None:
    """What policy was asked, from a record's `policy`; None where it holds nothing that can be asked again."""
    try:
        return [(each["package"], _asked(each["input"], user_id)) for each in record["asked"]]
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def told(data: Mapping[str, Json]) -> list[str]:
    """A record's data in plain words."""
    verb = "allowed" if data.get("allowed") else "denied"
    lines = [f"{data.get('operation')} of {_listed(data.get('sources'))} was {verb}; the result is {data.get('tier')}."]
    if _listed(data.get("effective")) != data.get("operation"):
        lines.append(f"What was judged: {_listed(data.get('effective'))}.")
    if data.get("rule"):
        lines.append(f"The rule {data.get('rule')} lowered the result.")
    denied = data.get("denied")
    if isinstance(denied, (list, tuple)):
        lines += [f"Denied because {reason}." for reason in denied]
    duties = data.get("obligations")
    if isinstance(duties, (list, tuple)):
        for each in duties:
            if isinstance(each, Mapping):
                lines.append(f"Obligation {each.get('kind')}: {'met' if each.get('met') else 'not met'}.")
    return lines


def _listed(value: Json) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _input(asked: PolicyInput, names: Names) -> dict[str, Json]:
    return {
        "schema": SCHEMA,
        "action": asked.action,
        "tier": asked.tier.name,
        "tags": list(asked.tags),
        "findings": dict(asked.findings),
        "groups": list(asked.groups),
        "clearance": asked.clearance.name,
        "roles": list(asked.roles),
        "purpose": None if asked.purpose is None else names.kept(asked.purpose),
        "at": asked.at,
        "destination": _destination(asked.destination, names),
        "resources": [
            {
                "id": names.kept(each.resource_id),
                "tier": each.tier.name,
                "tags": list(each.tags),
                "columns": [names.kept(column) for column in each.columns],
            }
            for each in asked.resources
        ],
    }


def _destination(to: Destination | None, names: Names) -> Json:
    if to is None:
        return None
    return {"name": names.kept(to.name), "type": names.kept(to.kind) if to.kind else "", "encrypted": to.encrypted}


def _asked(facts: Mapping[str, Any], user_id: str) -> PolicyInput:
    to = facts["destination"]
    return PolicyInput(
        action=facts["action"],
        tier=Tier[facts["tier"]],
        tags=tuple(facts["tags"]),
        user_id=user_id,
        groups=tuple(facts["groups"]),
        clearance=Tier[facts["clearance"]],
        project=None,
        requested=(),
        findings=tuple(sorted(facts["findings"].items())),
        roles=tuple(facts["roles"]),
        purpose=facts["purpose"],
        at=facts["at"],
        destination=None if to is None else Destination(to["name"], to["type"], to["encrypted"]),
        resources=tuple(_resources(facts["resources"])),
    )


def _resources(found: Sequence[Mapping[str, Any]]) -> list[Resource]:
    return [Resource(r["id"], Tier[r["tier"]], tuple(r["tags"]), tuple(r["columns"])) for r in found]
