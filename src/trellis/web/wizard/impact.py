"""Whom a change reaches, in words, before it is made. Counts only; nobody is named."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.mentorships.models import Mentorship
from trellis.programmes.actions.settings import Touched
from trellis.programmes.checks import stage_name
from trellis.programmes.choices import EnrolmentState
from trellis.programmes.models import Enrolment, Programme
from trellis.programmes.plan import windows_of
from trellis.web.wizard.forms.rows import StagesForm
from trellis.web.wizard.forms.sections import SectionForm

IN_SIGN_UP = (
    EnrolmentState.INVITED, EnrolmentState.STARTED, EnrolmentState.APPLIED,
    EnrolmentState.WAITING, EnrolmentState.APPROVED,
)  # fmt: skip


def touched_by(programme: Programme) -> Touched:
    """Pairs that run, and people whose sign-up is under way or who wait for a match. Two queries."""
    people = Enrolment.objects.filter(programme=programme, state__in=IN_SIGN_UP).values("person").distinct().count()
    return Touched(pairs=Mentorship.objects.live().filter(programme=programme).count(), people=people)


def headline(touched: Touched) -> str:
    """ "This touches 41 pairs and 12 people in sign-up."."""
    pairs = ngettext("%(count)d pair", "%(count)d pairs", touched.pairs) % {"count": touched.pairs}
    people = ngettext("%(count)d person in sign-up", "%(count)d people in sign-up", touched.people) % {
        "count": touched.people
    }
    return _("This touches %(pairs)s and %(people)s.") % {"pairs": pairs, "people": people}


def consequences(section: str, form: SectionForm) -> list[str]:
    """What the change means for those who are inside already."""
    told = _CONSEQUENCES.get(section)
    return told(form) if told else []


def _of_basics(form: SectionForm) -> list[str]:
    dates = {"enrolment_opens_on", "enrolment_closes_on", "starts_on", "ends_on"} & set(form.changed_data)
    if not dates:
        return []
    return [_("The programme's own dates move. Running pairs keep theirs: they count from the day each pair started.")]


def _of_cadence(form: SectionForm) -> list[str]:
    told = [_("Reminders follow the new rhythm from now on. Meetings that are booked stay as they are.")]
    if "duration_weeks" in form.changed_data:
        told.append(_("Running pairs keep the end they planned; new pairs get the new length."))
    return told


def _of_stages(form: SectionForm) -> list[str]:
    assert isinstance(form, StagesForm)
    before = {window.stage: window for window in windows_of(form.programme.stage_plan)}
    after = {window.stage: window for window in form.windows()}
    told = []
    for stage in dict.fromkeys([*before, *after]):
        was, will = before.get(stage), after.get(stage)
        name = stage_name(stage)
        if was and not will:
            told.append(_("“%(stage)s” leaves the plan, with its tasks.") % {"stage": name})
        if will and not was:
            weeks = {"stage": name, "first": will.from_week, "last": will.to_week}
            told.append(_("“%(stage)s” comes in, in weeks %(first)d to %(last)d.") % weeks)
        if was and will and was != will:
            told.append(
                _("Dates move for “%(stage)s”: weeks %(a)d to %(b)d become %(c)d to %(d)d.")
                % {"stage": name, "a": was.from_week, "b": was.to_week, "c": will.from_week, "d": will.to_week}
            )
    return told


def _of_matching(form: SectionForm) -> list[str]:
    return [_("The next round uses the new settings. Pairs that exist and rounds that are solved stay as they are.")]


def _of_agreeing(form: SectionForm) -> list[str]:
    return [_("It holds for what is offered from now on. Offers that are out go on as they began.")]


def _of_terms(form: SectionForm) -> list[str]:
    return [_("Everybody who takes part is told and asked to accept the new terms.")]


def _of_visibility(form: SectionForm) -> list[str]:
    if form.cleaned_data["pair_visibility"] == "hidden":
        return [_("People managers no longer see that pairs of this programme exist.")]
    return [_("People managers will see that pairs exist which were hidden until now. Tell people before you do this.")]


def _of_tasks(form: SectionForm) -> list[str]:
    return [_("Pairs see the new list at once. What they have ticked off stays done.")]


_CONSEQUENCES: Mapping[str, Callable[[SectionForm], list[str]]] = {
    "basics": _of_basics,
    "rhythm": _of_cadence,
    "stages": _of_stages,
    "tasks": _of_tasks,
    "matching": _of_matching,
    "agreeing": _of_agreeing,
    "terms": _of_terms,
    "visibility": _of_visibility,
}
