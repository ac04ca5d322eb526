"""Errors: missing objects, unknown paths, undeclared methods."""
