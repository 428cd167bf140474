"""The engine's certificate with what it takes to check it: template, settings and day. And the check."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from trellis.integrations.match_files.pool import Files, Loaded, load
from trellis.kernel.errors import Refusal
from trellis.matching.queries.pool import engine_settings, engine_taxonomy
from trellis.matching.words import fault_words
from trellis.programmes.templates import template
from trellis_engine.matching import InputRefused, Settings, verify
from trellis_engine.matching.hashing import digest

FORMAT = "trellis-match-files"
VERSION = 1
HEAD = ("format", "version", "template", "settings", "on")

Sealed = dict[str, Any]  # Any: JSON from outside until `open_certificate` has looked at it


class NotACertificate(Refusal):
    """The file is no certificate of match-files, or a part of it is missing or unreadable."""


def sealed(template_id: str, settings: Mapping[str, Any], on: date, certificate: Mapping[str, Any]) -> Sealed:
    """The whole certificate as JSON-able data."""
    head = {
        "format": FORMAT, "version": VERSION, "template": template_id, "settings": dict(settings),
        "on": on.isoformat(),
    }  # fmt: skip
    return {**head, "head_seal": _seal(head), "certificate": dict(certificate)}


def _seal(head: Mapping[str, Any]) -> str:
    return digest([head[name] for name in HEAD])


def open_certificate(text: str) -> Sealed:
    """From a file's text; raises NotACertificate, naming what is wrong."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotACertificate(_("The certificate is not JSON: %(why)s.") % {"why": str(error)[:120]}) from error
    if not isinstance(found, dict) or found.get("format") != FORMAT or found.get("version") != VERSION:
        raise NotACertificate(_("This is not a certificate that `trellis match-files` wrote."))
    kinds = {"template": str, "settings": dict, "on": str, "head_seal": str, "certificate": dict}
    for name, kind in kinds.items():
        if not isinstance(found.get(name), kind):
            raise NotACertificate(_("The certificate has no usable “%(part)s”.") % {"part": name})
    return found


def verify_files(sealed_certificate: Sealed, files: Files) -> tuple[list[str], Loaded | None, Settings | None]:
    """Everything wrong with a certificate for these files, in words; and what it was checked against."""
    head = {name: sealed_certificate[name] for name in HEAD}
    if sealed_certificate["head_seal"] != _seal(head):
        return [_("Something was changed in the head of the certificate: template, settings or day.")], None, None
    try:
        shipped = template(head["template"])
        settings = engine_settings(head["settings"])
        loaded = load(files, shipped, date.fromisoformat(head["on"]))
        faults = verify(sealed_certificate["certificate"], loaded.pool, settings, engine_taxonomy())
    except KeyError:
        return (
            [_("The certificate names a template that is not shipped: %(id)s.") % {"id": head["template"]}],
            None,
            None,
        )
    except (InputRefused, ValueError, TypeError) as error:
        return [_("The settings or the day of the certificate cannot be used: %(why)s.") % {"why": error}], None, None
    return [fault_words(fault) for fault in faults], loaded, settings
