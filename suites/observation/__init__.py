"""Records what Amazon API Gateway does where the rules leave a choice: `observe`."""
