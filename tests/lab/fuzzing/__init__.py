"""Mutated input for everything that reads what others wrote: it is read, or refused."""
