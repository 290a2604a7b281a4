"""Measurements against something run beside them: `python -m benchmarks`. Nothing here is asserted; tests do that."""
