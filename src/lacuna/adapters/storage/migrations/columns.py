"""Types of columns that mean the same in every database."""

import sqlalchemy as sa


def text() -> sa.types.TypeEngine[str]:
    """Text that is compared by code points, whatever language the server was set up for: pages go by the order of ids,
    and it must be the same everywhere."""
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
