"""The inbox: everything Trellis told a person."""
