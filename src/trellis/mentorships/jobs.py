from trellis.kernel import clock
from trellis.kernel.jobs import job, queue
from trellis.kernel.tenancy import every_organisation
from trellis.mentorships.actions import resume_due_pauses
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.models import Mentorship


@job("mentorships.resume_pauses_everywhere", every_minutes=6 * 60)
def resume_pauses_everywhere() -> None:
    """Ask each organisation that has a pause running out; one failing does not stop the others."""
    with every_organisation("a timer serves all organisations"):
        due = Mentorship.objects.filter(state=MentorshipState.PAUSED, paused_until__lte=clock.today())
        ids = sorted(set(due.values_list("organisation_id", flat=True)))
    for organisation_id in ids:
        queue("mentorships.resume_pauses", organisation_id=organisation_id)


@job("mentorships.resume_pauses")
def resume_pauses(*, organisation_id: int) -> dict[str, int]:
    return {"resumed": resume_due_pauses(now=clock.now())}
