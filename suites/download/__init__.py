"""Downloads: raw bytes or Base64, depending on `Accept` and the stored type."""
