"""Fields of the sign-up form that Django has no ready kind for. Their errors are the refusals of programmes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from trellis.programmes.questions import SKILLS_AT_MOST, AnswerRefused, Option, parse, parse_skills
from trellis.skills import taxonomy

LEVELS = ("1", "2", "3", "4", "5")
NOTHING = _("Please answer this.")


class RowsInput(forms.Widget):
    """Reads the elements called `name`, in the order in which they were sent."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:  # Any: Django's own signature
        return list(data.getlist(name)) if hasattr(data, "getlist") else list(data.get(name, []))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False


class Parsed(forms.Field):
    """A field whose value is made by a function of programmes; a refusal becomes the field's error."""

    widget = RowsInput

    def __init__(self, read: Callable[[list[str]], Any], *, look: str, **options: Any) -> None:
        self.read, self.look = read, look
        options.setdefault("error_messages", {"required": NOTHING})
        super().__init__(**options)

    def clean(self, value: Any) -> Any:
        given = [part for part in value or [] if part.strip()]
        if self.required and not given:
            raise ValidationError(self.error_messages["required"], code="required")
        try:
            return self.read(given)
        except AnswerRefused as refusal:
            raise ValidationError(str(refusal)) from refusal


class SkillsInput(forms.Widget):
    """Pairs of a skill's name and a level: `name_skill` and `name_level`, as often as there are rows."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[tuple[str, str]]:
        if not hasattr(data, "getlist"):
            return []
        names, levels = data.getlist(f"{name}_skill"), data.getlist(f"{name}_level")
        pairs = zip(names, [*levels, *[""] * len(names)], strict=False)
        return [(skill.strip(), level.strip()) for skill, level in pairs if skill.strip()]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False


class SkillsField(forms.Field):
    """Skills by name with a level from 1 to 5, as a tuple of (id, level)."""

    widget = SkillsInput
    look = "skills"

    def clean(self, value: Any) -> tuple[tuple[str, int], ...]:
        if self.required and not value:
            raise ValidationError(_("Name at least one skill, with your level."), code="required")
        missing = [name for name, level in value if level not in LEVELS]
        if missing:
            raise ValidationError(_("Choose a level from 1 to 5 for “%(name)s”.") % {"name": missing[0][:60]})
        try:
            return tuple(parse_skills(f"{name}:{level}" for name, level in value))
        except AnswerRefused as refusal:
            raise ValidationError(str(refusal)) from refusal


def skill_rows(value: Sequence[tuple[str, str]], at_least: int = 4) -> list[dict[str, Any]]:
    """The rows a form shows: those filled in, then empty ones."""
    rows = [{"skill": name, "level": str(level)} for name, level in value][:SKILLS_AT_MOST]
    wanted = min(max(at_least, len(rows) + 1), SKILLS_AT_MOST)
    rows += [{"skill": "", "level": ""}] * (wanted - len(rows))
    return [row | {"number": number} for number, row in enumerate(rows, start=1)]


class RankInput(forms.Widget):
    """One number for each option, `name-0`, `name-1` ...; becomes "option id:place"."""

    def __init__(self, options: Sequence[Option]) -> None:
        self.options = options
        super().__init__()

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        places = [(option, str(data.get(f"{name}-{at}", "")).strip()) for at, option in enumerate(self.options)]
        return [f"{option.id}:{place}" for option, place in places if place]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False


def rank_rows(name: str, options: Sequence[Option], value: Sequence[str]) -> list[dict[str, Any]]:
    """Each option with the name of its element and the place given so far."""
    places: Mapping[str, str] = dict(entry.rpartition(":")[::2] for entry in value)
    return [
        {"name": f"{name}-{at}", "label": option.label, "place": places.get(option.id, "")}
        for at, option in enumerate(options)
    ]


def question_field(kind: str, options: Sequence[Option], **shown: Any) -> forms.Field:
    """The field of one of the programme's own questions."""
    if kind == "skills":
        return SkillsField(**shown)
    widget = RankInput(options) if kind == "rank" else RowsInput()
    return Parsed(lambda raw: parse(kind, raw, options), look=kind, widget=widget, **shown)


def names_of(skills: Sequence[tuple[str, int]]) -> list[tuple[str, str]]:
    """Stored skills as the form writes them: names and levels."""
    return [(taxonomy.skill(skill).name, str(level)) for skill, level in skills if taxonomy.has_skill(skill)]
