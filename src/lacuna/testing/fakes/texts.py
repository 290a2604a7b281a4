"""Stored texts in a dictionary."""

from collections.abc import Mapping

from lacuna.domain.errors import NotFound


class InMemoryTexts:
    """A `TextVault`, held to `lacuna.testing.contracts.texts`. Encrypts nothing: it keeps nothing either."""

    def __init__(self) -> None:
        self._texts: dict[str, dict[str, tuple[str, str]]] = {}

    async def put(self, subject: str, decision: str, texts: Mapping[str, str]) -> None:
        kept = self._texts.setdefault(decision, {})
        kept.update({part: (subject, text) for part, text in texts.items()})

    async def get(self, decision: str) -> dict[str, str]:
        found = {part: text for part, (_, text) in self._texts.get(decision, {}).items()}
        if not found:
            raise NotFound("No text of this decision is stored: none was kept, or it was erased.")
        return found

    async def erase(self, subject: str) -> bool:
        known = False
        for kept in self._texts.values():
            for part in [part for part, (owner, _) in kept.items() if owner == subject]:
                del kept[part]
                known = True
        return known

    async def close(self) -> None:
        return None
