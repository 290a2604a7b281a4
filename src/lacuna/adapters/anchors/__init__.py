"""Where checkpoints are anchored."""
