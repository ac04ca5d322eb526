"""The pytest plugin that runs the suites."""
