"""One cell to one value. What is wrong is said in words, with the cure."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from zoneinfo import available_timezones

import yaml
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from trellis.kernel.visible import is_blank
from trellis.people.choices import PersonStatus

FRAMEWORK = Path(__file__).parents[2] / "content" / "career_framework_example.yaml"
MAX_TEXT, MAX_ID, MAX_EMAIL = 200, 64, 254
MAX_LEVEL = 12
UNSTORABLE = {"Cc", "Cs"}
MAX_LANGUAGES, MAX_LANGUAGE = 20, 60
STATUS_WORDS: dict[PersonStatus, str] = {
    PersonStatus.ACTIVE: "active, a, employed, current, aktiv, actif, active employee, activo, ativo, attivo, actief, "
    "aktywny, 在職, 在职, yes, true, 1",
    PersonStatus.ON_LEAVE: "leave, on leave, l, on_leave, loa, leave of absence, parental leave, beurlaubt, "
    "elternzeit, "
    "en conge, conge, permiso, licencia, licenca, afastado, in congedo, verlof, urlop, 休職",
    PersonStatus.SUSPENDED: "suspended, s, gesperrt, suspendu, suspendido, suspenso, sospeso, geschorst, zawieszony",
    PersonStatus.LEFT: "left, terminated, t, inactive, leaver, former, resigned, retired, dismissed, ausgeschieden, "
    "inaktiv, parti, inactif, sorti, baja, inactivo, desligado, inativo, demitido, cessato, uit dienst, zwolniony, "
    "退職, 离职, no, false, 0",
}
STATUSES = {word.strip(): status for status, words in STATUS_WORDS.items() for word in words.split(",")}
YES = frozenset({
    "yes", "y", "true", "1", "ja", "j", "oui", "o", "si", "sí", "sim", "tak", "はい", "是",
    "full", "full-time", "full time", "fulltime", "ft", "vollzeit",
})  # fmt: skip
NO = frozenset({
    "no", "n", "false", "0", "nein", "nee", "non", "não", "nao", "nie", "いいえ", "否",
    "part", "part-time", "part time", "parttime", "pt", "teilzeit",
})  # fmt: skip


class BadValue(Exception):
    """A cell that cannot be taken: what is wrong with it, and how to cure it."""

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(what)
        self.what, self.cure = what, cure


def storable(text: str) -> str:
    """With a mark for every control character and lone surrogate, which PostgreSQL does not keep as text or JSON."""
    if text.isprintable():
        return text
    return "".join("\ufffd" if unicodedata.category(sign) in UNSTORABLE else sign for sign in text)


def read_text(text: str, *, limit: int = MAX_TEXT) -> str:
    """Text as it was typed, formulas included; line breaks become spaces."""
    text = " ".join(text.split())
    if not text.isprintable() and any(unicodedata.category(sign) in UNSTORABLE for sign in text):
        raise BadValue(_("There is a control character in it."), _("Delete it and type the text again."))
    if len(text) > limit:
        raise BadValue(
            _("At most %(limit)s characters (you have %(count)s).") % {"limit": limit, "count": f"{len(text):,}"},
            _("Shorten it."),
        )
    if text and not text.isascii() and is_blank(text):
        raise BadValue(
            _("It looks empty: only spaces or invisible characters."), _("Type the text, or leave it empty.")
        )
    return text


def read_name(text: str) -> str:
    """A name that must not be empty."""
    if not text.strip():
        raise BadValue(_("The name is missing."), _("Fill it in."))
    return read_text(text)


def read_full_name(text: str) -> str:
    """A name that holds at least one part."""
    name = read_name(text)
    if not any(split_name(name)):
        raise BadValue(_("The name is missing."), _("Fill it in."))
    return name


def read_email(text: str) -> str:
    """A lower-case address."""
    if not text.strip():
        raise BadValue(_("The e-mail is missing."), _("Fill in the work e-mail; nobody can be invited without one."))
    address = read_text(text, limit=MAX_EMAIL).lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise BadValue(_("This is not an e-mail address."), _("Write it as name@company.example.")) from error
    return address


def read_level(text: str) -> int:
    """A whole number, or the name of a band or level of the career framework ("Senior", "E4")."""
    names = level_names()
    name = text.casefold()
    if re.fullmatch(r"\d{1,3}(\.0+)?", text) and 1 <= int(float(text)) <= MAX_LEVEL:
        return int(float(text))
    if name in names:
        return names[name]
    raise BadValue(
        _("This level is not known."),
        _("Use a number from 1 to %(highest)s, or one of: %(names)s.")
        % {"highest": MAX_LEVEL, "names": ", ".join(band_names())},
    )


def read_status(text: str) -> PersonStatus:
    status = STATUSES.get(" ".join(text.casefold().split()))
    if status is None:
        raise BadValue(_("This status is not known."), _("Use active, leave, suspended or terminated."))
    return status


def read_zone(text: str) -> str:
    """The zone as the time zone database spells it."""
    zone = _zones().get(text.casefold().replace(" ", "_"))
    if zone is None:
        raise BadValue(_("This time zone is not known."), _("Use a name like Europe/Berlin or Asia/Tokyo."))
    return zone


def read_languages(text: str) -> list[str]:
    """A list separated by semicolons (or commas, bars, slashes), each language once."""
    names = dict.fromkeys(" ".join(part.split()) for part in re.split(r"[;,|/\n]", text))
    languages = [read_text(name, limit=MAX_LANGUAGE) for name in names if name]
    if len(languages) > MAX_LANGUAGES:
        raise BadValue(
            _("At most %(limit)s languages (you have %(count)s).") % {"limit": MAX_LANGUAGES, "count": len(languages)},
            _("Keep those the person works in."),
        )
    return languages


def read_yes_no(text: str) -> bool:
    word = text.casefold()
    if word in YES:
        return True
    if word in NO:
        return False
    raise BadValue(_("This is neither yes nor no."), _("Write yes or no."))


def split_name(text: str) -> tuple[str, str]:
    """Given and family name: "Family, Given", else the last word is the family name."""
    if "," in text:
        family, given = (part.strip() for part in text.split(",", 1))
        return (given, family) if given else (family, "")
    given, _space, family = text.strip().rpartition(" ")
    return (given, family) if given else (family, "")


@lru_cache(maxsize=1)
def _framework() -> Mapping[str, list[Mapping[str, str | int]]]:
    framework: Mapping[str, list[Mapping[str, str | int]]] = yaml.safe_load(FRAMEWORK.read_text(encoding="utf-8"))
    return framework


def band_names() -> list[str]:
    return [str(band["name"]) for band in _framework()["bands"]]


@lru_cache(maxsize=1)
def level_names() -> dict[str, int]:
    """Band names and level codes of the shipped career framework, in lower case, to their band."""
    framework = _framework()
    bands = {str(band["name"]).casefold(): int(band["band"]) for band in framework["bands"]}
    return bands | {str(level["id"]).casefold(): int(level["band"]) for level in framework["levels"]}


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    return {zone.casefold(): zone for zone in available_timezones()}
