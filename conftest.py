"""Registers the plugin that runs the suites; contains nothing else."""

# "conftest" in the checkout, "apigw_conformance.conftest" in the wheel.
pytest_plugins = (f"{__name__.removesuffix('conftest')}suites.runner.plugin",)
