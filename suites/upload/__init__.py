"""Uploads: what is stored for each `Content-Type`, and which uploads are refused."""
