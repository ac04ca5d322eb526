"""Errors: what is missing, unknown or not declared."""
