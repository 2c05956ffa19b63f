"""Where every key and value of a specification was written."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from distributor.catalogue.errors import Place

Step = str | int


class Mark(NamedTuple):
    """The places of one value and of all that is inside it; the twin of the plain data.

    A mapping has ``keys`` (the place of each key) and ``children`` by key; a list has children by index.
    """

    place: Place
    keys: Mapping[str, Place] = {}
    children: Mapping[Step, "Mark"] = {}

    def locate(self, *path: Step) -> Place:
        """Return where the value at *path* begins; of the nearest value around it if nothing was written there."""
        *_, last = self._descend(path)
        return last.place

    def locate_key(self, *path: Step) -> Place:
        """Return where the key at *path* stands; the value's place for an entry of a list and for the whole."""
        trail = list(self._descend(path))
        depth = len(trail) - 1
        if depth == 0:
            return self.place
        parent, key = trail[depth - 1], path[depth - 1]
        return parent.keys[key] if isinstance(key, str) and key in parent.keys else trail[depth].place

    def _descend(self, path: tuple[Step, ...]) -> Iterator["Mark"]:
        mark = self
        yield mark
        for step in path:
            if step not in mark.children:
                return
            mark = mark.children[step]
            yield mark


class Marked(NamedTuple):
    """Plain data with its marks."""

    data: Any
    mark: Mark


def merge(base: Marked, child: Marked) -> Marked:
    """Lay *child* over *base*: mappings are merged at every depth, everything else is replaced whole.

    Every value keeps the place where it was written, so that a fault points into the file that wrote it.
    """
    if not (isinstance(base.data, dict) and isinstance(child.data, dict)):
        return child
    data, keys, children = dict(base.data), dict(base.mark.keys), dict(base.mark.children)
    for key, value in child.data.items():
        entry = Marked(value, child.mark.children[key])
        if key in data:
            entry = merge(Marked(data[key], children[key]), entry)
        data[key], children[key], keys[key] = entry.data, entry.mark, child.mark.keys[key]
    return Marked(data, Mark(child.mark.place, keys, children))
