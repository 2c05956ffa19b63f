"""How each kind of element looks: the numbers of its computed style, found by its path in the document."""

from dataclasses import dataclass, field, fields
from enum import StrEnum

from renderers.pdf.frozen.reasons import NotFrozenError, Reason

Colour = tuple[float, float, float]


class Display(StrEnum):
    block = "block"
    inline = "inline"
    table = "table"
    row_group = "row group"
    row = "row"
    cell = "cell"
    column = "column"
    none = "none"


class Weight(StrEnum):
    normal = "normal"
    bold = "bold"


class Across(StrEnum):
    left = "left"
    right = "right"


class Upright(StrEnum):
    """Where the content of a table cell stands."""

    top = "top"
    bottom = "bottom"
    baseline = "baseline"


@dataclass(frozen=True, slots=True)
class Sides:
    """One number for each side of a box, in CSS px."""

    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0
    left: float = 0.0


@dataclass(frozen=True, slots=True)
class Stroke:
    """A border: its thickness in CSS px, 0 if there is none."""

    width: float
    colour: Colour


NO_STROKE = Stroke(0.0, (0.0, 0.0, 0.0))


@dataclass(frozen=True, slots=True)
class Strokes:
    top: Stroke
    right: Stroke
    bottom: Stroke
    left: Stroke

    @property
    def widths(self) -> Sides:
        return Sides(self.top.width, self.right.width, self.bottom.width, self.left.width)


@dataclass(frozen=True, slots=True)
class Length:
    """A width as the style gives it."""

    value: float
    is_percent: bool

    def of(self, whole: float) -> float:
        return whole * self.value / 100 if self.is_percent else self.value


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Type:
    """How text is set: ``baseline`` lies that far below the top of a line. There is one for each way to set text."""

    weight: Weight
    size: float
    colour: Colour
    line_height: float
    baseline: float
    language: str
    hyphenates: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """The computed style of an element, as far as the frozen layout uses it; lengths in CSS px.

    ``kids`` are the looks of its children by tag and class. ``unknown`` names what the layout cannot do.
    """

    tag: str
    display: Display
    type: Type
    margin: Sides
    padding: Sides
    border: Strokes
    border_widths: Sides
    background: Colour | None
    width: Length | None
    max_width: float | None
    min_height: float
    max_height: float | None
    across: Across
    upright: Upright
    spacing: float
    collapses: bool
    keeps_whole: bool
    keeps_with_previous: bool
    keeps_with_next: bool
    outline_level: int
    unknown: str = ""
    kids: dict[tuple[str, str], "Look"] = field(default_factory=dict, repr=False)
    is_decorated: bool = field(init=False)  # has a background or a border
    likeness: tuple[object, ...] = field(init=False, repr=False)  # all of it but the colour of its text and its kids

    def __post_init__(self) -> None:
        borders = self.border_widths
        is_decorated = any((self.background, borders.top, borders.right, borders.bottom, borders.left))
        object.__setattr__(self, "is_decorated", is_decorated)
        object.__setattr__(self, "likeness", (*_values(self, _COLOURED), *_values(self.type, {"colour"})))

    def is_like(self, other: "Look") -> bool:
        """Return whether both have the same style; their kids may differ."""
        return self.type == other.type and self.likeness == other.likeness

    def kid(self, tag: str, classes: str) -> "Look":
        """Return the look of a child.

        Raises:
            NotFrozenError: It has not been learned, or has a style that the layout cannot do.
        """
        found = self.kids.get((tag, classes))
        if found is None:
            raise NotLearnedError(f"<{tag} class={classes!r}> in <{self.tag}>")
        if found.unknown:
            raise NotFrozenError(Reason.style, f"<{tag} class={classes!r}>: {found.unknown}")
        return found


_COLOURED = {"type", "kids", "is_decorated", "likeness"}


def _values(one: "Look | Type", but: set[str]) -> tuple[object, ...]:
    return tuple(getattr(one, name.name) for name in fields(one) if name.name not in but)


class NotLearnedError(Exception):
    """An element stands where none of its kind has stood before; its look can be learned."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MarginText:
    """A line in the page's margin: ``words`` are plain text or the names of strings and counters."""

    x: float
    width: float
    baseline_y: float
    across: Across
    upright: Upright
    type: Type
    words: tuple["Word", ...]
    rule: tuple[float, float, float, float] | None  # x, y, width, height of its border, and of its frame
    frame: tuple[float, float, float, float]
    rule_colour: Colour


@dataclass(frozen=True, slots=True)
class Word:
    """``kind`` is "text", "string" or "counter"."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLook:
    """Where the content of a page stands, and what its margins hold."""

    width: float
    height: float
    left: float
    top: float
    right: float
    bottom: float
    margin_texts: tuple[MarginText, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLooks:
    first: PageLook
    other: PageLook
