"""`python -m trellis.demo --stage midway`: see load.py."""

import os
import sys

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trellis.config.settings.demo")
    django.setup()
    from trellis.demo.load import load  # Django's apps must be ready first

    sys.exit(load())
