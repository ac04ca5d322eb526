"""Round trips: what goes up comes down."""
