from tests.factories.pairs import amara, priya, running

__all__ = ["amara", "priya", "running"]
