"""Workbooks by template: files that xlsxwriter wrote once are used again, with this pack's own figures in them.

A file is known again by all that it depends on apart from those figures. A template is proved when it is made, and
whenever xlsxwriter writes a workbook anew: filled with the figures of that pack it must give the file byte for byte, or
workbooks with such a file are written the full way from then on.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest

from renderers.pack import Pack
from renderers.xlsx.archive import Member, archive, member
from renderers.xlsx.parts import cache_text, changing_texts, chart_caches, kind_of, tokens_of
from renderers.xlsx.recording import RecordedWorkbook, UnshapedError
from renderers.xlsx.workbook import fill_workbook, render_xlsx

_MOST_TEMPLATES = 2_000  # of about 10 kB
_NAMING_RANGES = ("xl/workbook.xml", "docProps/app.xml")
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Filled:
    """A file whose changing texts stand between fixed ones; a chart's are named by formula and kind."""

    fixed: tuple[str, ...]
    caches: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Broken:
    """A file that a template does not give."""


class _Book:
    """One pack's workbook: its changing texts, and by what each of its files is known."""

    def __init__(self, pack: Pack) -> None:
        self.recorded = RecordedWorkbook()
        fill_workbook(self.recorded, pack)
        self.texts, looks = changing_texts(self.recorded)
        names = tuple(sheet.name for sheet in self.recorded.sheets)
        properties = tuple(str(self.recorded.properties[name]) for name in ("author", "company", "created"))
        has_charts = tuple(len(sheet.pictures) for sheet in self.recorded.sheets)
        ranges = tuple((sheet.repeated, sheet.filter and sheet.filter[1::2]) for sheet in self.recorded.sheets)
        self._caches: dict[tuple[str, str], str] = {}
        self._common: Key = (names, has_charts, properties)
        self.keys: dict[str, Key] = dict(self._file_keys())
        self.keys["xl/styles.xml"] = tuple(look.properties for look in looks)
        for name in _NAMING_RANGES:
            self.keys[name] = (*self._common, ranges)

    def key(self, name: str) -> Key:
        """Return what the file *name* depends on, apart from its changing texts."""
        present = tuple(map(bool, self.texts.get(name, ())))
        return (name, self.keys.get(name, self._common), present)

    def layout(self) -> Key:
        """Return what decides which files there are."""
        return self._common

    def filled(self, name: str, part: _Filled) -> str:
        """Return a file with this pack's texts."""
        changing = [self._cache(cache) for cache in part.caches] or self.texts.get(name, [])
        return "".join(chain.from_iterable(zip_longest(part.fixed, changing, fillvalue="")))

    def _cache(self, cache: tuple[str, str]) -> str:
        """Return what a chart keeps of some cells; all its series have the same categories."""
        if cache not in self._caches:
            self._caches[cache] = cache_text(self.recorded, *cache)
        return self._caches[cache]

    def _file_keys(self) -> Iterator[tuple[str, Key]]:
        charts = 0
        for number, sheet in enumerate(self.recorded.sheets, start=1):
            yield f"xl/worksheets/sheet{number}.xml", (repr(sheet.calls), len(sheet.pictures))
            for picture in sheet.pictures:
                charts += 1
                # All series have the same categories.
                kinds = {place: kind_of(tokens_of(self.recorded, sheet, place)) for place in picture.chart.named}
                yield f"xl/charts/chart{charts}.xml", (repr(picture.chart), *kinds.values())
                yield f"xl/drawings/drawing{charts}.xml", (picture.row, picture.column, sheet.covered(picture))


class XlsxPress:
    """Keeps the templates of the files it has seen."""

    def __init__(self) -> None:
        self._files: dict[Key, tuple[str, ...]] = {}
        self._templates: dict[Key, Member | _Filled | _Broken] = {}

    def render(self, pack: Pack) -> tuple[bytes, str]:
        """Write *pack* as `render_xlsx` does.

        Returns:
            The workbook, and how it was made: "fast", or "full: " and why.
        """
        try:
            book = _Book(pack)
        except UnshapedError as error:
            return render_xlsx(pack), f"full: {error}"
        members, missing = self._members(book)
        if not missing:
            return archive(members), "fast"
        content = render_xlsx(pack)
        self._learn(content, book)
        return content, f"full: {missing}"

    def _members(self, book: _Book) -> tuple[list[Member], str]:
        """Return the files of a workbook, or else why they cannot be made."""
        names = self._files.get(book.layout())
        if names is None:
            return [], "first of its shape"
        members = []
        for name in names:
            part = self._templates.get(book.key(name))
            match part:
                case Member():
                    members.append(part)
                case _Filled():
                    members.append(member(name, book.filled(name, part).encode()))
                case _Broken():
                    return [], f"no template gives {name}"
                case None:
                    return [], "first of its shape"
        return members, ""

    def _learn(self, content: bytes, book: _Book) -> None:
        """Make templates of a workbook's files, and hold those that are there already against it."""
        if len(self._templates) > _MOST_TEMPLATES:
            self._templates.clear()
            self._files.clear()
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            files = {name: opened.read(name).decode() for name in opened.namelist()}
        self._files[book.layout()] = tuple(files)
        for name, xml in files.items():
            key = book.key(name)
            part = self._templates.get(key) or _cut(name, xml, book)
            self._templates[key] = part if _gives(part, name, xml, book) else _Broken()


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
    if name.startswith("xl/charts/"):
        fixed, caches = chart_caches(xml)
        return _Filled(tuple(fixed), tuple(caches))
    if not book.texts.get(name):
        return member(name, xml.encode())
    between, rest = [], xml
    for text in book.texts[name]:
        before, _, rest = rest.partition(text) if text else ("", "", rest)
        between.append(before)
    return _Filled((*between, rest))
