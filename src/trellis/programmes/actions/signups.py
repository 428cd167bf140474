"""Taking over sign-ups that an organisation collected elsewhere, a table at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.kernel import audit
from trellis.kernel.errors import NotAllowed
from trellis.kernel.events import publish
from trellis.learning.actions import record_training_taken_elsewhere
from trellis.learning.modules import module_for
from trellis.people.models import Person
from trellis.programmes import rules as programme_rules
from trellis.programmes.actions.admission import free_places, in_turn, locked_programme
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.enrolment_events import EnrolmentApproved
from trellis.programmes.enrolment_rules import most_places_of, usual_places
from trellis.programmes.models import Enrolment, EnrolmentSkill, Programme
from trellis.programmes.signup_rows import Fault, SignUpRow, read_rows

BATCH = 500
OVER = {EnrolmentState.WITHDRAWN, EnrolmentState.REJECTED, EnrolmentState.COMPLETED}
KEEPS_STATE = {EnrolmentState.APPROVED, EnrolmentState.PAUSED, EnrolmentState.WAITING}
COLUMNS = ["state", "places", "goal", "working_style", "values", "availability", "applied_at"]


@dataclass(frozen=True)
class SignUpReport:
    """What an import did, or would do. `waiting` are those of created and updated for whom no place was left."""

    created: int
    updated: int
    unchanged: int
    waiting: int
    faults: tuple[Fault, ...]


@transaction.atomic
def import_signups(
    *, by: Person | None, programme: Programme, header: Sequence[str], rows: Iterable[tuple[int, list[str]]],
    now: datetime, training_done: bool = False, dry_run: bool = False,
) -> SignUpReport:  # fmt: skip
    """Take over a table of sign-ups: people are found by employee id, and the same file again writes nothing.

    The organisation asked these people elsewhere, so they count as applied and approved; mentees beyond the places
    go to the waiting list. Consent and training are the organisation's own record, not ours: no consent is written
    here, and a module counts as finished only with `training_done`. Who withdrew, was not accepted or has finished
    is left alone and listed. An empty cell leaves what is known. Nobody is mailed. Raises `ColumnsMissing`.
    """
    if by is not None and not programme_rules.can_manage(by, programme):
        raise NotAllowed(_("Only the people who run this programme import its sign-ups."))
    programme = locked_programme(programme)
    most = {side: most_places_of(programme, side) for side in Side.values}
    signups, faults = read_rows(header, rows, most_places=most)
    taken = _Taken(programme, signups, now)
    report = taken.write(faults)
    if training_done:
        _record_training(programme, taken.people_by_side, by, now)
    if report.created or report.updated:
        audit.record(
            organisation_id=programme.organisation_id, actor_id=by.pk if by else None, verb="signups.imported",
            subject=f"programme:{programme.pk}", at=now,
            facts={"created": report.created, "updated": report.updated, "faults": len(report.faults)},
        )  # fmt: skip
    if dry_run:
        transaction.set_rollback(True)
    return report


def _record_training(programme: Programme, people: dict[str, list[int]], by: Person | None, now: datetime) -> None:
    for side, numbers in people.items():
        record_training_taken_elsewhere(
            by=by, organisation_id=programme.organisation_id, people=numbers, module_id=module_for(side).id, now=now
        )


class _Taken:
    """One table against what is known: a fixed number of statements, whatever the number of rows."""

    def __init__(self, programme: Programme, signups: Sequence[SignUpRow], now: datetime) -> None:
        self.programme, self.signups, self.now = programme, signups, now
        wanted = {row.employee_id for row in signups}
        self.people = {person.external_id: person for person in Person.objects.active().filter(external_id__in=wanted)}
        numbers = [person.pk for person in self.people.values()]
        known = Enrolment.objects.filter(programme=programme, person__in=numbers).select_for_update().order_by("pk")
        self.known = {(one.person_id, one.side): one for one in known}
        self.skills: dict[int, dict[str, int]] = {}
        for skill in EnrolmentSkill.objects.filter(enrolment__in=[one.pk for one in self.known.values()]):
            self.skills.setdefault(skill.enrolment_id, {})[skill.skill] = skill.level
        self.people_by_side: dict[str, list[int]] = {side: [] for side in Side.values}

    def write(self, faults: list[Fault]) -> SignUpReport:
        created: list[Enrolment] = []
        updated: list[Enrolment] = []
        fresh: list[Enrolment] = []  # those that now want a place
        skills: dict[tuple[int, str], tuple[tuple[str, int], ...]] = {}
        unchanged = 0
        faults = list(faults)
        for row in self.signups:
            person = self.people.get(row.employee_id)
            if person is None:
                faults.append(Fault(row.line, "employee_id", row.employee_id, _nobody()))
                continue
            enrolment = self.known.get((person.pk, row.side))
            if enrolment is not None and enrolment.state in OVER:
                faults.append(Fault(row.line, "employee_id", row.employee_id, _over(enrolment)))
                continue
            self.people_by_side[row.side].append(person.pk)
            is_new = enrolment is None
            enrolment = enrolment or self._new(person, row.side)
            before = _facts(enrolment), self.skills.get(enrolment.pk or 0, {})
            joins = _take_over(enrolment, row, self.now)
            after = _facts(enrolment), dict(row.skills) if row.skills is not None else before[1]
            if not is_new and before == after:
                unchanged += 1
                continue
            (created if is_new else updated).append(enrolment)
            if joins:
                fresh.append(enrolment)
            if before[1] != after[1]:
                skills[person.pk, row.side] = tuple(after[1].items())
        waiting = self._save(created, updated, fresh)
        self._save_skills([*created, *updated], skills)
        self._publish(fresh)
        faults.sort(key=lambda fault: fault.line)
        return SignUpReport(len(created), len(updated), unchanged, waiting, tuple(faults))

    def _new(self, person: Person, side: str) -> Enrolment:
        return Enrolment(
            organisation_id=self.programme.organisation_id, programme=self.programme, person=person, side=side,
            places=usual_places(self.programme, side), created_at=self.now,
        )  # fmt: skip

    def _save(self, created: list[Enrolment], updated: list[Enrolment], fresh: list[Enrolment]) -> int:
        """Write enrolments and return how many mentees had to be put on the waiting list."""
        free = free_places(self.programme)
        Enrolment.objects.bulk_create(created, batch_size=BATCH)
        late: list[Enrolment] = []
        if free is not None:  # the draw needs the numbers of the rows, so it comes after they exist
            late = in_turn(self.programme, [one for one in fresh if one.side == Side.MENTEE])[free:]
            for enrolment in late:
                enrolment.state = EnrolmentState.WAITING
        changed = {one.pk: one for one in (*updated, *late)}.values()
        Enrolment.objects.bulk_update(changed, COLUMNS, batch_size=BATCH)
        return len(late)

    def _save_skills(
        self, enrolments: list[Enrolment], skills: dict[tuple[int, str], tuple[tuple[str, int], ...]]
    ) -> None:
        changed = [one for one in enrolments if (one.person_id, one.side) in skills]
        old = [one.pk for one in changed if one.pk in self.skills]
        if old:
            EnrolmentSkill.objects.filter(enrolment__in=old).delete()
        EnrolmentSkill.objects.bulk_create(
            [
                EnrolmentSkill(organisation_id=one.organisation_id, enrolment=one, skill=skill, level=level)
                for one in changed
                for skill, level in skills[one.person_id, one.side]
            ],
            batch_size=BATCH,
        )

    def _publish(self, fresh: list[Enrolment]) -> None:
        for one in fresh:
            if one.state == EnrolmentState.APPROVED:
                publish(
                    EnrolmentApproved(
                        organisation_id=one.organisation_id, enrolment_id=one.pk, side=one.side,
                        programme_id=one.programme_id, person_id=one.person_id,
                    ),
                    at=self.now,
                )  # fmt: skip


def _facts(enrolment: Enrolment) -> tuple[object, ...]:
    return (
        enrolment.state, enrolment.places, enrolment.goal, enrolment.working_style,
        tuple(enrolment.values), tuple(enrolment.availability),
    )  # fmt: skip


def _take_over(enrolment: Enrolment, row: SignUpRow, now: datetime) -> bool:
    """Put what the row says into the enrolment; True when the person takes part from now on."""
    for field in ("places", "goal", "working_style"):
        if (said := getattr(row, field)) is not None:
            setattr(enrolment, field, said)
    for field in ("values", "availability"):
        if (said := getattr(row, field)) is not None:
            setattr(enrolment, field, list(said))
    if enrolment.state in KEEPS_STATE:
        return False
    enrolment.state = EnrolmentState.APPROVED
    enrolment.applied_at = enrolment.applied_at or now
    return True


def _nobody() -> str:
    return _("Nobody active in the directory has this employee id. Correct it, or import the directory first.")


def _over(enrolment: Enrolment) -> str:
    state = EnrolmentState(enrolment.state).label
    return _("This sign-up is “%(state)s” and was left alone. The person can sign up again in Trellis.") % {
        "state": state
    }
