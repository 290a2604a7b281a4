"""The last check before the wire of a service outside. Types are not enforced at run time, so whatever speaks to such a
service, fakes included, gets its text from here."""

from lacuna.domain.errors import OutboundRefused
from lacuna.domain.policy import Source
from lacuna.domain.routing import Outbound


def released_text(outbound: object, destination: Source) -> str:
    """The text of an `Outbound` for `destination`. Raises OutboundRefused for anything else."""
    if type(outbound) is not Outbound:  # a subclass could carry any text
        raise OutboundRefused(
            f"Only released text is sent to {destination}.", cure="Call lacuna.domain.routing.release."
        )
    if outbound.destination is not destination:
        raise OutboundRefused(f"The text was released for {outbound.destination}, not for {destination}.")
    return outbound.text
