"""Two people who change the same settings at once: the second save never silently undoes the first."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from tests.factories.programmes import ProgrammeFactory, ProgrammeRoleFactory
from tests.factories.template_programmes import NOW, basics, owner, programme
from trellis.kernel.tenancy import organisation_scope
from trellis.people.models import Organisation, Person
from trellis.programmes.actions import joining
from trellis.programmes.actions.programmes import SettingsRefused, move_programme
from trellis.programmes.actions.settings import (
    ChangedMeanwhile,
    change_basics,
    change_targets,
    change_tasks,
    change_terms,
    change_visibility,
    changes_so_far,
)
from trellis.programmes.choices import PairVisibility, ProgrammeStatus
from trellis.programmes.configuration import QuestionText, Target
from trellis.programmes.models import KpiTarget, Programme, Question

__all__ = ["owner", "programme"]  # fixtures


def test_a_page_opened_before_another_change_of_the_same_field_is_refused(owner: Person, programme: Programme) -> None:
    seen = changes_so_far(programme)
    theirs = Programme.objects.get(pk=programme.pk)
    change_basics(by=owner, programme=theirs, basics=basics(theirs, starts_on=date(2027, 2, 1)), now=NOW, seen=seen)

    with pytest.raises(ChangedMeanwhile):
        change_basics(by=owner, programme=programme, basics=basics(programme, name="Mine"), now=NOW, seen=seen)

    saved = Programme.objects.get()
    assert (saved.name, saved.starts_on) == ("Career Growth", date(2027, 2, 1))


def test_a_page_opened_before_a_change_of_other_fields_is_saved(owner: Person, programme: Programme) -> None:
    seen = changes_so_far(programme)
    theirs = Programme.objects.get(pk=programme.pk)
    change_terms(by=owner, programme=theirs, terms="Be kind.", now=NOW, seen=seen)

    change_basics(by=owner, programme=programme, basics=basics(programme, name="Mine"), now=NOW, seen=seen)

    saved = Programme.objects.get()
    assert (saved.name, saved.terms, saved.last_changes) == (
        "Mine", "Be kind.", {"terms": 1, "terms_version": 1, "name": 2},
    )  # fmt: skip


def test_the_same_change_by_two_people_is_no_conflict(owner: Person, programme: Programme) -> None:
    seen = changes_so_far(programme)
    theirs = Programme.objects.get(pk=programme.pk)
    for one in (theirs, programme):
        changed = change_visibility(
            by=owner, programme=one, pair_visibility=PairVisibility.HIDDEN, now=NOW, seen=seen
        )  # fmt: skip

    assert changed == ()


def test_targets_changed_meanwhile_are_refused(owner: Person, programme: Programme) -> None:
    def save(target: str) -> None:
        targets = [Target("completion_rate", Decimal(target))]
        change_targets(by=owner, programme=programme, objective=None, targets=targets, now=NOW, seen=0)

    save("70")
    with pytest.raises(ChangedMeanwhile):
        save("80")

    assert KpiTarget.objects.get().target == 70


def test_two_sets_of_tasks_saved_from_stale_pages_keep_both_stages(owner: Person, programme: Programme) -> None:
    stale = Programme.objects.get(pk=programme.pk)
    change_tasks(by=owner, programme=programme, tasks={"growth": {"mentee": ()}}, now=NOW)

    change_tasks(by=owner, programme=stale, tasks={"review": {"mentee": ()}}, now=NOW)

    tasks = Programme.objects.get().tasks
    assert (tasks["growth"], tasks["review"]) == ({"mentee": []}, {"mentee": []})


def test_a_question_changed_or_removed_meanwhile_is_refused(owner: Person, programme: Programme) -> None:
    row = Question.objects.filter(programme=programme).order_by("pk").first()
    assert row
    mine = Question.objects.get(pk=row.pk)
    text = QuestionText(row.side, row.key, "text", "Mine?")
    joining.change_question(by=owner, row=row, question=replace(text, text="Theirs?"), now=NOW, seen=0)

    with pytest.raises(ChangedMeanwhile):
        joining.change_question(by=owner, row=mine, question=text, now=NOW, seen=0)
    joining.remove_question(by=owner, row=row, now=NOW)
    with pytest.raises(SettingsRefused, match="Somebody has removed this meanwhile"):
        joining.change_question(by=owner, row=mine, question=text, now=NOW, seen=9)
    joining.remove_question(by=owner, row=mine, now=NOW)

    assert not Question.objects.filter(text="Mine?").exists()


def test_opening_sign_up_keeps_the_dates_that_somebody_else_saved(owner: Person, programme: Programme) -> None:
    stale = Programme.objects.get(pk=programme.pk)
    change_basics(
        by=owner, programme=programme, basics=basics(programme, enrolment_opens_on=date(2026, 11, 1)), now=NOW
    )  # fmt: skip

    move_programme(by=owner, programme=stale, to=ProgrammeStatus.ENROLLING, now=NOW)

    assert Programme.objects.get().enrolment_opens_on == date(2026, 11, 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_managers_who_press_save_in_the_same_moment_one_is_told(organisation: Organisation) -> None:
    programme = ProgrammeFactory(organisation=organisation)
    managers = [ProgrammeRoleFactory(programme=programme).person for _ in range(2)]
    together = Barrier(len(managers))

    def save(by: Person) -> str:
        try:
            with organisation_scope(organisation.pk):
                own = Programme.objects.get(pk=programme.pk)
                together.wait(timeout=10)
                change_basics(by=by, programme=own, basics=basics(own, name=f"By {by.pk}"), now=NOW, seen=0)
                return f"By {by.pk}"
        except ChangedMeanwhile:
            return "told"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(managers)) as pool:
        answers = list(pool.map(save, managers))

    saved = Programme.objects.get(pk=programme.pk).name
    assert sorted(answers) == sorted([saved, "told"])
