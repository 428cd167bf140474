"""The proof of a round handed out as a file: only of a round whose proof holds, and with a line in the audit log."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.kernel.errors import NotAllowed, Refusal
from trellis.matching import rules
from trellis.matching.actions.states import record
from trellis.matching.models import Round
from trellis.matching.queries.proof import check_again
from trellis.matching.queries.proof_file import file_of, solved_of, text_of
from trellis.people.models import Person
from trellis_engine.matching.proof_file import MOST_PAIRS


class NothingToProve(Refusal):
    """The round has no plan, or none whose proof holds today."""


class TooManyPairs(Refusal):
    """The round is too large to give out the score of every pair."""


@transaction.atomic
def give_proof_file(*, by: Person, found: Round, now: datetime) -> str:
    """The text of the proof file. Raises NotAllowed, NothingToProve, TooManyPairs."""
    if not rules.can_match(by, found.programme):
        raise NotAllowed(_("Only the people who run this programme can have the proof of its rounds."))
    if found.certificate is None:
        raise NothingToProve(_("This round has no plan yet. Come back when it is solved."))
    solved = solved_of(found)
    if solved.pairs > MOST_PAIRS:
        raise TooManyPairs(
            _("With %(pairs)s possible pairs this round is too large for a file; the most is %(most)s. Whoever runs "
              "the server can check it there: trellis verify --programme %(slug)s --round %(number)d")
            % {"pairs": f"{solved.pairs:,}", "most": f"{MOST_PAIRS:,}", "slug": found.programme.slug,
               "number": found.number}
        )  # fmt: skip
    checked = check_again(found)
    if checked.faults:
        raise NothingToProve(
            checked.faults[0] if checked.older
            else _("The proof of this round does not hold, so there is nothing to give out. Run the round again.")
        )  # fmt: skip
    record(found, by, "download_proof", now)
    return text_of(file_of(found, solved))
