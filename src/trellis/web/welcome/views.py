from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from trellis.kernel import clock
from trellis.people.actions.consent import NoticeChanged, accept_privacy_notice
from trellis.people.choices import ConsentKind
from trellis.people.models import Consent
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.welcome.checklist import checklist_of
from trellis.web.welcome.forms import ConsentForm


@audience(Audience.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: PersonRequest) -> HttpResponse:
    """The privacy notice as long as its present text is not accepted; after that the checklist."""
    if _has_accepted(request):
        steps = checklist_of(request.person)
        return render(request, "welcome/checklist.html", {"steps": steps, "done": sum(step.done for step in steps)})
    version = request.person.organisation.privacy_notice_version
    form = ConsentForm(request.POST or None, initial={"version": version})
    if request.method == "POST" and form.is_valid():
        try:
            accept_privacy_notice(by=request.person, version=form.cleaned_data["version"], now=clock.now())
            return redirect("welcome")
        except NoticeChanged as refusal:
            form = ConsentForm(initial={"version": version})
            return render(request, "welcome/consent.html", {"form": form, "refusal": str(refusal)})
    return render(request, "welcome/consent.html", {"form": form})


def _has_accepted(request: PersonRequest) -> bool:
    version = request.person.organisation.privacy_notice_version
    given = Consent.objects.filter(person=request.person, kind=ConsentKind.PRIVACY_NOTICE, version=version)
    return request.person.onboarded_at is not None and given.exists()
