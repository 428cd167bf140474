"""Backups: every table and every uploaded file in one archive, which any of the two databases can read back.

The keys are never part of it, and encrypted fields stay as cipher: an archive alone reveals nothing that a
stolen database would not. Sessions and caches are left out, so that an archive signs nobody in.

archive.py: the file and its checksums; tables.py: rows to lines and back; write.py and restore.py: the two ways.
"""

from trellis.kernel.backup.restore import RestoreRefused, check_archive, restore_archive
from trellis.kernel.backup.write import write_archive

__all__ = ["RestoreRefused", "check_archive", "restore_archive", "write_archive"]
