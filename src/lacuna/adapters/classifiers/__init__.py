"""Layers of the classifier. `heuristic` is the one that always runs: organisation terms, recognisers and public cues."""
