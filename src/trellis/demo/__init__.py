"""A seeded world to look at, in stages: launch, matching, midway, closing. The only writer outside the actions."""
