"""The address of a PostgreSQL database: checked, completed with the settings of a connection, and fit to be shown."""

from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from lacuna.domain.errors import StorageError

_DEFAULTS: Final = {
    "application_name": "lacuna",
    "client_encoding": "UTF8",
    "connect_timeout": "5",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
    # Of several hosts, the one that takes writes. A standby may lag, and what was written must be seen.
    "target_session_attrs": "primary",
}


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """`where` names host, port and database and no secret; `conninfo` is for libpq."""

    where: str
    conninfo: str

    @classmethod
    def parse(cls, address: str, schema: str = "") -> "PostgresAddress":
        """From a libpq URL; with a `schema`, tables are looked for in it alone. Raises StorageError
        where libpq does not understand it."""
        try:
            given = {key: str(value) for key, value in conninfo_to_dict(address).items() if value is not None}
        except psycopg.Error:
            raise StorageError(
                "The address of PostgreSQL cannot be understood.",
                cure="Write postgresql://USER:PASSWORD@HOST:PORT/DATABASE in LACUNA_POSTGRES_URL; in user and password "
                "write other characters than letters and digits as %XX.",
                code="storage_refused",
            ) from None
        host, port = given.get("host", "localhost"), given.get("port", "5432")
        where = f"postgresql://{host}:{port}/{given.get('dbname', given.get('user', ''))}"
        if schema:
            given["options"] = f"{given.get('options', '')} -csearch_path={schema}".strip()
        return cls(where, make_conninfo(**{**_DEFAULTS, **given}))
