"""A seeded world to look at, in stages: launch, matching, midway, closing.

The only writer outside the actions: months of history cannot be acted out one click at a time. Everything is
drawn from one seeded generator, so that the same stage on the same day is the same world.
"""
