from tests.factories.pairs import amara, now, pair, priya

__all__ = ["amara", "now", "pair", "priya"]
