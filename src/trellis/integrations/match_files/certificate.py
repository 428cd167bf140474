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
from trellis.programmes.templates import Template, all_templates
from trellis_engine.matching import Settings, verify
from trellis_engine.matching.hashing import digest

FORMAT = "trellis-match-files"
VERSION = 1
ABOUT = (
    "This is the certificate of people matched from two files with Trellis: the pairs, and why no others are better.",
    "To check it, install Trellis (no server, no account) and run, with the same two files: "
    "trellis verify THIS_FILE --people FILE --signups FILE",
)
HEAD = ("format", "version", "template", "settings", "on")

Sealed = dict[str, Any]  # Any: JSON from outside until `open_certificate` has looked at it


class NotACertificate(Refusal):
    """The file is no certificate of match-files, or a part of it is missing or unreadable."""


class UnknownTemplate(Refusal):
    """No shipped template has this id."""


def find_template(template_id: str) -> Template:
    """A shipped template. Raises UnknownTemplate, naming those that are."""
    found = next((each for each in all_templates() if each.id == template_id), None)
    if found is None:
        raise UnknownTemplate(
            _("No template is called %(id)s. There are: %(known)s.")
            % {"id": template_id, "known": ", ".join(each.id for each in all_templates())}
        )
    return found


def sealed(template_id: str, settings: Mapping[str, Any], on: date, certificate: Mapping[str, Any]) -> Sealed:
    """The whole certificate as JSON-able data."""
    head = {
        "format": FORMAT, "version": VERSION, "template": template_id, "settings": dict(settings),
        "on": on.isoformat(),
    }  # fmt: skip
    return {"about": list(ABOUT), **head, "head_seal": _seal(head), "certificate": dict(certificate)}


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
    if found.pop("about", list(ABOUT)) != list(ABOUT):  # the first certificates had none
        raise NotACertificate(_("The certificate does not say of itself what it is, as Trellis writes it (“about”)."))
    extra = sorted(set(found) - {*HEAD, "head_seal", "certificate"})
    if extra:
        raise NotACertificate(_("The certificate holds a part that does not belong: “%(part)s”.") % {"part": extra[0]})
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
        shipped = find_template(head["template"])
        on = date.fromisoformat(head["on"])
    except (Refusal, ValueError) as error:
        return [_("The template or the day of the certificate cannot be used: %(why)s") % {"why": error}], None, None
    if head["settings"] != shipped.matching.plain():  # or any plan could be proven best, by rules made for it
        words = _("The settings in the certificate are not those of the template %(id)s. Match the files again.")
        return [words % {"id": shipped.id}], None, None
    settings, loaded = engine_settings(shipped.matching.plain()), load(files, shipped, on)
    faults = verify(sealed_certificate["certificate"], loaded.pool, settings, engine_taxonomy())
    return [fault_words(fault) for fault in faults], loaded, settings
