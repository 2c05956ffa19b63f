"""Nodes → the structure tree of a tagged PDF. Source: ISO 32000-1, 14.7 and 14.8; ISO 14289-1 (PDF/UA-1)."""

from renderers.pdf.frozen.objects import Objects, decimal, pdf_string
from renderers.pdf.frozen.pages import Page
from renderers.pdf.frozen.piece import Node


class Structure:
    """The structure tree, and which element each marked content belongs to (14.7.4.4)."""

    def __init__(self, objects: Objects, page_numbers: list[int]) -> None:
        self._objects = objects
        self._page_numbers = page_numbers

    def add(self, pages: list[Page], marked: list[list[Node]]) -> int:
        """Add the tree, and return the number of its root."""
        root, document, parents = (self._objects.reserve() for _ in range(3))
        kids = []
        for place, page in enumerate(pages):
            for node in page.nodes:
                self._number(node, place)
                kids.append(node)
            for text in page.margin_texts:
                # What stands in the margins is marked, but no part of the document.
                line = Node("NonStruct")
                line.kids.append(text.node)
                self._number(line, place)
                self._write(line, document)
        for node in kids:
            self._write(node, document)
        put = self._objects.put
        put(root, b"<</Type/StructTreeRoot/ParentTree %d 0 R/K[%d 0 R]>>" % (parents, document))
        references = b" ".join(b"%d 0 R" % node.number for node in kids)
        put(document, b"<</Type/StructElem/S/Document/P %d 0 R/K[%b]>>" % (root, references))
        arrays = (
            b"%d[%b]" % (place, b" ".join(b"%d 0 R" % node.number for node in marks))
            for place, marks in enumerate(marked)
        )
        put(parents, b"<</Nums[%b]>>" % b"".join(arrays))
        return root

    def _number(self, node: Node, page: int) -> None:
        node.number = self._objects.reserve()
        node.page = self._page_numbers[page]
        for kid in node.kids:
            self._number(kid, page)

    def _write(self, node: Node, parent: int) -> None:
        own = node.number
        kids = str(node.mark) if node.mark >= 0 else " ".join([f"{kid.number} 0 R" for kid in node.kids])
        content = f"<</Type/StructElem/S/{node.role}/P {parent} 0 R/Pg {node.page} 0 R/K[{kids}]"
        more = _attributes(node) if node.table_cell or node.box else b""
        self._objects.put(own, b"%b%b>>" % (content.encode(), more))
        for kid in node.kids:
            self._write(kid, own)


def _attributes(node: Node) -> bytes:
    if node.box is not None:
        box = " ".join(decimal(value) for value in node.box).encode()
        return b"/A<</O/Layout/BBox[%b]>>/Alt%b" % (box, pdf_string(node.alt))
    if node.headers is None:
        return b"/A<</O/Table>>/ID(%d)" % node.number if node.role == "TH" else b"/A<</O/Table>>"
    return b"/A<</O/Table/Headers[%b]>>" % b"".join(b"(%d)" % head.number for head in node.headers)
