"""The structure tree of a document, and which element each marked content belongs to.

Source: ISO 32000-1, 14.7.2 and 14.7.4.4.
"""

from collections.abc import Sequence

from renderers.pdf.frozen.objects import Objects
from renderers.pdf.frozen.pages import Group, Page
from renderers.pdf.frozen.plate import Placed


def add_tree(objects: Objects, pages: list[Page], page_numbers: list[int]) -> int:
    """Add the tree, and return the number of its root."""
    root, document, parents = (objects.reserve() for _ in range(3))
    references = []
    for page, number in zip(pages, page_numbers, strict=True):
        references.append(_add_kids(objects, page.kids, document, number))
        # What stands in the margins is marked, but no part of the document.
        _add_kids(objects, page.margins, document, number)
    objects.put(root, b"<</Type/StructTreeRoot/ParentTree %d 0 R/K[%d 0 R]>>" % (parents, document))
    kids = b" ".join(references)
    objects.put(document, b"<</Type/StructElem/S/Document/P %d 0 R/K[%b]>>" % (root, kids))
    arrays = (b"%d[%b]" % (place, _marked(page)) for place, page in enumerate(pages))
    objects.put(parents, b"<</Nums[%b]>>" % b"".join(arrays))
    return root


def _add_kids(objects: Objects, kids: Sequence[Group | Placed], parent: int, page: int) -> bytes:
    """Add elements with all that is in them, and return the references to them."""
    for kid in kids:
        kid.number = objects.reserve(kid.plate.elements.count if isinstance(kid, Placed) else 1)
        if isinstance(kid, Placed):
            objects.put_all(kid.number, _elements(kid, parent, page))
        else:
            inside = _add_kids(objects, kid.kids, kid.number, page)
            entries = (kid.role.encode(), parent, page, inside)
            objects.put(kid.number, b"<</Type/StructElem/S/%b/P %d 0 R/Pg %d 0 R/K[%b]>>" % entries)
    return b" ".join([b"%d 0 R" % kid.number for kid in kids])


def _elements(placed: Placed, parent: int, page: int) -> list[bytes]:
    return placed.plate.elements.filled(
        own=placed.number,
        parent=parent,
        page=page,
        mark=placed.first_mark,
        head=placed.head.number if placed.head else 0,
        top=placed.y,
        alts=placed.plate.alts,
    )


def _marked(page: Page) -> bytes:
    """Return the elements of a page's marks in order."""
    numbers = [
        placed.number + element for placed in (*page.placed, *page.margins) for element in placed.plate.elements.marked
    ]
    return b" ".join([b"%d 0 R" % number for number in numbers])
