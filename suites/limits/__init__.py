"""Limits: how large a request may be."""
