"""Who is who: each row to a person of the directory or to somebody new, and the rows that claim the same person."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from trellis.people.directory.fields import Field
from trellis.people.directory.known import Known
from trellis.people.directory.rows import Entry, Fault, Reading, cut

Ref = int  # a person by number: the directory's id, or minus the line for somebody new


@dataclass(frozen=True)
class Match:
    entry: Entry
    person: Known | None

    @property
    def ref(self) -> Ref:
        return self.person.id if self.person else -self.entry.line


class Matching:
    """Finds each row's person: by employee ID first, by e-mail while the person has no number yet.

    Of two rows with one ID or one address, the one that agrees with the directory is taken, else the first; the
    others are conflicts. An address may pass from one person to another within a file.
    """

    def __init__(self, known: Iterable[Known], reading: Reading) -> None:
        self.reading = reading
        self.by_number = {person.external_id: person for person in known}
        self.by_email = {person.email.lower(): person for person in self.by_number.values()}
        self.keyed_by_id = Field.EXTERNAL_ID in reading.columns
        self.faults: list[Fault] = []

    def match(self, entries: Iterable[Entry]) -> list[Match]:
        matches = [Match(entry, self._person(entry)) for entry in entries]
        if self.keyed_by_id:
            matches = self._once(
                matches, lambda match: match.entry.external_id, Field.EXTERNAL_ID,
                _("The same employee ID is in line %(line)s."),
                _("Give each person one row, with their own employee ID."),
            )  # fmt: skip
        matches = self._once(
            matches, lambda match: match.entry.email, Field.EMAIL,
            _("The same e-mail is in line %(line)s."),
            _("Each person needs their own address; correct one of the rows."),
        )  # fmt: skip
        return self._without_taken_addresses(matches)

    def _person(self, entry: Entry) -> Known | None:
        namesake = self.by_email.get(entry.email)
        if not self.keyed_by_id:
            return namesake
        person = self.by_number.get(entry.external_id)
        if person is None and namesake is not None and not namesake.has_number:
            return namesake
        return person

    def _once(
        self, matches: Sequence[Match], key: Callable[[Match], str], field: Field, what: str, cure: str
    ) -> list[Match]:
        groups: dict[str, list[Match]] = defaultdict(list)
        for match in matches:
            groups[key(match)].append(match)
        column, kept = self.reading.columns[field], set()
        for shared, group in groups.items():
            winner = next((match for match in group if self._agrees(match)), group[0])
            kept.add(winner.entry.line)
            for match in group:
                if match is not winner:
                    text = what % {"line": winner.entry.line}
                    self.faults.append(Fault(match.entry.line, column, cut(shared), text, cure, "conflict"))
        return [match for match in matches if match.entry.line in kept]

    def _agrees(self, match: Match) -> bool:
        return match.person is not None and match.person.email.lower() == match.entry.email

    def _without_taken_addresses(self, matches: list[Match]) -> list[Match]:
        """Drop rows whose address stays somebody else's. A dropped row's person keeps their address: so look again."""
        while True:
            future = {match.person.id: match.entry.email for match in matches if match.person}
            taken = [match for match in matches if self._owner_that_stays(match, future)]
            if not taken:
                return matches
            for match in taken:
                self.faults.append(self._taken(match, self._owner_that_stays(match, future)))
            gone = {match.entry.line for match in taken}
            matches = [match for match in matches if match.entry.line not in gone]

    def _owner_that_stays(self, match: Match, future: dict[int, str]) -> Known | None:
        owner = self.by_email.get(match.entry.email)
        if owner is None and not self.keyed_by_id:
            owner = self.by_number.get(match.entry.email)
        if owner is None or (match.person and match.person.id == owner.id):
            return None
        moves = future.get(owner.id, owner.email.lower()) != owner.email.lower()
        return None if moves else owner

    def _taken(self, match: Match, owner: Known | None) -> Fault:
        assert owner is not None
        return Fault(
            match.entry.line, self.reading.columns[Field.EMAIL], cut(match.entry.email),
            _("This e-mail is already used by %(name)s (%(number)s).")
            % {"name": owner.name, "number": owner.external_id},
            _("If the two are one person, give the row that employee ID. If not, this row needs another address."),
            "conflict",
        )  # fmt: skip
