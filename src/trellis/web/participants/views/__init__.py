"""Views of the manager's people, one file per noun."""
