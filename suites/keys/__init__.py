"""Keys: every name that S3 allows."""
