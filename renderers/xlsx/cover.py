"""The first and the last sheet: what the workbook holds, and what its figures mean."""

from collections.abc import Sequence
from typing import Any

from renderers.language import formatter
from renderers.pack import Pack
from renderers.sections import TextSection
from renderers.xlsx.columns import printable
from renderers.xlsx.grid import LINE_POINTS, wrapped_lines
from renderers.xlsx.styles import Styles

_NAME_WIDTH, _TEXT_WIDTH = 30, 96  # characters


class _Sheet:
    """Two columns: a name, and a wrapped text."""

    def __init__(self, sheet: Any, styles: Styles, *, heading: str, caption: str) -> None:
        self._sheet = sheet
        self._styles = styles
        self._row = 3
        sheet.set_column(0, 0, _NAME_WIDTH)
        sheet.set_column(1, 1, _TEXT_WIDTH)
        sheet.set_row(0, 24)
        sheet.write_string(0, 0, printable(heading), styles.heading)
        sheet.write_string(1, 0, printable(caption), styles.caption)

    def line(self, name: str, text: str, *, look: Any = None) -> None:
        """Write a name and its text."""
        self._name(name)
        # Excel would fit the height by itself, other programs do not.
        lines = max(wrapped_lines(text, _TEXT_WIDTH), wrapped_lines(name, _NAME_WIDTH))
        self._sheet.set_row(self._row, LINE_POINTS * lines)
        self._sheet.write_string(self._row, 1, printable(text), look or self._styles.text)
        self._row += 1

    def link(self, name: str, *, sheet_name: str, text: str) -> None:
        """Write a name and a link to a sheet."""
        self._name(name)
        place = sheet_name.replace("'", "''")
        self._sheet.write_url(self._row, 1, f"internal:'{place}'!A1", self._styles.link, printable(text))
        self._row += 1

    def gap(self) -> None:
        """Leave a row empty."""
        self._row += 1

    def _name(self, name: str) -> None:
        if name:
            self._sheet.write_string(self._row, 0, printable(name), self._styles.name)


def write_overview(sheet: Any, styles: Styles, pack: Pack, *, contents: Sequence[tuple[str, str]]) -> None:
    """Write the first sheet: banners, the texts of the pack, and links to the other sheets.

    Args:
        sheet: An empty sheet.
        styles: Of the same workbook.
        pack: The pack.
        contents: Name of a sheet and its heading, in order.
    """
    word = formatter(pack.language).word
    page = _Sheet(sheet, styles, heading=pack.title, caption=pack.organisation)
    for notice in pack.notices:
        page.line("", notice, look=styles.notice)
    if pack.notices:
        page.gap()
    page.line(word("xlsx_branch"), pack.branch_name)
    page.line(word("xlsx_period"), pack.period)
    for section in pack.sections:
        if isinstance(section, TextSection):
            page.gap()
            texts = [*section.paragraphs, *([section.note] if section.note else [])]
            for number, text in enumerate(texts):
                page.line(section.heading if number == 0 else "", text)
    page.gap()
    for number, (sheet_name, heading) in enumerate(contents):
        page.link(word("xlsx_contents") if number == 0 else "", sheet_name=sheet_name, text=heading)


def write_about(sheet: Any, styles: Styles, pack: Pack) -> None:
    """Write the last sheet: definitions, period, sources, owner, and the ids of run and snapshot."""
    word, about = formatter(pack.language).word, pack.about
    page = _Sheet(sheet, styles, heading=word("xlsx_about"), caption=f"{pack.branch_name} · {pack.period}")
    for definition in about.definitions:
        page.line(definition.label, definition.text)
    page.gap()
    page.line(word("xlsx_period"), about.period)
    for number, source in enumerate(about.sources):
        page.line(word("xlsx_sources") if number == 0 else "", source)
    page.line(word("xlsx_owner"), about.owner)
    page.line(word("xlsx_run"), about.run_id)
    page.line(word("xlsx_snapshot"), about.snapshot_id)
