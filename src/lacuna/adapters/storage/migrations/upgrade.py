"""Running the migrations. Loads Alembic and SQLAlchemy, which only a new or an old database needs and which double the
time to start: import the names when they are called for."""

from typing import TYPE_CHECKING

from lacuna.adapters.storage.migrations import FOLDER, HEAD
from lacuna.domain.errors import StorageError

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection


def require_known(found: str | None, where: str) -> None:
    """Raises StorageError where `found` is the revision of a newer version."""
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found is not None and found not in known:
        raise StorageError(
            f"{where} has schema {found}, which this version does not know (its own is {HEAD}).",
            cure="Install the newer Lacuna that wrote it, or restore a backup made before the upgrade.",
            code="storage_newer_version",
        )


def run(connection: "Connection") -> None:
    """Brings the schema to `HEAD` in the transaction that the caller began."""
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config
