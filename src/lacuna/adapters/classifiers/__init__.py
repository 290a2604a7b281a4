"""Layers of the classifier. `heuristic` is the one that always runs: terms, recognisers, public cues."""
