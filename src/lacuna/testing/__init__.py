"""Fakes, contract suites and loopback servers, shipped for the authors of plug-ins."""
