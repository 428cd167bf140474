"""The relationship itself: its parties, agreement, states and how it ended."""
