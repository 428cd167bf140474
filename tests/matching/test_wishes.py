import pytest

from tests.factories.matching import World, a_world
from trellis.kernel import clock
from trellis.kernel.errors import NotAllowed
from trellis.matching.actions.wishes import TooManyWishes, set_wishes
from trellis.matching.models import Wish
from trellis.matching.queries.pool import load_pool
from trellis.people.models import Organisation
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Enrolment


def wish(world: World, *wished: Enrolment, by: Enrolment | None = None) -> None:
    wisher = world.mentees[0]
    set_wishes(by=(by or wisher).person, wisher=wisher, wished=wished, now=clock.now())


def test_wishes_are_kept_in_order_and_replaced(world: World) -> None:
    a, b, c = world.mentors
    wish(world, a, b)
    wish(world, c, a)

    assert list(Wish.objects.order_by("rank").values_list("wished", "rank")) == [(c.pk, 1), (a.pk, 2)]


def test_the_matcher_counts_them(world: World) -> None:
    a, b, _c = world.mentors
    wish(world, b, a)

    pool = load_pool(world.programme, clock.now())

    assert pool.mentee_by_id[world.mentees[0].person.external_id].ranked == (b.person.external_id, a.person.external_id)


def test_mentors_wish_too(world: World) -> None:
    mentor = world.mentors[0]

    set_wishes(by=mentor.person, wisher=mentor, wished=[world.mentees[1]], now=clock.now())

    assert Wish.objects.get().wished == world.mentees[1]


def test_six_are_too_many(world: World) -> None:
    with pytest.raises(TooManyWishes, match="up to 5 people"):
        wish(world, *world.mentors, *(world.enrol(Side.MENTOR) for _ in range(3)))


def test_only_the_wisher_wishes(world: World) -> None:
    with pytest.raises(NotAllowed):
        wish(world, world.mentors[0], by=world.mentees[1])


def test_only_the_other_side_of_the_own_programme(world: World, organisation: Organisation) -> None:
    paused = world.enrol(Side.MENTOR, state=EnrolmentState.PAUSED)
    elsewhere = a_world(organisation).mentors[0]
    for wished in (world.mentees[1], paused, elsewhere):
        with pytest.raises(NotAllowed):
            wish(world, wished)
    assert Wish.objects.count() == 0
