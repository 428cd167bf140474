from tests.factories.started_pairs import mentee, mentor, now, pair, programme

__all__ = ["mentee", "mentor", "now", "pair", "programme"]
