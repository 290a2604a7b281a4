"""A clock that stands still until it is told otherwise, and ids that count."""


class FrozenClock:
    """A `Clock` that shows what it was set to."""

    def __init__(self, now_us: int = 1_700_000_000_000_000) -> None:
        self._now = now_us

    def now_us(self) -> int:
        return self._now

    def advance(self, microseconds: int) -> None:
        """Moves forward. Raises ValueError for a step back, which the port forbids."""
        if microseconds < 0:
            raise ValueError("a clock does not go backwards")
        self._now += microseconds


class CountingIds:
    """`Ids` that are the same in every run: prefix_0…01, prefix_0…02, and so on."""

    def __init__(self) -> None:
        self._count = 0

    def new(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}_{self._count:032x}"
