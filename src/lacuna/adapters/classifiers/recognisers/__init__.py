"""The recognisers that ship: data, each with texts it must and must not find."""

from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.adapters.classifiers.recognisers import (
    addresses,
    contact,
    financial,
    health,
    markings,
    national_ids,
    person,
    secret_assignments,
    secret_formats,
)

ALL: tuple[Recogniser, ...] = (
    *contact.RECOGNISERS,
    *addresses.RECOGNISERS,
    *person.RECOGNISERS,
    *national_ids.RECOGNISERS,
    *health.RECOGNISERS,
    *financial.RECOGNISERS,
    *secret_formats.RECOGNISERS,
    *secret_assignments.RECOGNISERS,
    *markings.RECOGNISERS,
)
"""Every recogniser, PII first."""
