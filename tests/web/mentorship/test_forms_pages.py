from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils.html import escape

from tests.factories.journeys import agreed, carried_to, mentee_of, mentor_of
from tests.factories.people import PersonFactory, RoleGrantFactory
from tests.factories.programmes import ProgrammeFactory
from tests.web.mentorship.conftest import signed_in
from trellis.journeys.models import Certificate, Reflection, ReviewChoice
from trellis.journeys.queries.closing import review_of
from trellis.mentorships.actions import end_mentorship, sign_agreement
from trellis.mentorships.models import Agreement, Mentorship
from trellis.mentorships.queries import agreement_of
from trellis.people.choices import OrganisationRole
from trellis.people.models import Organisation, Person
from trellis.programmes.choices import MentoringModel
from trellis.surveys.models import SurveyResponse
from trellis.surveys.queries import context_of, own_answers

WORDS = {"aims": "Grow", "rhythm": "Weekly", "boundaries": "Pay", "confidentiality": "All"}


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


# ---- agreement


def test_agreement_proposes_the_programmes_rhythm_and_says_who_reads_it(
    client: Client, pair: Mentorship, mentee: Person, mentor: Person
) -> None:
    shown = text(signed_in(client, mentee).get(f"/mentorships/{pair.pk}/agreement/"))

    assert "Every 14 days in the first weeks, 50 minutes" in shown
    assert f"Only you and {mentor.first_name} can read this" in shown


def test_agreement_that_the_other_changed_meanwhile_is_not_overwritten_unseen(
    pair: Mentorship, mentee: Person, mentor: Person
) -> None:
    page, words = f"/mentorships/{pair.pk}/agreement/", {"rhythm": "b", "boundaries": "c", "confidentiality": "d"}
    one, other = signed_in(Client(), mentee), signed_in(Client(), mentor)
    assert b'name="seen" value="0"' in one.get(page).content
    other.post(page, {**words, "aims": "theirs", "seen": "0"})

    refused = one.post(page, {**words, "aims": "mine", "seen": "0"})

    assert "The other side saved a new version while you were writing." in refused.content.decode()
    assert b"mine" in refused.content
    assert b'name="seen" value="1"' in refused.content  # having been told, they may
    assert one.post(page, {**words, "aims": "mine", "seen": "1"}).status_code == 302
    assert [text.aims for text in Agreement.objects.order_by("version")] == ["theirs", "mine"]


def test_agreement_is_written_signed_by_both_and_changed(
    client: Client, pair: Mentorship, mentee: Person, mentor: Person
) -> None:
    address = f"/mentorships/{pair.pk}/agreement/"
    signed_in(client, mentee).post(address, WORDS)
    assert "Sign it" in text(client.get(address))
    client.post(f"{address}sign/", {"version": "1"})
    assert "Sign it" not in text(client.get(address))

    signed_in(client, mentor).post(f"{address}sign/", {"version": "1"})
    found = agreement_of(pair)
    assert found
    assert len(found.signed) == 2
    assert "Weekly" in text(client.get(f"{address}?change"))
    client.post(address, WORDS | {"rhythm": "Monthly"})
    found = agreement_of(pair)
    assert found
    assert (found.version, found.signed) == (2, {})


def test_agreement_with_a_gap_keeps_what_was_typed(client: Client, pair: Mentorship, mentee: Person) -> None:
    shown = text(signed_in(client, mentee).post(f"/mentorships/{pair.pk}/agreement/", WORDS | {"aims": ""}))

    assert "Nothing was saved yet" in shown
    assert "Weekly" in shown
    assert agreement_of(pair) is None


@pytest.mark.parametrize("version", ["7", "", "x", "-1"])
def test_signing_another_version_says_so(client: Client, pair: Mentorship, mentee: Person, version: str) -> None:
    agreed(pair, signed_by=0)

    answer = signed_in(client, mentee).post(
        f"/mentorships/{pair.pk}/agreement/sign/", {"version": version}, follow=True
    )

    assert "The text has changed" in text(answer)


def test_an_ended_pair_reads_its_agreement_and_writes_none(
    client: Client, pair: Mentorship, mentee: Person, now: datetime
) -> None:
    end_mentorship(by=mentee, mentorship=pair, now=now)
    signed_in(client, mentee)

    assert "No agreement was written" in text(client.get(f"/mentorships/{pair.pk}/agreement/"))
    assert "only while it lasts" in text(client.post(f"/mentorships/{pair.pk}/agreement/", WORDS))
    agreed(pair)
    assert "Change it" not in text(client.get(f"/mentorships/{pair.pk}/agreement/"))


def test_what_was_typed_is_shown_as_text(client: Client, pair: Mentorship, mentee: Person) -> None:
    attack = "<script>alert(1)</script>"
    signed_in(client, mentee).post(f"/mentorships/{pair.pk}/agreement/", WORDS | {"aims": attack})

    shown = text(client.get(f"/mentorships/{pair.pk}/agreement/"))
    assert attack not in shown
    assert escape(attack) in shown


# ---- pause, extend, end


def test_pause_and_go_on(client: Client, pair: Mentorship, mentee: Person, now: datetime) -> None:
    address = f"/mentorships/{pair.pk}/pause/"
    until = (now + timedelta(days=20)).date()
    assert "Take a break" in text(signed_in(client, mentee).get(address))

    client.post(address, {"until": until.isoformat(), "words": ""})
    assert "Go on today" in text(client.get(address))
    client.post(f"/mentorships/{pair.pk}/resume/")
    pair.refresh_from_db()
    assert pair.state == "active"
    assert "not paused" in text(client.post(f"/mentorships/{pair.pk}/resume/", follow=True))


@pytest.mark.parametrize("until", ["", "soon", "2026-02-31", "1999-01-01"])
def test_pause_until_nonsense_keeps_the_form(client: Client, pair: Mentorship, mentee: Person, until: str) -> None:
    answer = signed_in(client, mentee).post(f"/mentorships/{pair.pk}/pause/", {"until": until, "words": "flu"})

    assert answer.status_code == 422
    assert "Nothing was saved yet" in text(answer)
    assert "flu" in text(answer)
    pair.refresh_from_db()
    assert pair.state == "active"


def test_extend_once(client: Client, pair: Mentorship, mentee: Person) -> None:
    address = f"/mentorships/{pair.pk}/extend/"
    assert "Make it longer" in text(signed_in(client, mentee).get(address))
    assert "Nothing was saved yet" in text(client.post(address, {"weeks": "400"}))

    client.post(address, {"weeks": "8"})
    pair.refresh_from_db()
    assert pair.extended_weeks == 8
    assert "cannot be made longer" in text(client.get(address))
    assert "cannot be made longer" in text(client.post(address, {"weeks": "8"}))


def test_end_takes_two_taps_and_no_reason(client: Client, pair: Mentorship, mentee: Person, mentor: Person) -> None:
    signed_in(client, mentee)
    assert f'href="/mentorships/{pair.pk}/end/"' in text(client.get(f"/mentorships/{pair.pk}/"))

    client.post(f"/mentorships/{pair.pk}/end/", {})

    pair.refresh_from_db()
    assert (pair.state, pair.closure) == ("ended", "changed_circumstances")
    assert "over already" in text(client.get(f"/mentorships/{pair.pk}/end/"))
    assert "Nothing was saved yet" in text(client.post(f"/mentorships/{pair.pk}/end/", {}))


def test_end_offers_the_contact_only_where_there_is_one(
    client: Client, pair: Mentorship, mentee: Person, organisation: Organisation
) -> None:
    address = f"/mentorships/{pair.pk}/end/"
    assert "talk to someone" not in text(signed_in(client, mentee).get(address))
    assert "Nothing was saved yet" in text(client.post(address, {"closure": "concern"}))

    contact = RoleGrantFactory(
        person=PersonFactory(organisation=organisation), role=OrganisationRole.SAFEGUARDING
    ).person
    assert contact.full_name in text(client.get(address))


# ---- half-time


def test_review_is_chosen_alone_and_shown_together(
    client: Client, pair: Mentorship, mentee: Person, mentor: Person, now: datetime
) -> None:
    address = f"/mentorships/{pair.pk}/review/"
    signed_in(client, mentee).post(address, {"choice": "rematch", "barriers": "never on time"})
    assert "You have answered" in text(client.get(address))

    signed_in(client, mentor)
    before = text(client.get(address))
    assert "never on time" not in before
    assert "You have answered" not in before
    client.post(address, {"choice": "continue", "barriers": ""})

    assert "Time to talk about how to go on" in text(client.get(address))
    assert review_of(pair, mentor, now).outcome == "talk"


@pytest.mark.parametrize("choice", ["continue", "adjust", "rematch", "close"])
def test_review_says_the_common_choice(
    client: Client, pair: Mentorship, mentee: Person, mentor: Person, choice: str
) -> None:
    for person in (mentee, mentor):
        signed_in(client, person).post(f"/mentorships/{pair.pk}/review/", {"choice": choice})

    assert "You both" in text(client.get(f"/mentorships/{pair.pk}/review/"))
    assert "both chosen" in text(client.post(f"/mentorships/{pair.pk}/review/", {"choice": "close"}))


def test_review_without_a_choice_saves_nothing(client: Client, pair: Mentorship, mentee: Person) -> None:
    answer = signed_in(client, mentee).post(f"/mentorships/{pair.pk}/review/", {"barriers": "time"})

    assert "Nothing was saved yet" in text(answer)
    assert not ReviewChoice.objects.exists()


def test_review_of_an_ended_pair_is_closed(client: Client, pair: Mentorship, mentee: Person, now: datetime) -> None:
    end_mentorship(by=mentee, mentorship=pair, now=now)

    assert "no half-time any more" in text(signed_in(client, mentee).get(f"/mentorships/{pair.pk}/review/"))


# ---- closing and certificate


def test_closing_closes_for_both_and_leads_to_the_certificate(client: Client, late: Mentorship) -> None:
    address = f"/mentorships/{late.pk}/closing/"
    signed_in(client, mentee_of(late)).post(address, {"ending": "informal"})
    number = Certificate.objects.get(person=mentee_of(late)).number
    assert f"/certificates/{number}/" in text(client.get(address))
    certificate = text(client.get(f"/certificates/{number}/"))
    assert mentee_of(late).full_name in certificate
    assert mentor_of(late).full_name not in certificate

    signed_in(client, mentor_of(late))
    assert "How do you want to carry on?" in text(client.get(address))
    client.post(address, {"ending": "informal", "wants_rematch": "on"})
    late.refresh_from_db()
    assert late.continues_informally
    assert "both said you stay in touch" in text(client.get(address))
    assert "both said you stay in touch" in text(client.get(f"/mentorships/{late.pk}/"))


def test_closing_too_early_says_how_to_stop(client: Client, pair: Mentorship, mentee: Person) -> None:
    carried_to(pair, "connection")
    signed_in(client, mentee)

    assert "Closing opens in the last two stages" in text(client.get(f"/mentorships/{pair.pk}/closing/"))
    assert client.post(f"/mentorships/{pair.pk}/closing/", {"ending": "completed"}).status_code == 200
    pair.refresh_from_db()
    assert pair.state == "active"


def test_words_are_kept_and_too_long_ones_are_not(client: Client, pair: Mentorship, mentee: Person) -> None:
    address = f"/mentorships/{pair.pk}/closing/words/"
    signed_in(client, mentee)

    refused = client.post(address, {"body": "x" * 10_001, "thanks": "kept as typed"})
    assert "kept as typed" in text(refused)
    assert not Reflection.objects.exists()
    client.post(address, {"body": "I learned", "thanks": ""})
    assert "I learned" in text(client.get(f"/mentorships/{pair.pk}/closing/"))


# ---- check-in


def test_check_in_says_truthfully_who_sees_it(client: Client, pair: Mentorship, mentee: Person, mentor: Person) -> None:
    shown = text(signed_in(client, mentee).get(f"/mentorships/{pair.pk}/check-in/pulse_30/"))

    assert f"<b>{mentor.first_name}</b> never" in shown
    assert "only if you ask to be contacted" in shown
    assert "not validated yet" in shown


def test_check_in_is_answered_in_part_and_again(
    client: Client, pair: Mentorship, mentee: Person, mentor: Person
) -> None:
    address = f"/mentorships/{pair.pk}/check-in/pulse_30/"
    signed_in(client, mentee).post(address, {"ep1": "4", "pf2": "5"})
    assert own_answers(mentee, "pulse_30", context_of(pair.pk)) == {"ep1": 4, "pf2": 5}
    assert "Send again" in text(client.get(address))

    assert "Send again" not in text(signed_in(client, mentor).get(address))


def test_check_in_is_skipped_with_a_button(client: Client, pair: Mentorship, mentee: Person) -> None:
    signed_in(client, mentee).post(f"/mentorships/{pair.pk}/check-in/pulse_30/", {"skip": "1", "ep1": "99"})

    assert SurveyResponse.objects.get().declined


@pytest.mark.parametrize("answers", [{"ep1": "9"}, {"ep1": "Yes"}])
def test_check_in_with_an_answer_that_is_not_offered_saves_nothing(
    client: Client, pair: Mentorship, mentee: Person, answers: dict[str, str]
) -> None:
    answer = signed_in(client, mentee).post(f"/mentorships/{pair.pk}/check-in/pulse_30/", answers)

    assert "Nothing was saved yet" in text(answer)
    assert not SurveyResponse.objects.exists()


def test_check_in_with_text_and_long_scales(client: Client, pair: Mentorship, mentor: Person) -> None:
    address = f"/mentorships/{pair.pk}/check-in/end_pack/"
    assert 'class="scale n7"' in text(signed_in(client, mentor).get(address))

    client.post(address, {"re1": "0", "re2": "the tools"})
    assert own_answers(mentor, "end_pack", context_of(pair.pk)) == {"re1": 0, "re2": "the tools"}


@pytest.mark.parametrize("pack", ["horoscope", "followup_6m"])
def test_a_pack_the_programme_does_not_have_does_not_exist(
    client: Client, pair: Mentorship, mentee: Person, pack: str
) -> None:
    assert signed_in(client, mentee).get(f"/mentorships/{pair.pk}/check-in/{pack}/").status_code == 404


def test_a_pack_for_the_other_side_does_not_exist(client: Client, pair: Mentorship, mentor: Person) -> None:
    assert signed_in(client, mentor).get(f"/mentorships/{pair.pk}/check-in/baseline_pack/").status_code == 404


def test_peers_are_asked_what_holds_for_both(client: Client, organisation: Organisation, pair: Mentorship) -> None:
    pair.programme = ProgrammeFactory(organisation=organisation, model=MentoringModel.PEER)
    pair.save()

    shown = text(signed_in(client, mentee_of(pair)).get(f"/mentorships/{pair.pk}/check-in/mid_pack/"))

    assert "I look forward to our meetings." in shown
    assert "My mentor" not in shown


def test_a_signed_agreement_shows_when(client: Client, pair: Mentorship, mentee: Person, now: datetime) -> None:
    agreed(pair, signed_by=0)
    sign_agreement(by=mentee, mentorship=pair, version=1, now=now)

    shown = text(signed_in(client, mentee).get(f"/mentorships/{pair.pk}/agreement/"))

    assert "signed on" in shown
    assert "not yet" in shown


# ---- what another person did meanwhile


def test_a_refusal_is_said_where_the_form_is_gone(
    client: Client, pair: Mentorship, mentee: Person, now: datetime
) -> None:
    until = {"until": (now + timedelta(days=20)).date().isoformat()}
    signed_in(client, mentee).post(f"/mentorships/{pair.pk}/pause/", until)
    assert "so that is not possible any more" in text(client.post(f"/mentorships/{pair.pk}/pause/", until))
    end_mentorship(by=mentee, mentorship=pair, now=now)

    for page, sent in (("pause/", until), ("end/", {}), ("review/", {"choice": "close"})):
        assert "Nothing was saved yet" in text(client.post(f"/mentorships/{pair.pk}/{page}", sent))


def test_a_count_is_a_whole_number(client: Client, pair: Mentorship, mentee: Person) -> None:
    pair.programme.surveys = ["followup_6m"]
    pair.programme.save()
    address = f"/mentorships/{pair.pk}/check-in/followup_6m/"

    refused = signed_in(client, mentee).post(address, {"nr1": "many"})
    assert "Nothing was saved yet" in text(refused)
    client.post(address, {"nr1": "12", "ll1": "5"})

    assert own_answers(mentee, "followup_6m", context_of(pair.pk)) == {"nr1": 12, "ll1": 5}
