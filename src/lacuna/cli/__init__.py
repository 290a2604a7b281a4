"""The command line: thin commands over the use cases. Exit codes: 0 ok, 1 refused or failed check, 2 usage."""
