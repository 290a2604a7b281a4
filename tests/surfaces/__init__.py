"""Tests through the public doors: real processes, real HTTP, real files."""
