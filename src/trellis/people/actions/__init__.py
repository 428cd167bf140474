"""Every write of the people app, one file per noun."""
