"""The sentences of peer programmes and circles; `words` adds them to its own."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

Words = str | Promise

# Both read the same sentence, so none of them says which of the two it speaks of.
PEER_SENTENCES: dict[str, Words] = {
    "skill_coverage.both_ways": gettext_lazy(
        "Each knows what the other wants to learn: %(skills)s, and the other way round %(back)s."
    ),
    "skill_coverage.one_way": gettext_lazy("One of the two knows what the other wants to learn: %(skills)s."),
    "skill_coverage.peer_gap": gettext_lazy(
        "Skills sought that the other knows, both ways together: %(covered)s of %(sought)s."
    ),
    "goal_fit.both_ways": gettext_lazy(
        "Each goal touches what the other can help with: %(skills)s, and the other way round %(back)s."
    ),
    "goal_fit.one_way": gettext_lazy("The goal of one touches what the other can help with: %(skills)s."),
    "goal_fit.peer_gap": gettext_lazy("Topics of both goals that the other can help with: %(covered)s of %(sought)s."),
    "career_path.peer": gettext_lazy("One of the two knows the path that the other aims at: %(roles)s."),
    "career_path.peer_gap": gettext_lazy("Neither has taken the path that the other aims at."),
}

PEER_UNMATCHED: dict[str, Words] = {
    "wants_no_peer": gettext_lazy("They have the partner they asked for, or an open offer."),
    "no_peer_looking": gettext_lazy("Nobody else was looking for a partner."),
    "no_allowed_peer": gettext_lazy("Nobody is left after the rules"),
    "odd_one_out": gettext_lazy(
        "The number of people was odd, so one had to stay alone in the best plan. People who would suit: %(allowed)s."
    ),
    "allowed_peers_placed": gettext_lazy(
        "People who would suit: %(allowed)s. All of them were needed as partners of others."
    ),
    "circle_too_small": gettext_lazy(
        "Circles that would suit: %(allowed)s. None of them had a place, or none would have reached its smallest size."
    ),
    "circle_not_filled": gettext_lazy("Too few people who would suit to open a circle of the smallest size."),
}

PEER_HELP: dict[str, Words] = {
    "wants_no_peer": gettext_lazy("Nothing to do."),
    "no_peer_looking": gettext_lazy("Invite more people, then start another round."),
    "no_allowed_peer": gettext_lazy("Invite people from other units, places and levels, or widen the rules."),
    "odd_one_out": gettext_lazy(
        "One more sign-up and another round gives them a partner. Or ask somebody to take two partners."
    ),
    "allowed_peers_placed": gettext_lazy(
        "Invite more people like those who would suit them, or ask one of these to take two partners."
    ),
    "circle_too_small": gettext_lazy("More sign-ups on their topic, or a smaller smallest size."),
    "circle_not_filled": gettext_lazy("More sign-ups on their topic, or a smaller smallest size."),
}

PEER_FAULTS: dict[str, Words] = {
    "odd_set_wrong": gettext_lazy("A set of people is not odd, or names somebody unknown or twice (%(where)s)."),
    "pair_unpaid": gettext_lazy("The prices do not pay for a pair that is allowed: %(who)s. A better plan may exist."),
    "trio_wrong": gettext_lazy("The group of three is not the best for these pairs: %(who)s."),
    "circle_too_small": gettext_lazy("A circle is smaller than the smallest size: %(who)s."),
}
