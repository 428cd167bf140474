"""Reads of programmes and of who is enrolled in them."""

from trellis.programmes.queries.programmes import managed_programmes, programmes_in_menu, readable_programmes

__all__ = ["managed_programmes", "programmes_in_menu", "readable_programmes"]
