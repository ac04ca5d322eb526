"""Uploads: what is stored, as `Content-Type` says, and what is refused."""
