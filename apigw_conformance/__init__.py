"""The front door: one program with a subcommand for everything that the suite does.

The wheel has the whole suite in this package; `hatch_build.py` says why and how.
"""
