"""Line managers by employee ID: found, and never in a circle."""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from trellis.people.directory.fields import Field
from trellis.people.directory.known import Known
from trellis.people.directory.matching import Match, Ref
from trellis.people.directory.rows import Fault, Reading, cut


class Managers:
    """Resolves what the rows say about managers. A link that cannot stand is left out, its row goes in without it."""

    def __init__(self, known: Sequence[Known], matches: Sequence[Match], reading: Reading) -> None:
        self.column = reading.header_of(Field.MANAGER)
        self.faults: list[Fault] = []
        self.names: dict[Ref, str] = {person.id: person.name for person in known}
        self.names |= {match.ref: match.entry.name for match in matches}
        self.refs = _refs(known, matches)
        self.stated = {match.ref: match for match in matches if match.entry.manager is not None}
        self.of: dict[Ref, Ref | None] = {person.id: person.manager_id for person in known}
        self.of |= {ref: self._found(match) for ref, match in self.stated.items()}
        for circle in list(_circles(self.of)):
            self._open(circle)

    def _found(self, match: Match) -> Ref | None:
        text = match.entry.manager or ""
        if not text:
            return None
        ref = self.refs.get(text) or self.refs.get(text.lower())
        if ref is None:
            self._report(
                match,
                _("Nobody in the directory, and no good row of this file, has this employee ID."),
                _("Correct the ID, or add that person. Until then nobody counts as this person's manager."),
            )
        elif ref == match.ref:
            self._report(
                match, _("This person would be their own manager."), _("Enter the manager, or leave it empty.")
            )
            return None
        return ref

    def _open(self, circle: Sequence[Ref]) -> None:
        names = " → ".join(self.names[ref] for ref in [*circle[:8], circle[0]])
        for ref in circle:
            if ref in self.stated:
                self.of[ref] = None
                self._report(
                    self.stated[ref],
                    _("The managers form a circle: %(names)s.") % {"names": names},
                    _("Correct the manager of one of them. Until then these links are left out."),
                )

    def _report(self, match: Match, what: str, cure: str) -> None:
        value = cut(match.entry.manager or "")
        self.faults.append(Fault(match.entry.line, self.column, value, what, cure, "conflict", applied=True))

    def depth(self, refs: Iterable[Ref]) -> dict[Ref, int]:
        """How many of `refs` stand above each of them: whoever is added in this order finds their manager there."""
        wanted = set(refs)
        depths: dict[Ref, int] = {}
        for start in wanted:
            path = []
            ref: Ref | None = start
            while ref in wanted and ref not in depths:
                path.append(ref)
                ref = self.of.get(ref)
            above = depths.get(ref, -1) if ref is not None else -1
            for place, below in enumerate(reversed(path), start=above + 1):
                depths[below] = place
        return depths


def _refs(known: Sequence[Known], matches: Sequence[Match]) -> dict[str, Ref]:
    """Everybody by employee ID and by e-mail, as they will be called after the import."""
    matched = {match.person.id for match in matches if match.person}
    others = [person for person in known if person.id not in matched]
    refs = {person.email.lower(): person.id for person in others}
    refs |= {match.entry.email: match.ref for match in matches}
    refs |= {person.external_id: person.id for person in others}
    refs |= {match.person.external_id: match.ref for match in matches if match.person}
    return refs | {match.entry.external_id: match.ref for match in matches if match.entry.external_id}


def _circles(manager_of: Mapping[Ref, Ref | None]) -> Iterable[list[Ref]]:
    """Every circle once. Each person has at most one manager, so following the links either ends or comes round."""
    seen: set[Ref] = set()
    for start in manager_of:
        path: dict[Ref, int] = {}
        ref: Ref | None = start
        while ref is not None and ref not in seen and ref not in path:
            path[ref] = len(path)
            ref = manager_of.get(ref)
        if ref is not None and ref in path:
            yield list(path)[path[ref] :]
        seen.update(path)
