"""Pages → the bytes of a PDF 1.7 file that is tagged as WeasyPrint tags it.

Source: ISO 32000-1 (file structure 7.5, content streams 7.8, text 9, structure 14.7 and 14.8, XMP 14.3.2);
ISO 14289-1 (PDF/UA-1).
"""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from renderers.pdf.frozen.looks import Colour, Weight
from renderers.pdf.frozen.pages import Page
from renderers.pdf.frozen.piece import Area, Box, Heading, Node, PlacedPicture, PlacedText
from renderers.pdf.frozen.shaping import EmbeddedFont, pdf_string
from renderers.pdf.pictures import Picture

_PT_PER_PX = 0.75
_EFFORT = 1  # of zlib: 6 makes the file smaller by a thirtieth, for a fifth more time
_FONT_NAMES = {Weight.normal: "F0", Weight.bold: "F1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """What the file says of itself."""

    title: str
    author: str
    keywords: str
    branch: str
    language: str
    producer: str


def write_pdf(
    pages: list[Page], *, info: Info, pictures: Mapping[str, Picture], fonts: Mapping[Weight, EmbeddedFont]
) -> bytes:
    """Return the file. The same pages give the same bytes."""
    objects = _Objects()
    catalogue, tree, resources = objects.reserve(), objects.reserve(), objects.reserve()
    font_numbers = {weight: _add_font(objects, font) for weight, font in fonts.items()}
    names = {address: f"I{place}" for place, address in enumerate(pictures)}
    x_objects = {names[address]: _add_picture(objects, picture) for address, picture in pictures.items()}
    fonts_entry = "".join(f"/{_FONT_NAMES[weight]} {number} 0 R" for weight, number in font_numbers.items())
    x_entry = "".join(f"/{name} {number} 0 R" for name, number in x_objects.items())
    objects.put(resources, f"<</Font<<{fonts_entry}>>/XObject<<{x_entry}>>>>".encode())
    page_numbers = [objects.reserve() for _ in pages]
    marked = []
    for place, (page, number) in enumerate(zip(pages, page_numbers, strict=True)):
        content, marks = _content(page, names)
        marked.append(marks)
        stream = objects.add_stream(b"", zlib.compress(content, _EFFORT))
        width, height = _number(page.look.width * _PT_PER_PX), _number(page.look.height * _PT_PER_PX)
        box = f"[0 0 {width} {height}]"
        objects.put(
            number,
            f"<</Type/Page/Parent {tree} 0 R/MediaBox{box}/TrimBox{box}/BleedBox{box}/Contents {stream} 0 R"
            f"/Resources {resources} 0 R/Tabs/S/StructParents {place}>>".encode(),
        )
    kids = " ".join(f"{number} 0 R" for number in page_numbers)
    objects.put(tree, f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode())
    outlines = _add_outlines(objects, pages, page_numbers)
    structure = _Structure(objects, page_numbers).add(pages, marked)
    metadata = objects.add_stream(b"/Type/Metadata/Subtype/XML", _xmp(info), is_compressed=False)
    objects.put(
        catalogue,
        f"<</Type/Catalog/Pages {tree} 0 R".encode()
        + (f"/Outlines {outlines} 0 R".encode() if outlines else b"")
        + b"/Lang" + pdf_string(info.language)
        + f"/StructTreeRoot {structure} 0 R/ViewerPreferences<</DisplayDocTitle true>>/MarkInfo<</Marked true>>"
        f"/Metadata {metadata} 0 R>>".encode(),
    )  # fmt: skip
    entries = {"Title": info.title, "Author": info.author, "Keywords": info.keywords, "branch": info.branch}
    about = b"".join(f"/{name}".encode() + pdf_string(text) for name, text in entries.items() if text)
    about_number = objects.add(b"<</Producer" + pdf_string(info.producer) + about + b">>")
    return objects.file(root=catalogue, info=about_number)


class _Objects:
    """Numbered objects; all but streams go into one compressed object stream (7.5.7)."""

    def __init__(self) -> None:
        self._plain: dict[int, bytes] = {}
        self._streams: dict[int, bytes] = {}
        self._last = 0

    def reserve(self) -> int:
        self._last += 1
        return self._last

    def put(self, number: int, content: bytes) -> None:
        self._plain[number] = content

    def add(self, content: bytes) -> int:
        self._last += 1
        self._plain[self._last] = content
        return self._last

    def add_stream(self, entries: bytes, content: bytes, *, is_compressed: bool = True) -> int:
        self._last += 1
        self._streams[self._last] = _stream(entries, content, is_compressed=is_compressed)
        return self._last

    def file(self, *, root: int, info: int) -> bytes:
        """Return header, objects, and the cross-reference stream (7.5.8) with the trailer."""
        parts, places, position = [b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"], {}, 15
        position = len(parts[0])
        for number, stream in self._streams.items():
            places[number] = position
            parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, stream))
            position += len(parts[-1])
        holder, index = self.reserve(), {}
        heads, bodies, offset = [], [], 0
        for order, (number, content) in enumerate(self._plain.items()):
            index[number] = order
            heads.append(b"%d %d" % (number, offset))
            bodies.append(content)
            offset += len(content) + 1
        head = b" ".join(heads) + b"\n"
        entries = b"/Type/ObjStm/N %d/First %d" % (len(heads), len(head))
        content = zlib.compress(head + b"\n".join(bodies), _EFFORT)
        places[holder] = position
        parts.append(b"%d 0 obj\n%b\nendobj\n" % (holder, _stream(entries, content)))
        position += len(parts[-1])
        own = self.reserve()
        places[own] = position
        table = [b"\0\0\0\0\0\xff\xff"]
        for number in range(1, own + 1):
            if number in places:
                table.append(b"\1" + places[number].to_bytes(4, "big") + b"\0\0")
            else:
                table.append(b"\2" + holder.to_bytes(4, "big") + index[number].to_bytes(2, "big"))
        entries = b"/Type/XRef/W[1 4 2]/Size %d/Root %d 0 R/Info %d 0 R" % (own + 1, root, info)
        parts.append(b"%d 0 obj\n%b\nendobj\n" % (own, _stream(entries, zlib.compress(b"".join(table), _EFFORT))))
        parts.append(b"startxref\n%d\n%%%%EOF\n" % position)
        return b"".join(parts)


class _Structure:
    """The structure tree, and which element each marked content belongs to (14.7.4.4)."""

    def __init__(self, objects: _Objects, page_numbers: list[int]) -> None:
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
        number = node.number
        kids = str(node.mark) if node.mark >= 0 else " ".join([f"{kid.number} 0 R" for kid in node.kids])
        content = f"<</Type/StructElem/S/{node.role}/P {parent} 0 R/Pg {node.page} 0 R/K[{kids}]"
        more = _attributes(node) if node.table_cell or node.box else b""
        self._objects.put(number, b"%b%b>>" % (content.encode(), more))
        for kid in node.kids:
            self._write(kid, number)


def _attributes(node: Node) -> bytes:
    if node.box is not None:
        box = " ".join(_number(value) for value in node.box).encode()
        return b"/A<</O/Layout/BBox[%b]>>/Alt%b" % (box, pdf_string(node.alt))
    if node.headers is None:
        return b"/A<</O/Table>>/ID(%d)" % node.number if node.role == "TH" else b"/A<</O/Table>>"
    return b"/A<</O/Table/Headers[%b]>>" % b"".join(b"(%d)" % head.number for head in node.headers)


def _content(page: Page, names: Mapping[str, str]) -> tuple[bytes, list[Node]]:
    """Return a page's content, and the node of each of its marks."""
    scale = _number(_PT_PER_PX)
    marks: list[Node] = []
    parts = [
        f"{scale} 0 0 -{scale} 0 {_number(page.look.height * _PT_PER_PX)} cm\nq\n",
        *map(_area, page.piece.areas),
        *_texts(page.piece.texts, marks),
        *_pictures(page.piece.pictures, names, marks),
        "Q\n",
        *map(_area, page.margin_areas),
    ]
    for text in page.margin_texts:
        parts += ("q\n", *_texts([text], marks), "Q\n")
    return "".join(parts).encode(), marks


def _area(area: Area) -> str:
    box = f"{_short(area.x)} {_short(area.y)} {_short(area.width)} {_short(area.height)} re"
    if area.is_line:
        y, end = _short(area.y + area.height / 2), _short(area.x + area.width)
        path = f"{_rgb(area.colour)} RG {_number(area.height)} w {_short(area.x)} {y} m {end} {y} l S"
    elif area.frame is None:
        path = f"{_rgb(area.colour)} rg {box} f"
    else:
        frame = " ".join(map(_short, area.frame))
        left, top, right, bottom = map(_short, (area.x, area.y, area.x + area.width, area.y + area.height))
        corners = f"{right} {top} m {left} {top} l {left} {bottom} l {right} {bottom} l"
        path = f"{corners} W* n {_rgb(area.colour)} rg {_inside(area, area.frame)} re {frame} re f*"
    return f"/Artifact BMC q {path} Q EMC\n"


def _inside(area: Area, frame: Box) -> str:
    """Return what *frame* holds beside its one edge."""
    x, y, width, height = frame
    if area.width < width:
        return " ".join(map(_short, (x if area.x > x else x + area.width, y, width - area.width, height)))
    return " ".join(map(_short, (x, y if area.y > y else y + area.height, width, height - area.height)))


def _texts(texts: list[PlacedText], marks: list[Node]) -> Iterable[str]:
    colour: Colour | None = None
    for text in texts:
        kind = text.type
        text.node.mark = len(marks)
        marks.append(text.node)
        ink = f"{_rgb(kind.colour)} rg " if kind.colour != colour else ""
        colour = kind.colour
        # Place before size, as WeasyPrint writes them: programs that extract text judge line ends by both.
        yield (
            f"/Span<</MCID {text.node.mark}>>BDC {ink}BT 1 0 0 -1 {_short(text.x)} {_short(text.y)} Tm "
            f"/{_FONT_NAMES[kind.weight]} {_points(kind.size)} Tf {text.run.show}TJ ET EMC\n"
        )


def _points(size: float) -> str:
    """Return a size as Pango has it, in whole units."""
    return _number(int(size * 1024) / 1024)


def _pictures(pictures: list[PlacedPicture], names: Mapping[str, str], marks: list[Node]) -> Iterable[str]:
    for picture in pictures:
        picture.node.mark = len(marks)
        marks.append(picture.node)
        yield (
            f"/Figure<</MCID {picture.node.mark}>>BDC q {_number(picture.width)} 0 0 {_number(-picture.height)} "
            f"{_number(picture.x)} {_number(picture.y + picture.height)} cm /{names[picture.address]} Do Q EMC\n"
        )


def _add_font(objects: _Objects, font: EmbeddedFont) -> int:
    file = objects.add_stream(b"/Length1 %d" % font.length, font.file)
    to_unicode = objects.add_stream(b"", font.to_unicode)
    descriptor = objects.add(
        f"<</Type/FontDescriptor/FontName/{font.name}/FontFamily(Pack Sans)/Flags 4"
        f"/FontBBox[0 {font.descent} {font.widest} {font.ascent}]/ItalicAngle 0/Ascent {font.ascent}"
        f"/Descent {font.descent}/CapHeight {font.ascent}/StemV 80/StemH 80/FontFile2 {file} 0 R>>".encode()
    )
    descendant = objects.add(
        f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{font.name}"
        "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/CIDToGIDMap/Identity"
        f"/W{font.widths}/FontDescriptor {descriptor} 0 R>>".encode()
    )
    return objects.add(
        f"<</Type/Font/Subtype/Type0/BaseFont/{font.name}/Encoding/Identity-H/DescendantFonts[{descendant} 0 R]"
        f"/ToUnicode {to_unicode} 0 R>>".encode()
    )


def _add_picture(objects: _Objects, picture: Picture) -> int:
    stream = picture.get_x_object(True, 1)
    entries = stream.extra
    return objects.add_stream(
        b"".join(f"/{name} ".encode() + _plain(value) for name, value in entries.items() if name != "Filter"),
        picture.rows,
    )


def _plain(value: object) -> bytes:
    data: bytes = getattr(value, "data", None) or str(value).encode()
    return data


def _add_outlines(objects: _Objects, pages: list[Page], page_numbers: list[int]) -> int:
    """Add the bookmarks: a heading of the first level holds those of the second that follow it (12.3.3)."""
    found = [
        (heading, page_numbers[place], page.look.height)
        for place, page in enumerate(pages)
        for heading in page.piece.headings
    ]
    if not found:
        return 0
    root = objects.reserve()
    top: list[tuple[int, bytes, list[tuple[int, bytes]]]] = []
    for heading, page, height in found:
        entry = (objects.reserve(), _destination(heading, page, height))
        if heading.level == 1 or not top:
            top.append((*entry, []))
        else:
            top[-1][2].append(entry)
    for (number, text, kids), links in zip(top, _links([entry[0] for entry in top]), strict=True):
        ends = b"/First %d 0 R/Last %d 0 R" % (kids[0][0], kids[-1][0]) if kids else b""
        objects.put(number, b"<<%b/Parent %d 0 R/Count %d%b%b>>" % (text, root, len(kids), ends, links))
        for (kid, kid_text), kid_links in zip(kids, _links([kid[0] for kid in kids]), strict=True):
            objects.put(kid, b"<<%b/Parent %d 0 R/Count 0%b>>" % (kid_text, number, kid_links))
    objects.put(root, b"<</Count %d/First %d 0 R/Last %d 0 R>>" % (len(found), top[0][0], top[-1][0]))
    return root


def _destination(heading: Heading, page: int, height: float) -> bytes:
    x, y = _number(heading.x * _PT_PER_PX), _number((height - heading.y) * _PT_PER_PX)
    return b"/Title%b/Dest[%d 0 R/XYZ %b %b 0]" % (pdf_string(heading.title), page, x.encode(), y.encode())


def _links(numbers: list[int]) -> list[bytes]:
    before = [b"", *(b"/Prev %d 0 R" % number for number in numbers[:-1])]
    after = [*(b"/Next %d 0 R" % number for number in numbers[1:]), b""]
    return [one + other for one, other in zip(before, after, strict=True)] if numbers else []


def _xmp(info: Info) -> bytes:
    """Return the metadata as WeasyPrint writes them."""
    about = '<rdf:Description rdf:about=""'
    title = f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(info.title)}</rdf:li></rdf:Alt></dc:title>'
    author = f"<dc:creator><rdf:Seq><rdf:li>{escape(info.author)}</rdf:li></rdf:Seq></dc:creator>"
    keywords = f"<pdf:Keywords>{escape(info.keywords)}</pdf:Keywords>"
    said = [
        f"{about}>{part}</rdf:Description>"
        for part, text in ((title, info.title), (author, info.author), (keywords, info.keywords))
        if text
    ]
    rdf = (
        '<rdf:RDF xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" '
        'xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'{about} pdfuaid:part="1" />{about} pdf:Producer="{escape(info.producer)}" />{"".join(said)}</rdf:RDF>'
    )
    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        f'{rdf}\n</x:xmpmeta>\n<?xpacket end="r"?>'
    ).encode()


def _stream(entries: bytes, content: bytes, *, is_compressed: bool = True) -> bytes:
    filters = b"/Filter/FlateDecode" if is_compressed else b""
    return b"<<%b%b/Length %d>>\nstream\n%b\nendstream" % (entries, filters, len(content), content)


def _rgb(colour: Colour) -> str:
    return " ".join(map(_number, colour))


def _number(value: float) -> str:
    return f"{value:f}".rstrip("0").rstrip(".")


def _short(value: float) -> str:
    """Return a place or a size to a thousandth of a px."""
    return f"{value:.3f}"
