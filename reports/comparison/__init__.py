"""Several runs side by side: what differs, and what became worse."""
