"""Readers of code: `lacuna.ports.code`."""
