"""Rego evaluated beside the server: checking, compiling and running a set of policies in a child process."""
