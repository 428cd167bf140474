"""What each kind of job is called on a page."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAMES: dict[str, str | Promise] = {
    "people.import_directory": _("Directory import"),
    "people.check_directory": _("Check of a directory file"),
    "matching.solve_round": _("Best plan for a round"),
    "matching.sweep_offers": _("Reminders and expiry of offers"),
    "matching.sweep_all": _("Reminders and expiry of offers, all organisations"),
    "meetings.ask_whether_held": _("Asking whether meetings took place"),
    "mentorships.resume_pauses": _("Pauses that end"),
    "programmes.invite": _("Invitations to a programme"),
    "programmes.tell_decisions": _("Telling people of decisions"),
    "notifications.deliver": _("Mail"),
    "notifications.send_invitation": _("Invitation by mail"),
    "notifications.tell_of_role": _("Telling of a new role"),
    "notifications.tell_of_import": _("Telling that an import is done"),
}


def name_of(job: str) -> str:
    """A job's name in words; one that has none yet is shown by its own name, readable."""
    known = NAMES.get(job)
    return str(known) if known else job.split(".")[-1].replace("_", " ").capitalize()
