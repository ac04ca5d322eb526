"""Registers the plugin that runs the suites, and nothing else."""

pytest_plugins = ("suites.runner.plugin",)
