"""The figures of a fairness audit as sentences. They name groups and shares, never a person."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trellis.matching.words import Words
from trellis.people.choices import ATTRIBUTES, AttributeKind

KINDS: dict[str, Words] = {
    AttributeKind.GENDER: gettext_lazy("Gender, as people describe it"),
    AttributeKind.AGE: gettext_lazy("Age"),
    AttributeKind.ETHNICITY: gettext_lazy("Ethnic background"),
    AttributeKind.DISABILITY: gettext_lazy("Disability or long-term health condition"),
    "site": gettext_lazy("Site"),
    "working_time": gettext_lazy("Working time"),
}
WORKING_TIMES: dict[str, Words] = {"full": gettext_lazy("Full time"), "part": gettext_lazy("Part time")}
# One name per answer that is clear without its question.
ANSWERS: dict[str, dict[str, Words]] = {
    AttributeKind.GENDER: {"woman": gettext_lazy("Women"), "man": gettext_lazy("Men"),
                           "another": gettext_lazy("Non-binary or another way")},
    AttributeKind.DISABILITY: {"yes": gettext_lazy("With a disability"), "no": gettext_lazy("Without a disability")},
    "working_time": WORKING_TIMES,
}  # fmt: skip

MOST_NAMED = 3

# measure -> heading, what a high share means, and what the count is of; rounds of other kinds have their own words
TITLES: dict[str, Words] = {
    "matched": gettext_lazy("Share of each group that gets a mentor"),
    "access": gettext_lazy("Enough mentors to choose from?"),
    "first_choice": gettext_lazy("Who gets their first wish"),
    "score": gettext_lazy("Equally good mentors?"),
    "waiting": gettext_lazy("Who waits longest"),
    "choice": gettext_lazy("Could enough mentees have chosen them?"),
    "wished": gettext_lazy("Which mentors are asked for"),
    "chosen": gettext_lazy("Share of each group of mentors that gets a mentee"),
    "load": gettext_lazy("Who carries more than others"),
}
TITLES_OF: dict[tuple[str, str], Words] = {
    ("peers", "matched"): gettext_lazy("Share of each group that gets a partner"),
    ("peers", "access"): gettext_lazy("Enough people to choose from?"),
    ("peers", "score"): gettext_lazy("Equally good partners?"),
    ("circles", "matched"): gettext_lazy("Share of each group that gets into a circle"),
    ("circles", "access"): gettext_lazy("Enough circles to choose from?"),
    ("circles", "score"): gettext_lazy("Equally good circles?"),
    ("circles", "chosen"): gettext_lazy("Share of each group of mentors that leads a circle"),
    ("rotation", "matched"): gettext_lazy("Share of each group that meets anybody"),
    ("rotation", "chosen"): gettext_lazy("Share of each group of mentors that meets anybody"),
}
COLUMNS: dict[str, Words] = {
    "matched": gettext_lazy("Matched"),
    "access": gettext_lazy("Enough"),
    "first_choice": gettext_lazy("First wish"),
    "score": gettext_lazy("Upper half"),
    "waiting": gettext_lazy("Not longer"),
    "choice": gettext_lazy("Enough mentees"),
    "wished": gettext_lazy("Ranked by a mentee"),
    "chosen": gettext_lazy("Has a mentee"),
    "load": gettext_lazy("No more"),
}


def title(of: str, measure: str) -> str:
    """The heading of a table in a round of this kind."""
    return str(TITLES_OF.get((of, measure), TITLES[measure]))


def about(of: str, measure: str, middle: float | None) -> str:
    """What is counted, in one sentence."""
    middle = middle or 0
    if of == "peers" and measure == "access":
        return _("Counted: who may be matched with at least %(n)s people who look for a partner, as half of all may. "
                 "This is decided by rules, before any score.") % {"n": _number(middle)}  # fmt: skip
    words = {
        "matched": _("A ratio of 1 means the same share as the best-served group. Below 0.80 we ask you to look."),
        "access": _("Counted: who may be matched with at least %(n)s mentors with a place, as half of all may. This is "
                    "decided by rules, before any score.") % {"n": _number(middle)},
        "first_choice": _("Of those who ranked anybody: who got the one they put first."),
        "choice": _("Counted: mentors who may be matched with at least %(n)s mentees, as half of all may. This is "
                    "decided by rules, before any score.") % {"n": _number(middle)},
        "wished": _("Counted: mentors whom at least one mentee ranked. Mentees decide this, not the score."),
        "chosen": _("A ratio of 1 means the same share as the best-served group. Below 0.80 we ask you to look."),
        "load": _("Of mentors with a mentee: who has no more than %(n)s, the middle of all. A low share means that the "
                  "group carries more.") % {"n": _number(middle)},
        "score": _("Of those matched: whose match scores above %(n)s, the middle of all.") % {
            "n": _number(middle / 1000)},
        "waiting": _("Counted: who had waited no longer than %(n)s days when the round was solved, as half had.") % {
            "n": _number(middle)},
    }  # fmt: skip
    return words[measure]


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.1f}"


def group_name(kind: str, members: Sequence[str]) -> str:
    """ "Women", or for a merged group "50 to 59, 60 and over or not said"; of many, `group_detail` has the names."""
    names = [_answer(kind, member) for member in members if member]
    if len(names) > MOST_NAMED:
        names = [_("Other answers") if kind in ATTRIBUTES else _("Others")]
    if "" in members:
        names.append(_("not said") if kind in ATTRIBUTES else _("not known"))
    if len(names) == 1:
        return names[0][:1].upper() + names[0][1:]
    return _("%(some)s or %(last)s") % {"some": ", ".join(names[:-1]), "last": names[-1]}


def group_detail(kind: str, members: Sequence[str]) -> str:
    """The names that a long group's own name leaves out."""
    names = [_answer(kind, member) for member in members if member]
    return ", ".join(names) if len(names) > MOST_NAMED else ""


def _answer(kind: str, member: str) -> str:
    named = ANSWERS.get(kind) or ATTRIBUTES.get(kind) or {}
    return str(named.get(member, member))


def finding(of: str, measure: str, group: str, best: str, share: int, best_share: int) -> str:
    """A difference that chance alone would hardly make."""
    own = FINDINGS_OF.get((of, measure))
    words = {
        "matched": _("%(group)s: fewer get a mentor, %(a)d of 100 against %(b)d (%(best)s)."),
        "access": _("%(group)s: fewer have enough mentors to choose from, %(a)d of 100 against %(b)d (%(best)s)."),
        "first_choice": _("%(group)s: fewer get their first wish, %(a)d of 100 against %(b)d (%(best)s)."),
        "score": _("%(group)s: fewer of their matches are in the upper half, %(a)d of 100 against %(b)d (%(best)s)."),
        "waiting": _(
            "%(group)s: more have waited long; %(a)d of 100 waited no longer than most, against %(b)d (%(best)s)."
        ),
        "choice": _(
            "Mentors, %(group)s: fewer have enough mentees to choose from, %(a)d of 100 against %(b)d (%(best)s)."
        ),
        "wished": _("Mentors, %(group)s: fewer are ranked by a mentee, %(a)d of 100 against %(b)d (%(best)s)."),
        "chosen": _("Mentors, %(group)s: fewer get a mentee, %(a)d of 100 against %(b)d (%(best)s)."),
        "load": _(
            "Mentors, %(group)s: more carry more than most; %(a)d of 100 carry no more, against %(b)d (%(best)s)."
        ),
    }
    return str(own or words[measure]) % {"group": group, "best": best, "a": share, "b": best_share}


FINDINGS_OF: dict[tuple[str, str], Words] = {
    ("peers", "matched"): gettext_lazy("%(group)s: fewer get a partner, %(a)d of 100 against %(b)d (%(best)s)."),
    ("peers", "access"): gettext_lazy(
        "%(group)s: fewer have enough people to choose from, %(a)d of 100 against %(b)d (%(best)s)."
    ),
    ("circles", "matched"): gettext_lazy("%(group)s: fewer get into a circle, %(a)d of 100 against %(b)d (%(best)s)."),
    ("circles", "chosen"): gettext_lazy(
        "Mentors, %(group)s: fewer lead a circle, %(a)d of 100 against %(b)d (%(best)s)."
    ),
    ("rotation", "matched"): gettext_lazy("%(group)s: fewer meet anybody, %(a)d of 100 against %(b)d (%(best)s)."),
}


def way_on(measure: str) -> str:
    return {
        "matched": _("See who is not matched and what would help"),
        "access": _("Look at the rules that decide who may be paired"),
        "first_choice": _("Look at how much wishes count"),
        "score": _("Look at what a good match is made of"),
        "waiting": _("Start another round for those who wait"),
        "choice": _("Look at the rules that decide who may be paired"),
        "wished": _("Look at what mentees read about mentors"),
        "chosen": _("See which mentors have no mentee and what would help"),
        "load": _("Share mentees out more evenly"),
    }[measure]


def looked(of: str, count: int) -> str:
    """How many were looking, in a round of this kind."""
    if of == "peers":
        return ngettext("%(n)d person was looking.", "%(n)d people were looking.", count) % {"n": count}
    return ngettext("%(n)d mentee was looking.", "%(n)d mentees were looking.", count) % {"n": count}


def offered(count: int) -> str:
    return ngettext("%(n)d mentor offered a place.", "%(n)d mentors offered a place.", count) % {"n": count}


WITHHELD: dict[str, Words] = {
    "few": gettext_lazy("at least one group, or one outcome of a group, has fewer than ten people"),
    "together": gettext_lazy("together with figures that were shown before, it would tell about single people"),
    "changed": gettext_lazy("fewer than ten people changed their answer since figures that were shown before"),
}
STEPS: dict[str, Words] = {
    "hardly": gettext_lazy("says next to nothing"),
    "somewhat": gettext_lazy("says something"),
    "clearly": gettext_lazy("says much"),
}
