"""The cases: one folder per subject."""
