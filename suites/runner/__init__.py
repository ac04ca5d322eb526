"""One pytest plugin with everything that runs the suites."""
