"""The gate: every text for a service outside goes through here, and the ledger knows it first.

Promise: what these calls return may be sent, was classified as exactly that string, and stands in the ledger, on disk,
as `outbound.sent`. Nothing else in the use cases makes an `Outbound`.
"""

import asyncio
import secrets
from collections.abc import Mapping
from typing import Protocol

from lacuna.domain.audit import Json, Record
from lacuna.domain.classification import Classification, Finding, Layer, LayerResult, classify
from lacuna.domain.duties import redacted_kinds
from lacuna.domain.errors import OutboundRefused
from lacuna.domain.exits import may_leave
from lacuna.domain.lineage import Edge, LineageDelta, Node, NodeKind
from lacuna.domain.policy import Source
from lacuna.domain.prompting import render
from lacuna.domain.routing import Outbound, release
from lacuna.domain.tiers import Tier
from lacuna.ports.clock import Clock, Ids
from lacuna.ports.llm import Prompt
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Entry, Ledger
from lacuna.usecases.asked import Left, Run
from lacuna.usecases.classify import Classify, Decided
from lacuna.usecases.redact import redacted


class Receiver(Protocol):
    """A service outside, as the ledger names it."""

    @property
    def name(self) -> str: ...

    @property
    def host(self) -> str: ...


class Gate:
    """See the module."""

    def __init__(self, classify_: Classify, ledger: Ledger, keys: KeyRing, clock: Clock, ids: Ids) -> None:
        self._classify = classify_
        self._ledger = ledger
        self._keys = keys
        self._clock = clock
        self._ids = ids

    def open_for(self, destination: Source, run: Run, evidence: Tier) -> bool:
        """Whether this question may go to `destination` together with something of the tier `evidence`."""
        return may_leave(destination, run.decided.classification, run.decided.plan, evidence)

    async def query(self, run: Run, receiver: Receiver) -> Outbound:
        """The question for a web search, without what policy wants taken out. It earned PUBLIC by its own
        classification; what is left of it is examined once more. Raises OutboundRefused or StorageError."""
        return await self._question(run.wanted.question.text, run.decided, run, receiver, {})

    async def derived(self, text: str, decided: Decided, run: Run, receiver: Receiver) -> Outbound:
        """A question derived from the asker's: it leaves by the decision on itself, never by that on the other. Raises
        as `query`."""
        if not may_leave(Source.WEB_SEARCH, decided.classification, decided.plan, Tier.PUBLIC):
            raise OutboundRefused("The derived question is not PUBLIC beyond doubt.")
        return await self._question(text, decided, run, receiver, {"derived": decided.decision_id})

    async def page(self, url: str, decided: Decided, run: Run, receiver: Receiver) -> Outbound:
        """The address of a page that a search found. It comes from outside, in answer to a text that was PUBLIC by
        `decided`; what stands in it is examined once more. Raises as `query`."""
        if not may_leave(Source.WEB_SEARCH, decided.classification, decided.plan, Tier.PUBLIC):
            raise OutboundRefused("The question is not PUBLIC beyond doubt.")
        found = _public(url, await asyncio.to_thread(self._classify.text, url))
        outbound = release(url, found, decided.plan, Source.WEB_SEARCH)
        await self._recorded(outbound, run, receiver, {"page": True})
        run.left.append(_left(outbound, receiver, url, derived=True))
        return outbound

    async def _question(
        self, text: str, decided: Decided, run: Run, receiver: Receiver, more: Mapping[str, Json]
    ) -> Outbound:
        kinds = redacted_kinds(decided.policy.obligations)
        text, found = await asyncio.to_thread(
            redacted,
            text,
            decided.classification,
            kinds,
            lambda new: _public(new, self._classify.text(new)),
        )
        outbound = await self._recorded(release(text, found, decided.plan, Source.WEB_SEARCH), run, receiver, more)
        run.left.append(_left(outbound, receiver, text, derived=bool(more)))
        return outbound

    async def prompt(self, prompt: Prompt, run: Run, receiver: Receiver) -> Outbound:
        """The rendered prompt for an external model: each part earned PUBLIC by itself (the question by its
        classification, the passages by their documents' tier, joined to `run.tier`), and the whole string is examined
        once more, so that nothing sensitive arises from putting the parts together. Raises as `query`."""
        marker = secrets.token_hex(8)
        numbered = [passage.numbered for passage in prompt.passages]
        text = render(prompt.question, numbered, prompt.conversation, marker)
        whole = await asyncio.to_thread(self._classify.text, text)
        kinds = redacted_kinds(run.decided.policy.obligations)
        text, whole = await asyncio.to_thread(redacted, text, whole, kinds, self._classify.text)
        passages = Finding("CONTEXT.FILE", "passages", Layer.DECLARED, run.tier, 1.0)
        outbound = release(text, _public(text, whole, passages), run.decided.plan, Source.EXTERNAL_LLM)
        await self._recorded(outbound, run, receiver)
        run.left.append(_left(outbound, receiver, None))
        return outbound

    async def _recorded(
        self, outbound: Outbound, run: Run, receiver: Receiver, more: Mapping[str, Json] | None = None
    ) -> Outbound:
        """`outbound`, once the record of it is durable."""
        node = Node(self._ids.new("out"), NodeKind.OUTBOUND, Tier.PUBLIC, f"{receiver.name} at {receiver.host}")
        data: dict[str, Json] = {
            "outbound": node.node_id,
            "destination": str(outbound.destination),
            "adapter": receiver.name,
            "host": receiver.host,
            "bytes": len(outbound.text.encode()),
            "text_hmac": self._keys.hmac(outbound.text),
            "hmac_key": self._keys.hmac_key_id,
            **(more or {}),
        }
        decision, who = run.decided.decision_id, run.principal
        record = Record("outbound.sent", self._clock.now_us(), who.user_id, who.via, decision, data)
        await self._ledger.append(Entry(record, LineageDelta((node,), (Edge(decision, node.node_id, "sent"),))))
        run.outbound.append(node)
        return outbound


def _left(outbound: Outbound, receiver: Receiver, text: str | None, *, derived: bool = False) -> Left:
    size = len(outbound.text.encode())
    return Left(outbound.destination, receiver.name, receiver.host, size, text, derived)


def _public(text: str, found: Classification, *more: Finding) -> Classification:
    """A text whose parts earned PUBLIC by themselves, with what was found in the whole of it."""
    parts = LayerResult(Layer.DECLARED, (*found.findings, *more), 1.0, "every part is PUBLIC")
    return classify(text, [parts], found.strategy, found.ruleset)
