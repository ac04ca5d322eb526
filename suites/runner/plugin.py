"""The pytest plugin that runs the suites; its hooks are in one module for each subject."""

import pytest
from hypothesis import settings

from suites.profile import PROFILES
from suites.runner import collection, execution, options, session

for _profile in PROFILES.values():
    settings.register_profile(_profile.name, max_examples=_profile.examples)


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Register the modules that have hooks, before pytest reads the command line."""
    for module in (options, session, collection, execution):
        pluginmanager.register(module, module.__name__)
