"""Settings, addresses and process entries: the only place that knows every app."""
