"""Looks of cells, and how Excel prints each kind of value."""

from collections.abc import Hashable
from functools import cached_property
from typing import Any

from babel.numbers import get_currency_symbol

from renderers.charts.palette import blended, checked_colour
from renderers.formats import ValueFormat, ValueKind
from renderers.language import formatter

# Windows' numbers of the languages, so that months print in the reader's words on every computer.
# Source: [MS-LCID], nb-NO, da-DK, en-GB.
_LANGUAGE_IDS = {"nb": "414", "da": "406", "en": "809"}


def number_format(how: ValueFormat, language: str, *, is_signed: bool = False) -> str:
    """Return Excel's format code for *how*; signed codes print + before what is above zero."""
    number = "#,##0" + ("." + "0" * how.decimals if how.decimals else "")
    match how.kind:
        case ValueKind.integer | ValueKind.decimal:
            code = number
        case ValueKind.percent:
            code = f"{number}%" if language == "en" else f"{number}\\ %"
        case ValueKind.money:
            code = _money(number, how.unit or "NOK", language)
        case ValueKind.date:
            return f"[$-{_LANGUAGE_IDS[language]}]d. mmmm yyyy" if language != "en" else "[$-809]d mmmm yyyy"
        case ValueKind.text:
            return "General"
    return f"+{code};-{code};{code}" if is_signed else code


_AIR = 2  # steps of indent between the right edge of a number and a text beside it


class Styles:
    """Makes each look once: Excel limits their number in a workbook."""

    def __init__(self, workbook: Any, *, language: str, accent: str) -> None:
        """Start without looks.

        Args:
            workbook: What makes a look of its properties.
            language: Of what the cells print.
            accent: #rrggbb.

        Raises:
            ValueError: The accent is not #rrggbb.
        """
        self.language = language
        self.accent = checked_colour(accent)
        self._workbook = workbook
        self._made: dict[Hashable, Any] = {}
        # By what a table asks for, cell by cell.
        self._numbers: dict[tuple[ValueFormat, bool, bool], Any] = {}
        self._heads: dict[tuple[bool, bool], Any] = {}
        self._words: dict[tuple[bool, bool, bool, bool], Any] = {}

    @property
    def soft_accent(self) -> str:
        """A ground on which black text reads well."""
        return blended(self.accent, "#ffffff", share=0.45)

    @cached_property
    def heading(self) -> Any:
        """The look of a sheet's heading."""
        return self._look(bold=True, font_size=16, font_color="#1c1c1c")

    @cached_property
    def caption(self) -> Any:
        """The look of the line below the heading."""
        return self._look(font_color="#555555", valign="top")

    @cached_property
    def note(self) -> Any:
        """The look of a note over several columns."""
        return self._look(font_color="#555555", valign="top", text_wrap=True)

    @cached_property
    def name(self) -> Any:
        """The look of a name beside a text."""
        return self._look(valign="top", text_wrap=True, bold=True)

    @cached_property
    def text(self) -> Any:
        """The look of running text."""
        return self._look(valign="top", text_wrap=True)

    @cached_property
    def notice(self) -> Any:
        """The look of what a reader must know first."""
        return self._look(valign="top", text_wrap=True, bg_color="#fdf3e1", left=5, left_color="#b26a00", indent=1)

    @cached_property
    def link(self) -> Any:
        """The look of a link to another sheet."""
        return self._look(valign="top", font_color=self.accent, underline=1)

    def head(self, is_number: bool, is_after_number: bool) -> Any:
        """Return the look of a column's heading."""
        key = is_number, is_after_number
        if key not in self._heads:
            self._heads[key] = self._look(
                bold=True,
                indent=_AIR if is_after_number else 0,
                text_wrap=True,
                valign="vcenter",
                align="right" if is_number else "left",
                bg_color="#eef0f3",
                bottom=2,
                bottom_color=self.accent,
            )
        return self._heads[key]

    def number(self, how: ValueFormat, is_signed: bool = False, is_total: bool = False) -> Any:
        """Return the look of a value printed as *how*."""
        key = how, is_signed, is_total
        if key not in self._numbers:
            code = number_format(how, self.language, is_signed=is_signed)
            self._numbers[key] = self._look(align="right", num_format=code, **self._row(is_total))
        return self._numbers[key]

    def words(self, is_number: bool, is_after_number: bool, is_muted: bool, is_total: bool) -> Any:
        """Return the look of a text in a table; in a column of numbers it stands where the numbers stand."""
        key = is_number, is_after_number, is_muted, is_total
        if key not in self._words:
            look: dict[str, Any] = {"align": "right" if is_number else "left", **self._row(is_total)}
            if is_after_number:
                look["indent"] = _AIR
            if is_muted:
                look["font_color"] = "#6a6a6a"
            if not is_number:
                look["text_wrap"] = True
            self._words[key] = self._look(**look)
        return self._words[key]

    def _row(self, is_total: bool) -> dict[str, Any]:
        if is_total:
            return {"bold": True, "top": 1, "top_color": "#555555", "valign": "vcenter"}
        return {"bottom": 1, "bottom_color": "#d9dce1", "valign": "vcenter"}

    def _look(self, **look: Any) -> Any:
        key = tuple(sorted(look.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(look)
        return self._made[key]


def _money(number: str, unit: str, language: str) -> str:
    if language == "en":
        return f'"{_quoted(unit)} "{number}'
    symbol = get_currency_symbol(unit, locale=formatter(language).locale)
    return f'{number}\\ "{_quoted(symbol)}"'


def _quoted(text: str) -> str:
    return text.replace('"', "").replace("\\", "")
