"""Stops an ingest at any of its writes, as `kill -9` would, or makes one of them fail."""

from typing import Any

WRITES = frozenset({"add", "move", "put", "remove", "replace", "retag", "append"})


class Killed(BaseException):
    """The process is gone: nothing catches this, and no clean-up runs after it."""


class Switch:
    """Counts writes across several stores and raises `error` instead of, or right after, one of them."""

    def __init__(self) -> None:
        self.writes = 0
        self.at: int | None = None
        self.after = False
        self.error: BaseException = Killed()
        self.dead = False

    def arm(self, at: int, *, after: bool = False, error: BaseException | None = None) -> None:
        self.writes, self.at, self.after, self.dead = 0, at, after, False
        self.error = error if error is not None else Killed()

    def disarm(self) -> None:
        self.writes, self.at, self.dead = 0, None, False

    def guard(self, store: Any) -> Any:
        """`store`, with its writes under this switch."""
        return _Guarded(store, self)


class _Guarded:
    def __init__(self, store: Any, switch: Switch) -> None:
        self._store = store
        self._switch = switch

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if name not in WRITES:
            return method
        switch = self._switch

        async def write(*args: Any, **kwargs: Any) -> Any:
            if switch.dead:
                raise switch.error
            switch.writes += 1
            now = switch.writes == switch.at
            switch.dead = now and isinstance(switch.error, Killed)
            if now and not switch.after:
                raise switch.error
            result = await method(*args, **kwargs)
            if now:
                raise switch.error
            return result

        return write
