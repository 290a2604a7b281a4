"""Texts to vectors: one file per product."""
