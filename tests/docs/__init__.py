"""Documentation under test: examples run, commands exist, links lead somewhere."""
