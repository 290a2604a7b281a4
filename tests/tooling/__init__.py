"""The project's own tools under test."""
