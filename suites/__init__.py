"""What is checked: a folder a subject."""
