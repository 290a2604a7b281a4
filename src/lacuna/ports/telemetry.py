"""Counters and durations. No text, no user ids as labels."""

from typing import Protocol


class Telemetry(Protocol):
    def request(self, surface: str, route: str, status: int, seconds: float) -> None: ...

    def classified(self, tier: str, seconds: float, cached: bool) -> None: ...

    def failed(self, part: str, code: str) -> None:
        """`part` names the back end or layer, `code` the error's stable code."""
        ...
