"""Strips → pages: where a page ends.

Source: CSS Fragmentation 3, 4 (breaks between blocks; margins at a break are left out).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from renderers.pdf.frozen.looks import PageLook, PageLooks
from renderers.pdf.frozen.plate import Parent, Placed, Plate, Strip
from renderers.pdf.frozen.reasons import NotFrozenError, Reason

_FUDGE = 1 + 1e-9  # WeasyPrint's own, against rounding


@dataclass(slots=True, eq=False)
class Group:
    """An element around plates and other groups; ``number`` of its object is set when it is written."""

    role: str
    kids: list["Group | Placed"] = field(default_factory=list)
    number: int = 0


@dataclass(slots=True, eq=False)
class Page:
    """What stands in the margins is outside the structure."""

    look: PageLook
    placed: list[Placed] = field(default_factory=list)
    kids: list[Group | Placed] = field(default_factory=list)
    margins: list[Placed] = field(default_factory=list)


def fill_pages(strips: Sequence[Strip], looks: PageLooks) -> list[Page]:
    """Place *strips* below one another, page by page.

    Raises:
        NotFrozenError: Strips that belong together are longer than a page.
    """
    filler = _Filler(looks)
    for cluster in _clusters(strips):
        filler.place(cluster)
    return filler.pages


class _Filler:
    def __init__(self, looks: PageLooks) -> None:
        self._looks = looks
        self.pages = [Page(looks.first)]
        self._y = looks.first.top
        self._margin = 0.0
        self._is_empty = True
        self._is_held = False
        self._open: list[tuple[Parent, Group]] = []
        self._heads: dict[Plate, Placed] = {}  # of the tables on this page

    def place(self, cluster: list[Strip]) -> None:
        """Place strips that stay together, on this page or the next."""
        if not self._fits(cluster):
            if self._is_empty or self._is_held or any(strip.cuttable for strip in cluster):
                raise NotFrozenError(Reason.page, "a part that must be cut")
            self._turn()
            if (head := cluster[0].head) is not None:
                cluster = [head, *cluster]
            if not self._fits(cluster):
                raise NotFrozenError(Reason.page, "a part that must be cut")
        for strip in cluster:
            self._put(strip)

    def _fits(self, cluster: list[Strip]) -> bool:
        y, margin, is_empty = self._y, self._margin, self._is_empty
        for strip in cluster:
            y += 0.0 if is_empty else max(margin, strip.before)
            y += strip.height
            if y > self.pages[-1].look.bottom * _FUDGE:
                return False
            y, margin, is_empty = y + strip.overhang, strip.after, False
        return True

    def _turn(self) -> None:
        self.pages.append(Page(self._looks.other))
        self._y, self._margin, self._is_empty = self._looks.other.top, 0.0, True
        self._open, self._heads = [], {}

    def _put(self, strip: Strip) -> None:
        page = self.pages[-1]
        self._y += 0.0 if self._is_empty else max(self._margin, strip.before)
        head = self._heads[strip.head.plate] if strip.head else None
        placed = self._heads[strip.plate] = Placed(plate=strip.plate, y=self._y, head=head)
        page.placed.append(placed)
        self._siblings(strip.parents).append(placed)
        self._y += strip.height + strip.overhang
        self._margin, self._is_empty, self._is_held = strip.after, False, strip.holds_next

    def _siblings(self, parents: tuple[Parent, ...]) -> list[Group | Placed]:
        """Return the kids of the innermost parent on this page; parents that are left are closed."""
        kept = 0
        while kept < min(len(self._open), len(parents)) and self._open[kept][0] is parents[kept]:
            kept += 1
        del self._open[kept:]
        for parent in parents[kept:]:
            group = Group(parent.role)
            (self._open[-1][1].kids if self._open else self.pages[-1].kids).append(group)
            self._open.append((parent, group))
        return self._open[-1][1].kids if self._open else self.pages[-1].kids


def _clusters(strips: Sequence[Strip]) -> Iterator[list[Strip]]:
    cluster: list[Strip] = []
    for strip in strips:
        if cluster and not strip.glued:
            yield cluster
            cluster = []
        cluster.append(strip)
    if cluster:
        yield cluster
