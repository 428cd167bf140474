"""The skills taxonomy: names, levels, related skills, and the phrases that stand for them in free text."""
