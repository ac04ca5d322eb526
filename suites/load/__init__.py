"""Load: the requests, rules and verdicts of the other suites, sent by Locust's users."""
