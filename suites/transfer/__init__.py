"""The same objects by each way in which clients send and ask."""
