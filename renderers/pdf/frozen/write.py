"""Pages → a PDF 1.7 file that is tagged as WeasyPrint tags it.

Source: ISO 32000-1, 7.7 (document structure), 9.6 to 9.10 (fonts), 12.3.3 (bookmarks).
"""

from collections.abc import Mapping

from renderers.deflate import zlib_stream
from renderers.pdf.frozen.about import About, info_dictionary, xmp
from renderers.pdf.frozen.content import FONT_NAMES, PIECES, PT_PER_PX
from renderers.pdf.frozen.flow import picture_names
from renderers.pdf.frozen.looks import Weight
from renderers.pdf.frozen.objects import Objects, decimal, pdf_string
from renderers.pdf.frozen.pages import Page
from renderers.pdf.frozen.piece import Heading
from renderers.pdf.frozen.shaping import EmbeddedFont
from renderers.pdf.frozen.tree import add_tree
from renderers.pdf.pictures import Picture


def write_pdf(
    pages: list[Page], *, about: About, pictures: Mapping[str, Picture], fonts: Mapping[Weight, EmbeddedFont]
) -> bytes:
    """Return the file. The same pages give the same bytes."""
    objects = Objects(streams=2 * len(fonts) + len(pictures) + len(pages) + 1)
    catalogue, tree, resources = objects.reserve(), objects.reserve(), objects.reserve()
    objects.put(resources, _resources(objects, pictures, fonts))
    page_numbers = [_add_page(objects, page, place, tree=tree, resources=resources) for place, page in enumerate(pages)]
    kids = " ".join(f"{number} 0 R" for number in page_numbers)
    objects.put(tree, f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode())
    outlines = _add_outlines(objects, pages, page_numbers)
    structure = add_tree(objects, pages, page_numbers)
    metadata = objects.add_stream(b"/Type/Metadata/Subtype/XML", xmp(about), is_compressed=False)
    entries = [
        b"/Type/Catalog/Pages %d 0 R" % tree,
        b"/Outlines %d 0 R" % outlines if outlines else b"",
        b"/Lang" + pdf_string(about.language),
        b"/StructTreeRoot %d 0 R/MarkInfo<</Marked true>>" % structure,
        b"/ViewerPreferences<</DisplayDocTitle true>>/Metadata %d 0 R" % metadata,
    ]
    objects.put(catalogue, b"<<%b>>" % b"".join(entries))
    return objects.file(root=catalogue, info=objects.add(info_dictionary(about)))


def _resources(objects: Objects, pictures: Mapping[str, Picture], fonts: Mapping[Weight, EmbeddedFont]) -> bytes:
    names = picture_names(pictures)
    font_entries = [f"/{FONT_NAMES[weight]} {_add_font(objects, font)} 0 R" for weight, font in fonts.items()]
    picture_entries = [
        f"/{names[address]} {objects.add_stream(picture.entries(), picture.rows)} 0 R"
        for address, picture in pictures.items()
    ]
    return f"<</Font<<{''.join(font_entries)}>>/XObject<<{''.join(picture_entries)}>>>>".encode()


def _add_page(objects: Objects, page: Page, place: int, *, tree: int, resources: int) -> int:
    """Add a page and its content, and return its number."""
    stream = objects.add_stream(b"", zlib_stream(_content(page)))
    box = f"[0 0 {decimal(page.look.width * PT_PER_PX)} {decimal(page.look.height * PT_PER_PX)}]"
    entries = (
        f"<</Type/Page/Parent {tree} 0 R/MediaBox{box}/TrimBox{box}/BleedBox{box}/Contents {stream} 0 R"
        f"/Resources {resources} 0 R/Tabs/S/StructParents {place}>>"
    )
    return objects.add(entries.encode())


def _content(page: Page) -> bytes:
    """Return the content of a page, and number its marks."""
    scale, mark = decimal(PT_PER_PX), 0
    parts = [f"{scale} 0 0 -{scale} 0 {decimal(page.look.height * PT_PER_PX)} cm\n"]
    for placed in (*page.placed, *page.margins):
        placed.first_mark, first = mark, mark
        mark += len(placed.plate.elements.marked)
        parts.append(f"q 1 0 0 1 0 {decimal(placed.y)} cm\n")
        start = len(parts)
        parts += placed.plate.content
        parts[start + 2 :: PIECES] = [str(number) for number in range(first, mark)]
        parts.append("Q\n")
    return "".join(parts).encode()


def _add_font(objects: Objects, font: EmbeddedFont) -> int:
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


def _add_outlines(objects: Objects, pages: list[Page], page_numbers: list[int]) -> int:
    """Add the bookmarks: a heading of the first level holds those of the second that follow it (12.3.3)."""
    found = [
        (heading, page_numbers[number], page.look.height - placed.y)
        for number, page in enumerate(pages)
        for placed in page.placed
        for heading in placed.plate.headings
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
    for (own, text, kids), links in zip(top, _links([entry[0] for entry in top]), strict=True):
        ends = b"/First %d 0 R/Last %d 0 R" % (kids[0][0], kids[-1][0]) if kids else b""
        objects.put(own, b"<<%b/Parent %d 0 R/Count %d%b%b>>" % (text, root, len(kids), ends, links))
        for (kid, kid_text), kid_links in zip(kids, _links([kid[0] for kid in kids]), strict=True):
            objects.put(kid, b"<<%b/Parent %d 0 R/Count 0%b>>" % (kid_text, own, kid_links))
    objects.put(root, b"<</Count %d/First %d 0 R/Last %d 0 R>>" % (len(found), top[0][0], top[-1][0]))
    return root


def _destination(heading: Heading, page: int, height: float) -> bytes:
    x, y = decimal(heading.x * PT_PER_PX), decimal((height - heading.y) * PT_PER_PX)
    return b"/Title%b/Dest[%d 0 R/XYZ %b %b 0]" % (pdf_string(heading.title), page, x.encode(), y.encode())


def _links(numbers: list[int]) -> list[bytes]:
    before = [b"", *(b"/Prev %d 0 R" % number for number in numbers[:-1])]
    after = [*(b"/Next %d 0 R" % number for number in numbers[1:]), b""]
    return [one + other for one, other in zip(before, after, strict=True)] if numbers else []
