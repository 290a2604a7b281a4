"""Which probes occur in a text.

Guarantees: every probe that occurs is among the answers, whichever engine gives them; linear in the text; no silent
miss when a set runs out of memory or Hyperscan fails. Immutable but for `use`, which exchanges the engine in one step;
safe under threads.

`re2.Set.Match` returns None both for "nothing" and for "out of memory" (google/re2 issue 136). A sentinel that matches
every text tells the two apart; without it every probe of the set counts as found.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import Final

import re2

from lacuna.adapters.classifiers.probes.databases import CompiledProbes, ScanFailed

_SENTINEL: Final = r"(?s)."
_SET_MEMORY: Final = 16 << 20
_SET_SIZE: Final = 96
_WARM_UP: Final = 4_096


class ProbeFilter:
    """`shipped` are the probes that come with Lacuna and may be compiled ahead; `added` are the administrator's, which
    RE2 always looks for, so that changing them costs nothing. Probes are RE2 syntax and numbered through."""

    def __init__(self, shipped: Sequence[str], added: Sequence[str] = ()) -> None:
        self.shipped = tuple(shipped)
        """As `CompiledProbes` takes them."""
        self._compiled: CompiledProbes | None = None
        self._sets: tuple[_ProbeSet, ...] = ()
        self._building = Lock()
        self._added = tuple(_ProbeSet.several(added, len(shipped)))

    @property
    def engine(self) -> str:
        """What looks for the probes that ship: "hyperscan" or "re2"."""
        return "re2" if self._compiled is None else "hyperscan"

    def load(self, folder: Path) -> bool:
        """Uses what `folder` keeps for these probes; False if it keeps nothing that can be used."""
        kept = CompiledProbes.kept(folder, self.shipped)
        if kept is not None:
            self.use(kept)
        return kept is not None

    def use(self, compiled: CompiledProbes) -> None:
        """From now on `compiled`, made of `shipped`, answers."""
        self._compiled = compiled
        self._sets = ()

    def prepare(self) -> None:
        """Builds what the first text would wait for."""
        if self._compiled is None and self.shipped:
            self.numbers(_noise(_WARM_UP))

    def numbers(self, text: str) -> Sequence[int]:
        """The numbers of the probes that occur in the folded `text`, in no order; more may be among them."""
        found = self._of_shipped(text)
        for probes in self._added:
            found += probes.hits(text)
        return found

    def _of_shipped(self, text: str) -> list[int]:
        compiled = self._compiled
        if compiled is not None:
            try:
                return compiled.numbers(text)
            except ScanFailed:
                pass  # RE2 answers
        return [number for probes in self._automata() for number in probes.hits(text)]

    def _automata(self) -> "tuple[_ProbeSet, ...]":
        with self._building:
            if not self._sets and self.shipped:
                self._sets = tuple(_ProbeSet.several(self.shipped, 0))
            return self._sets


class _ProbeSet:
    """Up to `_SET_SIZE` probes in one automaton, numbered from `first` on. The states of an automaton multiply with the
    probes in it, those of several add up: one for all is four times slower on unseen texts."""

    def __init__(self, first: int, probes: Sequence[str]) -> None:
        self._first = first
        self._size = len(probes)
        options = re2.Options()
        options.max_mem = _SET_MEMORY
        options.log_errors = False
        self._set = re2.Set.SearchSet(options)
        for probe in probes:
            self._set.Add(probe)
        self._set.Add(_SENTINEL)
        self._set.Compile()

    @classmethod
    def several(cls, probes: Sequence[str], first: int) -> "Iterator[_ProbeSet]":
        for at in range(0, len(probes), _SET_SIZE):
            yield cls(first + at, probes[at : at + _SET_SIZE])

    def hits(self, text: str) -> Iterable[int]:
        """The numbers of the probes that match `text`; of all, where the automaton ran out of memory."""
        hit = self._set.Match(text)
        if hit is None or self._size not in hit:
            return range(self._first, self._first + self._size)
        return [self._first + number for number in hit if number != self._size] if len(hit) > 1 else ()


def _noise(length: int) -> str:
    """Characters in no order, the same on every run: they fill the automata, which costs tens of milliseconds once."""
    state, letters = 1, "0123456789abcdefABCDEF.-:/@ =_+kxyz\n"
    drawn = []
    for _ in range(length):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        drawn.append(letters[(state >> 16) % len(letters)])
    return "".join(drawn)
