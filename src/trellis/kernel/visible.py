"""Text that a reader would see. Python's `strip` knows spaces, and neither zero-width signs nor fillers."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")  # letters by category that print nothing


def is_blank(text: str) -> bool:
    """Nothing that a reader would see: spaces, line breaks, zero-width signs, fillers, lone marks."""
    return all(unicodedata.category(sign)[0] in "ZCM" or sign in FILLERS for sign in text)


def visible(text: str) -> None:
    """For forms: refuse a name that looks like none."""
    if text and is_blank(text):
        raise ValidationError(_("It looks empty: only spaces or invisible characters. Type a name that can be read."))
