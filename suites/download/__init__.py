"""Downloads: raw bytes or Base64, as `Accept` and the stored type say."""
