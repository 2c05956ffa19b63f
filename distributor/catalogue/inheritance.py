"""Reports that take over the keys of others (``extends``)."""

from collections.abc import Mapping

from distributor.catalogue.errors import Fault
from distributor.catalogue.marks import Mark, Marked, merge

_OWN = ("report", "abstract", "extends")  # keys that are about the file itself and are not taken over
_LONGEST = 20


def resolve_extends(
    reports: Mapping[str, Marked], *, is_complete: bool
) -> tuple[Mapping[str, Marked], frozenset[str], list[Fault]]:
    """Lay each report over the one that it extends, along whole chains.

    Args:
        reports: Documents by report name.
        is_complete: Every file could be read, so that an unknown base is a fault.

    Returns:
        The merged documents, the names of those whose base could not be resolved (they are as written, in part),
        and the faults.
    """
    resolver = _Resolver(reports, is_complete)
    merged = {name: resolver.resolve(name, ()) for name in reports}
    return merged, frozenset(resolver.broken), resolver.faults


class _Resolver:
    def __init__(self, reports: Mapping[str, Marked], is_complete: bool) -> None:
        self._reports = reports
        self._is_complete = is_complete
        self._merged: dict[str, Marked] = {}
        self.broken: set[str] = set()
        self.faults: list[Fault] = []

    def resolve(self, name: str, trail: tuple[str, ...]) -> Marked:
        """Return the merged document of *name*; *trail* holds the reports that led here."""
        if name in self._merged:
            return self._merged[name]
        own = self._reports[name]
        base = own.data.get("extends")
        if not isinstance(base, str):
            merged = own
        elif base not in self._reports:
            merged = self._unresolved(name, own, None)
        elif base in (*trail, name):
            circle = " -> ".join((*trail, name, base)[(*trail, name).index(base) :])
            merged = self._unresolved(name, own, f"extends goes in a circle: {circle}")
        elif len(trail) == _LONGEST:
            merged = self._unresolved(name, own, f"extends leads through more than {_LONGEST} reports")
        else:
            below = self.resolve(base, (*trail, name))
            if base in self.broken:
                self.broken.add(name)
            merged = merge(_without_own(below), own)
        self._merged[name] = merged
        return merged

    def _unresolved(self, name: str, own: Marked, what: str | None) -> Marked:
        self.broken.add(name)
        base = str(own.data["extends"])
        place = own.mark.locate("extends")
        if what:
            self.faults.append(Fault(place=place, what=what, remedy="Let one of them stand alone."))
        elif self._is_complete:
            known = tuple(sorted(set(self._reports) - {name}))
            self.faults.append(Fault(place=place, what=f'report "{base}" is not defined', known=known, got=base))
        return own


def _without_own(document: Marked) -> Marked:
    data = {key: value for key, value in document.data.items() if key not in _OWN}
    return Marked(data, Mark(document.mark.place, document.mark.keys, document.mark.children))
