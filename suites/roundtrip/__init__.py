"""Round trips: a download returns the bytes that were uploaded."""
