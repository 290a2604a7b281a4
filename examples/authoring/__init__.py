"""Makes the binary files of the sample corpus from plain text; used by `examples.build_corpus` only."""
