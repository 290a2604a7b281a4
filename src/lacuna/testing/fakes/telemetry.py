"""Telemetry that can be asked what it was told."""

from collections import Counter


class CountingTelemetry:
    """A `Telemetry`. `counts` holds how often each event was told, as a tuple that begins with the method's name."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, ...]] = Counter()

    def request(self, surface: str, route: str, status: int, seconds: float) -> None:
        self.counts["request", surface, route, str(status)] += 1

    def classified(self, tier: str, seconds: float, cached: bool) -> None:
        self.counts["classified", tier, str(cached)] += 1

    def looked_up(self, level: str, result: str) -> None:
        self.counts["looked_up", level, result] += 1

    def signed_in(self, way: str, outcome: str) -> None:
        self.counts["signed_in", way, outcome] += 1

    def observed(self, rule: str, effect: str) -> None:
        self.counts["observed", rule, effect] += 1

    def marked(self, what: str, kind: str, count: int = 1) -> None:
        self.counts["marked", what, kind] += count

    def failed(self, part: str, code: str) -> None:
        self.counts["failed", part, code] += 1
