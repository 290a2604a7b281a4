"""Lacuna: a privacy-aware RAG gateway."""

__version__ = "0.1.0"
