"""One verb a file, async, readable as prose. They know ports and the domain, never a back end."""
