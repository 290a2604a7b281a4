"""What `make.py` does: the environment in `.venv` and the jobs of a working day. Standard library only."""
