"""A person's own settings: how they are shown, what reaches them, how they sign in, where, and their data."""
