"""Functions behind a Lambda proxy: what they are given, and what becomes of what they return."""
