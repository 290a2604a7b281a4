"""Counters and durations. No text, no user ids as labels."""

from typing import Protocol


class Telemetry(Protocol):
    def request(self, surface: str, route: str, status: int, seconds: float) -> None: ...

    def classified(self, tier: str, seconds: float, cached: bool) -> None: ...

    def looked_up(self, level: str, result: str) -> None:
        """One look into one level of the cache: "hit", "miss", "error" (the level could not be asked) or "rejected"
        (what it held did not verify)."""
        ...

    def signed_in(self, way: str, outcome: str) -> None:
        """One credential: "accepted", "ignored" (identity headers of a peer that is no proxy), or the reason of the
        refusal, from a closed set."""
        ...

    def observed(self, rule: str, effect: str) -> None:
        """A rule of policy that is audit-only would have had an effect: `rule` with its package, `effect` in one word
        ("deny")."""
        ...

    def marked(self, what: str, kind: str, count: int = 1) -> None:
        """Something of an answer was marked or taken out: `what` is "passage" (with the sign), "claim" (with how it
        stands), "citation" or "link" ("removed")."""
        ...

    def failed(self, part: str, code: str) -> None:
        """`part` names the back end or layer, `code` the error's stable code."""
        ...
