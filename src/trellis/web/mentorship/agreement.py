"""What the two agree: writing it, reading it, signing it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.mentorships.actions import draft_agreement, sign_agreement
from trellis.mentorships.models import Mentorship
from trellis.mentorships.queries import AgreementText, Sides, agreement_of, sides_of
from trellis.mentorships.rules import is_live
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import own_mentorship, whole_number
from trellis.web.mentorship.forms import AgreementForm, posted


@audience(Audience.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
def agreement(request: PersonRequest, number: int) -> HttpResponse:
    mentorship = own_mentorship(request, number)
    text, sides = agreement_of(mentorship), sides_of(mentorship, request.person)
    form = AgreementForm(posted(request), initial=_initial(mentorship, text))
    if request.method == "POST" and form.is_valid():
        try:
            seen = whole_number(request.POST["seen"]) if "seen" in request.POST else None
            draft_agreement(by=request.person, mentorship=mentorship, seen=seen, now=clock.now(), **form.cleaned_data)
            messages.success(request, _("Kept. It holds once you have both signed it."))
            return redirect("agreement", number)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    writing = is_live(mentorship) and (text is None or "change" in request.GET or form.is_bound)
    return render(request, "mentorship/agreement.html", _context(mentorship, text, sides, form, writing=writing))


def _initial(mentorship: Mentorship, text: AgreementText | None) -> dict[str, str]:
    """The present words, or a first proposal out of the programme's rhythm."""
    if text:
        return {part: getattr(text, part) for part in AgreementForm.base_fields}
    programme = mentorship.programme
    rhythm = _("Every %(days)d days in the first weeks, %(minutes)d minutes. Messages answered within three days.")
    return {
        "rhythm": rhythm % {"days": programme.interval_early_days, "minutes": programme.meeting_minutes},
        "confidentiality": _("What we say stays between us, unless somebody is at risk or the law asks for it."),
    }


def _context(
    mentorship: Mentorship, text: AgreementText | None, sides: Sides, form: AgreementForm, *, writing: bool
) -> dict[str, object]:
    signed = text.signed if text else {}
    can_sign = text is not None and is_live(mentorship) and sides.me.person_id not in signed
    return {
        "mentorship": mentorship, "text": text, "form": form, "writing": writing, "partner": sides.partner,
        "signatures": [(party.person, signed.get(party.person_id)) for party in sides.parties], "can_sign": can_sign,
        "live": is_live(mentorship),
    }  # fmt: skip


@audience(Audience.MEMBER)
@require_POST
def sign(request: PersonRequest, number: int) -> HttpResponse:
    mentorship = own_mentorship(request, number)
    try:
        version = whole_number(request.POST.get("version", ""))
        sign_agreement(by=request.person, mentorship=mentorship, version=version, now=clock.now())
        messages.success(request, _("Signed."))
        return redirect("mentorship", number)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("agreement", number)
