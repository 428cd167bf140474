"""What each kind of job is called on a page."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAMES: dict[str, str | Promise] = {
    "people.import_directory": _("Directory import"),
    "people.check_directory": _("Check of a directory file"),
    "matching.solve_round": _("Best plan for a round"),
    "matching.publish_round": _("Publishing a round"),
    "matching.take_round_back": _("Taking a published round back"),
    "matching.solve_scenario": _("Plans, prices and curves to compare"),
    "matching.audit_fairness": _("Fairness figures of a round"),
    "matching.make_report": _("Matching report of a round"),
    "matching.tidy_reports": _("Deleting old matching reports"),
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
    "notifications.tell_of_new_address": _("Telling of a new sign-in e-mail"),
    "journeys.refresh_at_agreement": _("Stages after an agreement"),
    "journeys.refresh_at_change": _("Stages after a change of a mentorship"),
    "journeys.refresh_at_goal": _("Stages after a goal"),
    "journeys.refresh_at_meeting": _("Stages after a meeting"),
    "journeys.refresh_at_survey": _("Stages after a check-in"),
    "journeys.refresh_at_training": _("Stages after a training"),
    "journeys.refresh_organisation": _("Daily look at every stage"),
    "journeys.start_at_mentorship_start": _("First stage of a mentorship"),
    "meetings.call_off_what_is_left": _("Meetings of a mentorship that ended, or goes on after all"),
    "mentorships.end_when_person_left": _("Ending the mentorships of somebody who left"),
    "programmes.open_training_gate": _("Sign-ups that waited for a training"),
    "matching.close_what_was_offered": _("Closing the offers of somebody who withdrew"),
    "matching.close_while_away": _("Closing the offers of somebody who takes a break"),
    "matching.fit_offers_to_places": _("Fitting open offers to places that changed"),
    "matching.tell_who_waited": _("Telling of a free place after a break"),
    "matching.tell_freed_place": _("Telling of a place that an offer no longer holds"),
    "matching.follow_what_ended": _("Next choices and places after an ending"),
    "matching.ask_next_wish": _("Asking the next of somebody's wishes"),
    "programmes.end_pauses": _("Breaks that end"),
    "programmes.end_all_pauses": _("Breaks that end, all organisations"),
    "programmes.withdraw_who_left": _("Withdrawing the sign-ups of somebody who left"),
}


def name_of(job: str) -> str:
    """A job's name in words; one that has none yet is shown by its own name, readable."""
    known = NAMES.get(job)
    return str(known) if known else job.split(".")[-1].replace("_", " ").capitalize()
