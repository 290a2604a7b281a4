"""Stored texts that can be erased."""
