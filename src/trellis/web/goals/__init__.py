"""Goals: one's own, and what others share of theirs."""
