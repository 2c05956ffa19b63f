"""Workbooks by template: files that xlsxwriter wrote once are used again, with this pack's own figures in them.

A file is known again by all that it depends on apart from those figures. A template is proved when it is made, and
whenever xlsxwriter writes a workbook anew: filled with the figures of that pack it must give the file byte for byte, or
workbooks with such a file are written the full way from then on.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from renderers.pack import Pack
from renderers.xlsx.archive import Member, archive, member
from renderers.xlsx.parts import changing_texts
from renderers.xlsx.recording import LookRecorder, RecordedWorkbook
from renderers.xlsx.sheet import styles_file
from renderers.xlsx.styles import Styles
from renderers.xlsx.workbook import fill_workbook, render_xlsx
from renderers.xlsx.xml import UnshapedError, interleaved

_MOST_TEMPLATES = 2_000  # of about 10 kB
_MOST_PACKED = 200
_MOST_STYLES = 32
_STYLES = "xl/styles.xml"
_RETURNING = (".rels", "[Content_Types].xml", "xl/workbook.xml", "docProps/app.xml")
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Filled:
    """A file whose changing texts stand between fixed ones."""

    fixed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Broken:
    """A file that a template does not give."""


class _Book:
    """One pack's workbook: its files in order, each with its changing texts and with what else it depends on."""

    def __init__(self, styles: Styles, pack: Pack, alt_texts: Mapping[str, str] | None) -> None:
        self._recorded = RecordedWorkbook()
        fill_workbook(self._recorded, styles, pack, alt_texts=alt_texts)
        self._texts, self.looks, self._category_kinds = changing_texts(self._recorded)
        self.keys: dict[str, Key] = {}
        for name, kind in self._kinds():
            texts = self._texts.get(name, ())
            self.keys[name] = (*kind, *map(bool, texts))

    def texts(self, name: str) -> list[str]:
        """Return the changing texts of a file."""
        return self._texts.get(name, [])

    def filled(self, name: str, part: _Filled) -> str:
        """Return a file with this pack's texts."""
        return interleaved(part.fixed, [*self.texts(name), ""])

    def _kinds(self) -> Iterator[tuple[str, Key]]:
        """Yield the files in xlsxwriter's order, each with all that it depends on apart from its changing texts."""
        book = self._recorded
        charts = [picture.chart for sheet in book.sheets for picture in sheet.pictures]
        numbers = range(1, len(charts) + 1)
        yield "[Content_Types].xml", ("types",)
        yield "_rels/.rels", ("relations",)
        yield "xl/_rels/workbook.xml.rels", ("sheets", len(book.sheets))
        for number, sheet in enumerate(book.sheets, start=1):
            yield f"xl/worksheets/sheet{number}.xml", ("sheet", number == 1, *sheet.shape)
        yield "xl/workbook.xml", ("workbook",)
        for number, chart, kinds in zip(numbers, charts, self._category_kinds, strict=True):
            yield f"xl/charts/chart{number}.xml", ("chart", number, chart.shape, kinds)
        for number in numbers:
            yield f"xl/drawings/drawing{number}.xml", ("drawing",)
        yield "xl/sharedStrings.xml", ("strings",)
        yield _STYLES, ("styles", self.looks)
        yield "docProps/custom.xml", ("custom", *(name for name, _ in book.custom))
        yield "xl/theme/theme1.xml", ("theme",)
        for number, sheet in enumerate(book.sheets, start=1):
            if sheet.pictures:
                yield f"xl/worksheets/_rels/sheet{number}.xml.rels", ("drawing of a sheet",)
        for number in numbers:
            yield f"xl/drawings/_rels/drawing{number}.xml.rels", ("chart of a drawing",)
        yield "docProps/core.xml", ("core", book.properties["author"], book.properties["created"])
        yield "docProps/app.xml", ("app", book.properties["company"])


class XlsxPress:
    """Keeps the templates of the files it has seen."""

    def __init__(self) -> None:
        self._templates: dict[Key, Member | _Filled | _Broken] = {}
        self._packed: dict[tuple[str, str], Member] = {}
        self._styles: dict[tuple[str, str], Styles] = {}

    def render(self, pack: Pack, *, alt_texts: Mapping[str, str] | None = None) -> tuple[bytes, str]:
        """Write *pack* as `render_xlsx` does.

        Returns:
            The workbook, and how it was made: "fast", or "full: " and why.
        """
        try:
            book = _Book(self._recorded_styles(pack), pack, alt_texts)
        except UnshapedError as error:
            return render_xlsx(pack, alt_texts=alt_texts), f"full: {error}"
        members, missing = self._members(book)
        if not missing:
            return archive(members), "fast"
        content = render_xlsx(pack, alt_texts=alt_texts)
        self._learn(content, book)
        return content, f"full: {missing}"

    def _recorded_styles(self, pack: Pack) -> Styles:
        """Return looks for packs of this language and accent, made once."""
        key = pack.language, pack.accent
        if key not in self._styles:
            if len(self._styles) >= _MOST_STYLES:
                self._styles.clear()
            self._styles[key] = Styles(LookRecorder(), language=pack.language, accent=pack.accent)
        return self._styles[key]

    def _members(self, book: _Book) -> tuple[list[Member], str]:
        """Return the files of a workbook, or else why they cannot be made."""
        members = []
        for name, key in book.keys.items():
            part = self._templates.get(key)
            if part is None and name == _STYLES:
                part = self._templates[key] = member(name, styles_file(look.properties for look in book.looks))
            match part:
                case Member():
                    members.append(part)
                case _Filled() if name.endswith(_RETURNING):
                    members.append(self._returning(name, book.filled(name, part)))
                case _Filled():
                    members.append(member(name, book.filled(name, part).encode()))
                case _Broken():
                    return [], f"no template gives {name}"
                case None:
                    return [], "first of its shape"
        return members, ""

    def _returning(self, name: str, xml: str) -> Member:
        """Return a file of which packs have few different ones, compressed once."""
        if (name, xml) not in self._packed:
            if len(self._packed) >= _MOST_PACKED:
                self._packed.clear()
            self._packed[name, xml] = member(name, xml.encode())
        return self._packed[name, xml]

    def _learn(self, content: bytes, book: _Book) -> None:
        """Make templates of a workbook's files, and hold those that are there already against it."""
        if len(self._templates) > _MOST_TEMPLATES:
            self._templates.clear()
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            files = {name: opened.read(name).decode() for name in opened.namelist()}
        has_all = tuple(files) == tuple(book.keys)
        for name, key in book.keys.items():
            xml = files.get(name, "")
            part = self._templates.get(key) or _cut(name, xml, book)
            self._templates[key] = part if has_all and _gives(part, name, xml, book) else _Broken()


def _gives(part: Member | _Filled | _Broken, name: str, xml: str, book: _Book) -> bool:
    match part:
        case Member():
            return part == member(name, xml.encode())
        case _Filled():
            return book.filled(name, part) == xml
        case _Broken():
            return False


def _cut(name: str, xml: str, book: _Book) -> Member | _Filled:
    """Cut a file at its changing texts."""
    texts = book.texts(name)
    if not texts:
        return member(name, xml.encode())
    between, rest = [], xml
    for text in texts:
        before, _, rest = rest.partition(text) if text else ("", "", rest)
        between.append(before)
    return _Filled((*between, rest))
