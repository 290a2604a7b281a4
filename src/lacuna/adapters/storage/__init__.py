"""The ledger, the catalogue and conversation taint on SQLite. `sqlite.open_storage` is the way in."""
