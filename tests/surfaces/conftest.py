"""One development server for the tests that only ask, with a few documents of an invented company in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.surfaces.running import Server

CONFIG = """\
classification:
  strategy: balanced
server:
  max_body_bytes: 2097152
  max_query_chars: 60000
  max_batch: 50
ingest:
  max_file_bytes: 1048576
"""

TERMS = """\
projects:
  - project_apollo
  - name: Blue Heron
    aliases: [heron-next]
customers:
  - Wexford Dairies
internal_terms:
  - rotation ledger
"""

DOCUMENTS: list[dict[str, Any]] = [
    {
        "title": "Kestrel user guide",
        "text": "The Kestrel sensor measures humidity and temperature. To reset the Kestrel sensor, hold the side "
        "button for ten seconds until the lamp blinks green. The battery lasts four years.",
        "tier": "PUBLIC",
        "source": "kestrel-guide",
    },
    {
        "title": "Login service runbook",
        "text": "The login service refreshes its tokens every fifteen minutes from the session vault. If the refresh "
        "fails, restart the token worker and page the platform team.",
        "tier": "INTERNAL",
        "groups": ["engineering"],
        "source": "login-runbook",
    },
    {
        "title": "Apollo launch plan",
        "text": "Project Apollo launches in the second quarter. The pilot customer is Wexford Dairies, who pay a "
        "reduced rate of 41 euros a sensor.",
        "groups": ["leadership"],
        "source": "apollo-plan",
    },
]


def write_config(folder: Path, config: str = CONFIG, terms: str = TERMS) -> Path:
    """A configuration folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(config, encoding="utf-8")
    (folder / "proprietary_terms.yaml").write_text(terms, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The shared server. Tests may add to it but do not rely on what others added."""
    folder = tmp_path_factory.mktemp("a house")
    config = write_config(folder / "config")
    with Server(folder / "data", folder, env={"LACUNA_CONFIG_PATH": str(config)}) as server:
        for document in DOCUMENTS:
            answer = server.client.post("/api/v1/documents", json=document)
            assert answer.status_code in (200, 201), answer.text
        yield server


@pytest.fixture
def client(house: Server) -> httpx.Client:
    return house.client
