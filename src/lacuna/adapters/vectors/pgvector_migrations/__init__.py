"""Alembic migrations of the store in PostgreSQL with pgvector, beside those of the ledger and independent of them.

`HEAD` repeats the newest revision so that opening a store that is up to date loads neither Alembic nor SQLAlchemy; a
test holds it to the scripts.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
HEAD = "0001"
