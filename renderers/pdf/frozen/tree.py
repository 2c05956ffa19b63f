"""The structure tree of a document, and which element each marked content belongs to.

Source: ISO 32000-1, 14.7.2 and 14.7.4.4.
"""

from collections.abc import Sequence

from renderers.pdf.frozen.objects import Objects
from renderers.pdf.frozen.pages import Group, Page
from renderers.pdf.frozen.plate import Placed
from renderers.pdf.frozen.structure import BETWEEN


def add_tree(objects: Objects, pages: list[Page], page_numbers: list[int]) -> int:
    """Add the tree, and return the number of its root."""
    root, document, parents = (objects.reserve() for _ in range(3))
    elements = _Elements(objects.next_number)
    references = []
    for page, number in zip(pages, page_numbers, strict=True):
        references.append(elements.add_all(page.kids, document, number))
        # What stands in the margins is marked, but no part of the document.
        elements.add_all(page.margins, document, number)
    objects.add_all(elements.written())
    objects.put(root, b"<</Type/StructTreeRoot/ParentTree %d 0 R/K[%d 0 R]>>" % (parents, document))
    kids = " ".join(references).encode()
    objects.put(document, b"<</Type/StructElem/S/Document/P %d 0 R/K[%b]>>" % (root, kids))
    arrays = [f"{place}[{_marked(page)}]" for place, page in enumerate(pages)]
    objects.put(parents, f"<</Nums[{''.join(arrays)}]>>".encode())
    return root


class _Elements:
    """Elements in the order of their numbers, as one text with slots for all numbers in them."""

    def __init__(self, first: int) -> None:
        self._next = first
        self._templates: list[str] = []
        self._numbers: list[float] = []

    def add_all(self, kids: Sequence[Group | Placed], parent: int, page: int) -> str:
        """Add elements with all that is in them, and return the references to them."""
        for kid in kids:
            kid.number = own = self._next
            if isinstance(kid, Group):
                self._next += 1
                place = len(self._templates)
                self._templates.append("")
                inside = self.add_all(kid.kids, own, page)
                self._templates[place] = f"<</Type/StructElem/S/{kid.role}/P {parent} 0 R/Pg {page} 0 R/K[{inside}]>>"
                continue
            elements, head = kid.plate.elements, kid.head.number if kid.head else 0
            self._next += elements.count
            self._templates.append(elements.said(kid.plate.alts))
            self._numbers += elements.numbers(own, parent, page, kid.first_mark, head, kid.y)
        return " ".join([f"{kid.number} 0 R" for kid in kids])

    def written(self) -> list[bytes]:
        """Return the objects."""
        text = BETWEEN.join(self._templates) % tuple(self._numbers)
        return text.encode().split(BETWEEN.encode())


def _marked(page: Page) -> str:
    """Return the elements of a page's marks in order."""
    numbers = [
        placed.number + element for placed in (*page.placed, *page.margins) for element in placed.plate.elements.marked
    ]
    return "%d 0 R " * len(numbers) % tuple(numbers)
