"""The recognisers that ship: data, each with texts it must and must not find."""

from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.adapters.classifiers.recognisers import (
    addresses,
    addresses_stated,
    addresses_world,
    contact,
    documents,
    financial,
    health,
    identities,
    markings,
    names,
    national_ids_europe,
    national_ids_world,
    person,
    secret_assignments,
    secret_commands,
    secret_connections,
    secret_formats,
    secret_key_material,
    secret_passwords,
    vehicles,
)

ALL: tuple[Recogniser, ...] = (
    *contact.RECOGNISERS,
    *addresses.RECOGNISERS,
    *addresses_world.RECOGNISERS,
    *addresses_stated.RECOGNISERS,
    *person.RECOGNISERS,
    *names.RECOGNISERS,
    *national_ids_europe.RECOGNISERS,
    *national_ids_world.RECOGNISERS,
    *identities.RECOGNISERS,
    *documents.RECOGNISERS,
    *health.RECOGNISERS,
    *financial.RECOGNISERS,
    *vehicles.RECOGNISERS,
    *secret_key_material.RECOGNISERS,
    *secret_formats.RECOGNISERS,
    *secret_connections.RECOGNISERS,
    *secret_assignments.RECOGNISERS,
    *secret_passwords.RECOGNISERS,
    *secret_commands.RECOGNISERS,
    *markings.RECOGNISERS,
)
"""Every recogniser, PII first."""
