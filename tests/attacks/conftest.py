"""The shared server of the surface tests, to be attacked."""

from tests.surfaces.conftest import client, house

__all__ = ["client", "house"]
