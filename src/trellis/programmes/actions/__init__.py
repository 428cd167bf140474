"""Every write of the programmes app, one file per noun."""
