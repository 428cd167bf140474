"""Reading a table that somebody uploads: CSV, TSV or XLSX in, header and rows of plain text out.

Knows nothing about people: what a column means is decided on the floor of its subject.
"""

from trellis.integrations.tables.read import read_table
from trellis.integrations.tables.table import Encoding, Table, Unreadable

__all__ = ["Encoding", "Table", "Unreadable", "read_table"]
