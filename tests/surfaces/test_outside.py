"""Going outside: only a PUBLIC question, only where it is configured, and only after it was recorded."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lacuna.testing.servers.searxng import SearxngDouble
from tests.surfaces.conftest import write_config
from tests.surfaces.running import Server, lacuna

OPEN = """\
classification: {{strategy: balanced}}
routing:
  PUBLIC: {{local_rag: true, web_search: true}}
  INTERNAL: {{local_rag: true, web_search: true}}
  PROPRIETARY: {{local_rag: true, web_search: true}}
web_search: {{enabled: true, endpoint: "{url}"}}
"""
"""A routing table that would let everything out: the rules have to hold against it."""
