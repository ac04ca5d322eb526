"""The laboratory: it tries the suite, and may import everything; nothing imports it."""
