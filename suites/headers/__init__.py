"""Headers of responses."""
