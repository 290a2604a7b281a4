"""Passages and their vectors: one file per product."""
