"""Pages for when something is not there, not allowed, or broken; health and manifest."""
