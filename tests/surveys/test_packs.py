import pytest

from trellis.surveys.packs import Kind, all_packs, pack


def test_every_shipped_pack_can_be_asked_of_its_roles() -> None:
    assert set(all_packs()) >= {"baseline_pack", "pulse_30", "mid_pack", "end_pack"}
    for each in all_packs().values():
        assert all(each.asks(role) for role in each.roles)


def test_a_pack_asks_each_side_its_own_questions() -> None:
    mid = pack("mid_pack")
    assert mid

    mentee, mentor = ({item.id for item in mid.items_for(role)} for role in ("mentee", "mentor"))
    assert "mf1" in mentee - mentor
    assert {"rq1", "ps1", "sa1"} <= mentee & mentor


def test_a_peer_is_asked_what_holds_for_both() -> None:
    mid, baseline = pack("mid_pack"), pack("baseline_pack")
    assert mid
    assert baseline

    assert {item.id for item in mid.items_for("peer")} == {item.id for item in mid.items_for("mentor")}
    assert not baseline.asks("peer")
    assert not baseline.asks("mentor")


@pytest.mark.parametrize(
    ("pack_id", "day", "share"),
    [("pulse_30", 30, 0.0), ("mid_pack", 0, 0.5), ("end_pack", 0, 0.85), ("baseline_pack", 0, 0.0)],
)
def test_opening_is_read_out_of_contents_words(pack_id: str, day: int, share: float) -> None:
    found = all_packs()[pack_id]

    assert (found.opens_day, found.opens_share) == (day, share)


def test_items_have_their_kind_and_their_steps() -> None:
    items = {
        item.id: item for each in all_packs().values() for role in ("mentee", "mentor") for item in each.items_for(role)
    }

    assert [choice.label for choice in items["ep1"].choices] == ["No", "Not really", "Partly", "Mostly", "Yes"]
    assert [choice.value for choice in items["ce1"].choices] == list(range(0, 101, 10))
    assert (items["ep3"].kind, items["re2"].kind, items["nr1"].kind) == (Kind.YES_NO, Kind.TEXT, Kind.COUNT)
    assert items["rq5"].reverse


def test_an_unknown_pack_is_none() -> None:
    assert pack("horoscope") is None
