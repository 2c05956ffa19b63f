"""Workbooks by template: xlsxwriter writes the first of each shape, the others get their own cells in its files.

A template is proved when it is made: filled with the figures of the pack that it was made of, it must give every file of
that workbook byte for byte, or its shape is written the full way from then on.
"""

import io
import zipfile
from collections import OrderedDict
from dataclasses import dataclass
from itertools import chain, zip_longest

from renderers.pack import Pack
from renderers.xlsx.archive import Member, archive, member
from renderers.xlsx.parts import Looks, Texts, cache_text, changing_texts, chart_caches, kind_of, tokens_of
from renderers.xlsx.recording import RecordedWorkbook, UnshapedError
from renderers.xlsx.workbook import fill_workbook, render_xlsx

_KEPT = 256  # a template takes about 40 kB
Shape = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Filled:
    """A file whose changing texts stand between fixed ones; a chart's are named by formula and kind."""

    fixed: tuple[str, ...]
    caches: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Template:
    files: dict[str, Member | _Filled]


class XlsxPress:
    """Keeps the templates of the shapes it has seen."""

    def __init__(self) -> None:
        self._templates: OrderedDict[Shape, _Template | str] = OrderedDict()

    def render(self, pack: Pack) -> tuple[bytes, str]:
        """Write *pack* as `render_xlsx` does.

        Returns:
            The workbook, and how it was made: "fast", or "full: " and why.
        """
        try:
            book = RecordedWorkbook()
            fill_workbook(book, pack)
            texts, looks = changing_texts(book)
            shape = _shape(book, texts, looks)
            known = self._templates.get(shape)
            if isinstance(known, _Template):
                self._templates.move_to_end(shape)
                return archive(_members(known, book, texts)), "fast"
        except UnshapedError as error:
            return render_xlsx(pack), f"full: {error}"
        content = render_xlsx(pack)
        if known is None:
            self._keep(shape, _proved(content, book, texts))
            return content, "full: first of its shape"
        return content, f"full: {known}"

    def _keep(self, shape: Shape, template: "_Template | str") -> None:
        self._templates[shape] = template
        if len(self._templates) > _KEPT:
            self._templates.popitem(last=False)


def _shape(book: RecordedWorkbook, texts: Texts, looks: Looks) -> Shape:
    """Return all that a workbook's files hold apart from their changing texts."""
    kinds = [
        kind_of(tokens_of(book, sheet, place))
        for sheet in book.sheets
        for picture in sheet.pictures
        for place in picture.chart.named
    ]
    return (
        tuple(sheet.shape() for sheet in book.sheets),
        tuple(looks),
        tuple(kinds),
        tuple(tuple(map(bool, some)) for some in texts.values()),
        tuple(str(value) for name, value in book.properties.items() if name not in ("title", "subject")),
        tuple(name for name, _ in book.custom),
    )


def _proved(content: bytes, book: RecordedWorkbook, texts: Texts) -> "_Template | str":
    """Make a template of a workbook; a sentence if it does not give that workbook again."""
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        files = {name: opened.read(name).decode() for name in opened.namelist()}
    template = _Template({name: _cut(name, xml, texts) for name, xml in files.items()})
    for name, part in template.files.items():
        if isinstance(part, _Filled) and _fill(name, part, book, texts) != files[name]:
            return f"{name} is not what xlsxwriter writes"
    return template


def _cut(name: str, xml: str, texts: Texts) -> Member | _Filled:
    """Cut a file at its changing texts."""
    if name.startswith("xl/charts/"):
        fixed, caches = chart_caches(xml)
        return _Filled(tuple(fixed), tuple(caches))
    if not texts.get(name):
        return member(name, xml.encode())
    fixed, rest = [], xml
    for text in texts[name]:
        before, _, rest = rest.partition(text) if text else ("", "", rest)
        fixed.append(before)
    return _Filled((*fixed, rest))


def _members(template: _Template, book: RecordedWorkbook, texts: Texts) -> list[Member]:
    return [
        part if isinstance(part, Member) else member(name, _fill(name, part, book, texts).encode())
        for name, part in template.files.items()
    ]


def _fill(name: str, part: _Filled, book: RecordedWorkbook, texts: Texts) -> str:
    changing = [cache_text(book, *cache) for cache in part.caches] if part.caches else texts.get(name, [])
    return "".join(chain.from_iterable(zip_longest(part.fixed, changing, fillvalue="")))
