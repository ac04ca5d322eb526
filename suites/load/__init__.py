"""Load: the same requests, rules and verdicts as everywhere here, sent by Locust's users."""
