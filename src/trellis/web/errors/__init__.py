"""Pages for when something is not there, not allowed, or broken; what browsers and machines ask for."""
