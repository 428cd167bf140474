"""Every write of the matching app, one module per noun."""
