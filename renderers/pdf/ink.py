"""A page of a PDF → the ink on it: texts, coloured areas, pictures, each with its place.

Reads only what WeasyPrint and the frozen layout write: upright text in embedded fonts, rectangles, lines along the
axes, and pictures. Anything else raises ValueError rather than be overlooked.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from pypdf.generic import StreamObject

_TOKEN = re.compile(rb"<<.*?>>|<[0-9a-f]*>|\[|\]|/[^\s/<>\[\]]+|[^\s/<>\[\]]+")
_MARK = re.compile(rb"/MCID (\d+)")
_CHARACTER = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]+)>")

Box = tuple[float, float, float, float]  # left, bottom, right, top in pt
Colour = tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InkText:
    """A text as one operator shows it; places in pt. ``end_x`` is where the pen stands after it."""

    text: str
    x: float
    y: float
    end_x: float
    size: float
    colour: Colour
    is_bold: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InkArea:
    box: Box
    colour: Colour


@dataclass(frozen=True, slots=True, kw_only=True)
class InkPicture:
    box: Box
    content: str  # a hash of width, height and samples


@dataclass(slots=True)
class Ink:
    """One page. ``marks`` maps a marked content to its text."""

    size: Box
    texts: list[InkText] = field(default_factory=list)
    areas: list[InkArea] = field(default_factory=list)
    pictures: list[InkPicture] = field(default_factory=list)
    marks: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Pen:
    """The graphics state (ISO 32000-1, 8.4), as far as it is used."""

    matrix: tuple[float, float, float, float] = (1, 1, 0, 0)  # scales and offsets: nothing is turned
    clip: Box = (-1e9, -1e9, 1e9, 1e9)
    fill: Colour = (0.0,)
    stroke: Colour = (0.0,)
    line_width: float = 1.0
    font: str = ""
    size: float = 0.0


def read_page(page: Any) -> Ink:
    """Return the ink on a page of pypdf's."""
    ink = Ink(tuple(float(value) for value in page["/MediaBox"]))  # type: ignore[arg-type]
    fonts = {name: _Font(font.get_object()) for name, font in page["/Resources"]["/Font"].items()}
    pictures = page["/Resources"].get("/XObject", {})
    _Interpreter(ink, fonts, pictures).run(page["/Contents"].get_object().get_data())
    return ink


class _Font:
    """Widths and texts of an embedded font's glyphs."""

    def __init__(self, font: Any) -> None:
        cmap: bytes = font["/ToUnicode"].get_object().get_data()
        self.texts = {
            int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in _CHARACTER.findall(cmap)
        }
        self.is_bold = str(font["/BaseFont"]).endswith("Bold")
        self.widths: dict[int, float] = {}
        entries = iter(font["/DescendantFonts"][0].get_object()["/W"])
        for first in entries:
            for place, width in enumerate(next(entries)):
                self.widths[int(first) + place] = float(width)


class _Interpreter:
    def __init__(self, ink: Ink, fonts: Mapping[str, _Font], pictures: Mapping[str, Any]) -> None:
        self._ink = ink
        self._fonts = fonts
        self._pictures = pictures
        self._pen = _Pen()
        self._stack: list[_Pen] = []
        self._path: list[Box] = []
        self._points: list[tuple[float, float]] = []
        self._clips = False
        self._text_place = (0.0, 0.0)
        self._mark: int | None = None

    def run(self, content: bytes) -> None:
        operands: list[bytes] = []
        for token in _TOKEN.findall(content):
            action = _ACTIONS.get(token)
            if action is not None:
                action(self, operands)
                operands = []
            elif token[:1].isalpha() or token.endswith(b"*"):
                raise ValueError(f"the operator {token.decode()} is not read")
            else:
                operands.append(token)

    def save(self, _: list[bytes]) -> None:
        self._stack.append(replace(self._pen))

    def restore(self, _: list[bytes]) -> None:
        self._pen = self._stack.pop()

    def transform(self, operands: list[bytes]) -> None:
        a, b, c, d, e, f = map(float, operands)
        if b or c:
            raise ValueError("something is turned")
        scale_x, scale_y, x, y = self._pen.matrix
        self._pen.matrix = (a * scale_x, d * scale_y, e * scale_x + x, f * scale_y + y)

    def rectangle(self, operands: list[bytes]) -> None:
        x, y, width, height = map(float, operands)
        self._path.append(self._box((x, y), (x + width, y + height)))

    def point(self, operands: list[bytes]) -> None:
        x, y = map(float, operands)
        self._points.append((x, y))

    def clip(self, _: list[bytes]) -> None:
        self._clips = True

    def end_path(self, _: list[bytes]) -> None:
        if self._clips:
            boxes = [*self._path, *([self._box(*self._points)] if self._points else [])]
            (box,) = boxes
            self._pen.clip = _overlap(self._pen.clip, box)
        self._forget_path()

    def fill(self, _: list[bytes]) -> None:
        for box in self._path:
            self._ink.areas.append(InkArea(box=_overlap(self._pen.clip, box), colour=self._pen.fill))
        self._forget_path()

    def fill_ring(self, _: list[bytes]) -> None:
        """A border: the space between two rectangles, clipped to one side."""
        outer = max(self._path, key=lambda box: (box[2] - box[0]) * (box[3] - box[1]))
        self._ink.areas.append(InkArea(box=_overlap(self._pen.clip, outer), colour=self._pen.fill))
        self._forget_path()

    def stroke(self, _: list[bytes]) -> None:
        left, bottom, right, top = self._box(*self._points)
        half = self._pen.line_width * abs(self._pen.matrix[0]) / 2
        across, upright = (0.0, half) if right - left > top - bottom else (half, 0.0)
        box = (left - across, bottom - upright, right + across, top + upright)
        self._ink.areas.append(InkArea(box=_overlap(self._pen.clip, box), colour=self._pen.stroke))
        self._forget_path()

    def fill_colour(self, operands: list[bytes]) -> None:
        self._pen.fill = tuple(map(float, operands))

    def stroke_colour(self, operands: list[bytes]) -> None:
        self._pen.stroke = tuple(map(float, operands))

    def line_width(self, operands: list[bytes]) -> None:
        self._pen.line_width = float(operands[0])

    def begin_mark(self, operands: list[bytes]) -> None:
        found = _MARK.search(operands[-1])
        self._mark = int(found[1]) if found else None
        if self._mark is not None:
            self._ink.marks[self._mark] = ""

    def end_mark(self, _: list[bytes]) -> None:
        self._mark = None

    def set_font(self, operands: list[bytes]) -> None:
        self._pen.font, self._pen.size = operands[0].decode(), float(operands[1])

    def place_text(self, operands: list[bytes]) -> None:
        self._text_place = float(operands[4]), float(operands[5])

    def show_text(self, operands: list[bytes]) -> None:
        font, size, advance, text = self._fonts[self._pen.font], self._pen.size, 0.0, ""
        for operand in operands[1:-1]:
            if not operand.startswith(b"<"):
                advance -= float(operand)
                continue
            for start in range(1, len(operand) - 1, 4):
                glyph = int(operand[start : start + 4], 16)
                text += font.texts[glyph]
                advance += font.widths[glyph]
        scale_x, scale_y, dx, dy = self._pen.matrix
        x, y = self._text_place
        self._ink.texts.append(
            InkText(
                text=text,
                x=x * scale_x + dx,
                y=y * scale_y + dy,
                end_x=(x + advance * size / 1000) * scale_x + dx,
                size=size * scale_x,
                colour=self._pen.fill,
                is_bold=font.is_bold,
            )
        )
        if self._mark is not None:
            self._ink.marks[self._mark] += text

    def draw_picture(self, operands: list[bytes]) -> None:
        picture: StreamObject = self._pictures[operands[0].decode()].get_object()
        hashed = sha256(f"{picture['/Width']} {picture['/Height']} {picture['/ColorSpace']}".encode())
        hashed.update(picture.get_data())
        content = hashed.hexdigest()
        self._ink.pictures.append(InkPicture(box=_overlap(self._pen.clip, self._box((0, 0), (1, 1))), content=content))
        if self._mark is not None:
            self._ink.marks[self._mark] += f"[{content[:8]}]"

    def ignore(self, _: list[bytes]) -> None:
        """Opacity is 1 throughout; text objects hold nothing of their own."""

    def _box(self, *points: tuple[float, float]) -> Box:
        scale_x, scale_y, dx, dy = self._pen.matrix
        across = [x * scale_x + dx for x, _ in points]
        upright = [y * scale_y + dy for _, y in points]
        return min(across), min(upright), max(across), max(upright)

    def _forget_path(self) -> None:
        self._path, self._points, self._clips = [], [], False


_ACTIONS = {
    b"q": _Interpreter.save, b"Q": _Interpreter.restore, b"cm": _Interpreter.transform,
    b"re": _Interpreter.rectangle, b"m": _Interpreter.point, b"l": _Interpreter.point,
    b"W": _Interpreter.clip, b"W*": _Interpreter.clip, b"n": _Interpreter.end_path,
    b"f": _Interpreter.fill, b"f*": _Interpreter.fill_ring, b"S": _Interpreter.stroke,
    b"rg": _Interpreter.fill_colour, b"RG": _Interpreter.stroke_colour, b"w": _Interpreter.line_width,
    b"BDC": _Interpreter.begin_mark, b"BMC": _Interpreter.begin_mark, b"EMC": _Interpreter.end_mark,
    b"BT": _Interpreter.ignore, b"ET": _Interpreter.ignore, b"gs": _Interpreter.ignore,
    b"Tf": _Interpreter.set_font, b"Tm": _Interpreter.place_text, b"TJ": _Interpreter.show_text,
    b"Do": _Interpreter.draw_picture,
}  # fmt: skip


def _overlap(one: Box, other: Box) -> Box:
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])
