"""Formulas behind the figures: facts in, figures and signals out. No clock, no database, no words."""

from trellis_engine.measures.health import Health, PairFacts, Signal, health, signals

__all__ = ["Health", "PairFacts", "Signal", "health", "signals"]
