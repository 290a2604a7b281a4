"""The tests, laid out like the source; those that cut across it are in attacks, docs, surfaces and tooling."""
