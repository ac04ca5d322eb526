"""Functions behind a Lambda proxy: the events they receive, and how their results are returned."""
