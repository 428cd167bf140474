#!/usr/bin/env python3
"""Django's own command line, for maintainers. People use `trellis`."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trellis.config.settings.base")
    execute_from_command_line(sys.argv)
