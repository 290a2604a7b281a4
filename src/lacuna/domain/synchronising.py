"""How much a synchronisation may delete.

A folder that is not mounted looks like one that was emptied, and a listing that broke off like one that shrank. So a
deletion of much is taken for a fault until somebody says that it is meant.
"""

from dataclasses import dataclass

from lacuna.domain.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Deletions:
    """`wanted`: documents whose items are gone are deleted. At most `percent` of the items known may go at once, and
    all of them only where `all_of_them` is meant."""

    wanted: bool = True
    percent: int = 50
    all_of_them: bool = False

    def refusal(self, gone: int, known: int, complete: bool) -> InvalidInput | None:
        """Why `gone` of `known` documents may not be deleted after a listing that was `complete`; None where they
        may."""
        fault = self._fault(gone, known, complete)
        if fault is None:
            return None
        return InvalidInput(f"Nothing was deleted: {fault[0]}.", cure=fault[1], code="deletions_refused")

    def _fault(self, gone: int, known: int, complete: bool) -> tuple[str, str] | None:
        if not self.wanted:
            return None
        if not complete:
            return "the source could not be listed whole", "Make all of it readable and run this again."
        if gone and gone == known and not self.all_of_them:
            return (
                f"none of the {known} documents known from this source is there any more",
                "Check that it is the right place and that it is mounted; if they are meant to go, add --allow-empty.",
            )
        if gone < known and gone * 100 > self.percent * known:
            return (
                f"{gone} of the {known} documents known from this source are gone, more than {self.percent} percent",
                "Check that it is the right place; if they are meant to go, raise --delete-up-to.",
            )
        return None
