"""Gateways with small random mutations, to find what the suite cannot see."""
