from django.utils.translation import gettext_lazy

from trellis.kernel.errors import NotAllowed, Refusal


def test_a_refusal_reads_as_its_message() -> None:
    refusal = Refusal(gettext_lazy("Choose a later day."), field="day")

    assert (str(refusal), refusal.field) == ("Choose a later day.", "day")


def test_not_allowed_is_a_refusal_without_a_field() -> None:
    refusal = NotAllowed("Only its owner can.")

    assert isinstance(refusal, Refusal)
    assert refusal.field == ""
