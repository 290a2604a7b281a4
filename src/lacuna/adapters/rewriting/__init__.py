"""Rewriting follow-up questions."""
