from trellis.learning.modules import all_modules, module, module_for


def test_modules_shipped_are_one_a_side_with_the_promised_length() -> None:
    assert [(one.side, one.minutes) for one in all_modules()] == [("mentee", 20), ("mentor", 45)]


def test_chapters_add_up_to_the_module() -> None:
    assert [sum(chapter.minutes for chapter in one.chapters) for one in all_modules()] == [20, 45]


def test_every_question_has_one_right_option_and_every_option_explains_itself() -> None:
    for one in all_modules():
        for chapter in one.chapters:
            assert [option.right for option in chapter.options].count(True) == 1, chapter.id
            assert all(option.why for option in chapter.options), chapter.id


def test_right_options_are_not_always_in_the_same_place() -> None:
    places = {chapter.right for one in all_modules() for chapter in one.chapters}

    assert len(places) > 1


def test_chapter_ids_are_used_once_in_a_module() -> None:
    for one in all_modules():
        ids = [chapter.id for chapter in one.chapters]
        assert len(ids) == len(set(ids))


def test_module_of_a_side() -> None:
    assert module_for("mentor").id == "mentor_start"


def test_unknown_module_is_none() -> None:
    assert module("nothing") is None
