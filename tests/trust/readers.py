"""The confidentiality matrix of trust.md as data: who may read which marker, and who must be able to.

A marker's key starts with one of these. A new encrypted field without an entry fails the suite.
"""

PAIR = frozenset({"mentee", "mentor"})
MENTEE = frozenset({"mentee"})
MANAGER = frozenset({"programme_manager"})
PEOPLE_MANAGER = frozenset({"people_manager"})
NOBODY: frozenset[str] = frozenset()
GOAL_WORDS = ("outcome", "evidence", "why", "if_then")

# key of the marker -> (who may read it, who must be able to)
READERS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "message.body": (PAIR, PAIR),
    "agreement.": (PAIR, PAIR),
    "meeting.": (PAIR, PAIR),
    "goal.title.draft": (MENTEE, MENTEE),
    "goal.outcome.draft": (MENTEE, MENTEE),
    "goal.evidence.draft": (MENTEE, MENTEE),
    "goal.why.draft": (MENTEE, MENTEE),
    "goal.if_then.draft": (MENTEE, MENTEE),
    "goal.title.active": (PAIR, PAIR),
    "goal.outcome.active": (MENTEE, MENTEE),
    "goal.evidence.active": (MENTEE, MENTEE),
    "goal.why.active": (MENTEE, MENTEE),
    "goal.if_then.active": (MENTEE, MENTEE),
    "goal.title.shared": (PAIR, PAIR),
    "goal.outcome.shared": (PAIR, PAIR),
    "goal.evidence.shared": (PAIR, PAIR),
    "goal.why.shared": (PAIR, PAIR),
    "goal.if_then.shared": (PAIR, PAIR),
    # shown to the owner's manager: the title, and nothing more; nothing at all where the programme hides its pairs
    "goal.title.managed": (PAIR | PEOPLE_MANAGER, PAIR | PEOPLE_MANAGER),
    "goal.title.hidden": (PAIR, PAIR),
    **{f"goal.{field}.{kind}": (MENTEE, MENTEE) for field in GOAL_WORDS for kind in ("managed", "hidden")},
    "action.text.managed": (MENTEE, MENTEE),
    "action.text.hidden": (MENTEE, MENTEE),
    "action.text.draft": (MENTEE, NOBODY),
    "action.text.active": (MENTEE, MENTEE),
    "action.text.shared": (PAIR, PAIR),
    "survey.answers.mentee": (MENTEE, NOBODY),
    "survey.answers.mentor": (frozenset({"mentor"}), NOBODY),
    "review.barriers.mentee": (MENTEE, NOBODY),
    "review.barriers.mentor": (frozenset({"mentor"}), NOBODY),
    "reflection.body.mentee": (MENTEE, NOBODY),
    "reflection.body.mentor": (frozenset({"mentor"}), NOBODY),
    "reflection.thanks": (PAIR, NOBODY),
    "transition.words": (MENTEE, NOBODY),
    "offer.reason.mentor": (frozenset({"mentor"}), NOBODY),
    "enrolment.goal.mentee": (MENTEE, NOBODY),
    "enrolment.goal.mentor": (frozenset({"mentor"}), NOBODY),
    "enrolment.goal.bystander": (frozenset({"bystander"}), NOBODY),
    **{
        f"enrolment.{name}.{whose}": (frozenset({whose}), NOBODY)
        for name in ("aims", "interests", "experience")
        for whose in ("mentee", "mentor", "bystander")
    },
    "enrolment.no_match.mentee": (MENTEE, NOBODY),
    "enrolment.no_match.mentor": (frozenset({"mentor"}), NOBODY),
    "enrolment.no_match.bystander": (frozenset({"bystander"}), NOBODY),
    # the people who run the programme read sign-up answers when they approve; the form says so
    "answer.value.mentee": (MENTEE | MANAGER, NOBODY),
    "answer.value.mentor": (frozenset({"mentor"}) | MANAGER, NOBODY),
    "answer.value.bystander": (frozenset({"bystander"}) | MANAGER, NOBODY),
    "round.inputs": (NOBODY, NOBODY),
    "report.": (MANAGER, MANAGER),
    "protected.value.mentee": (MENTEE, NOBODY),
}

# encrypted column -> the start of the markers that stand in it
FIELDS: dict[str, str] = {
    "conversations.Message.body": "message.body",
    "goals.Goal.title": "goal.title", "goals.Goal.outcome": "goal.outcome", "goals.Goal.evidence": "goal.evidence",
    "goals.Goal.why": "goal.why", "goals.Goal.if_then": "goal.if_then", "goals.ActionItem.text": "action.text",
    "journeys.ReviewChoice.barriers": "review.barriers", "journeys.Reflection.body": "reflection.body",
    "journeys.Reflection.thanks": "reflection.thanks", "matching.Round.inputs": "round.inputs",
    "matching.Scenario.inputs": "enrolment.goal",  # the pool it was solved on
    "matching.Report.pdf": "report.pdf", "matching.Report.sheet": "report.sheet",
    "matching.OfferAnswer.reason": "offer.reason", "meetings.Meeting.topic": "meeting.topic",
    "meetings.Meeting.place": "meeting.place", "meetings.Meeting.notes": "meeting.notes",
    "mentorships.Transition.words": "transition.words", "mentorships.Agreement.aims": "agreement.aims",
    "mentorships.Agreement.rhythm": "agreement.rhythm", "mentorships.Agreement.boundaries": "agreement.boundaries",
    "mentorships.Agreement.confidentiality": "agreement.confidentiality",
    "people.ProtectedAttribute.value": "protected.value", "programmes.Enrolment.goal": "enrolment.goal",
    "programmes.Enrolment.aims": "enrolment.aims", "programmes.Enrolment.interests": "enrolment.interests",
    "programmes.Enrolment.experience": "enrolment.experience",
    "programmes.Enrolment.no_match": "enrolment.no_match", "programmes.Answer.value": "answer.value",
    "surveys.SurveyResponse.answers": "survey.answers",
}  # fmt: skip


def readers_of(key: str) -> tuple[frozenset[str], frozenset[str]]:
    """Who may and who must read the marker `key`; the longest entry that fits."""
    fitting = [start for start in READERS if key.startswith(start)]
    return READERS[max(fitting, key=len)]
