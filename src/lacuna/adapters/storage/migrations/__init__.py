"""Alembic migrations, packaged with the code that needs them.

`HEAD` repeats the newest revision so that opening a database that is up to date loads neither Alembic nor SQLAlchemy;
a test holds it to the scripts.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
HEAD = "0010"
