"""The recognisers that ship: data, each with texts it must and must not find."""

from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.adapters.classifiers.recognisers import (
    addresses,
    contact,
    documents,
    financial,
    health,
    markings,
    national_ids_europe,
    national_ids_world,
    person,
    secret_assignments,
    secret_formats,
)

ALL: tuple[Recogniser, ...] = (
    *contact.RECOGNISERS,
    *addresses.RECOGNISERS,
    *person.RECOGNISERS,
    *national_ids_europe.RECOGNISERS,
    *national_ids_world.RECOGNISERS,
    *documents.RECOGNISERS,
    *health.RECOGNISERS,
    *financial.RECOGNISERS,
    *secret_formats.RECOGNISERS,
    *secret_assignments.RECOGNISERS,
    *markings.RECOGNISERS,
)
"""Every recogniser, PII first."""
