"""Rounds, proposals, offers and wishes; the adapter between the tables and the matching engine."""
