"""What turns verdicts into documents."""
