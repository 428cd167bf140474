"""What lies on the board of a round: read often, and at 10,000 people, so without a row for each pair."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.db.models import Aggregate, TextField

from trellis.matching.choices import ProposalState
from trellis.matching.models import Round
from trellis.matching.queries.swaps import STANDING

Laid = Mapping[tuple[str, str], list[int]]  # state and origin to the proposals in it, oldest first


class Listed(Aggregate):
    """The ids of a group, in any order, in one text with commas."""

    name = "Listed"
    function = "GROUP_CONCAT"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **given: Any) -> Any:  # Any: Django's own signature
        return self.as_sql(
            compiler, connection, function="STRING_AGG", template="%(function)s(%(expressions)s::text, ',')", **given
        )


def laid_on(found: Round) -> Laid:
    """One query."""
    rows = found.proposals.filter(state__in=(*STANDING, ProposalState.DECLINED)).order_by()
    groups = rows.values_list("state", "origin").annotate(Listed("id"))
    return {(state, origin): sorted(map(int, ids.split(","))) for state, origin, ids in sorted(groups)}


def key_of(laid: Laid) -> str:
    """Another one for every other state of the board."""
    return hashlib.sha256(repr(laid).encode()).hexdigest()
