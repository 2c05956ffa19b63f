"""All that is taken from inside WeasyPrint: computed styles, the places of page margins, and the height of a line.

Nothing else in this project touches a name of WeasyPrint's that its documentation does not have.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache, wraps
from importlib import import_module
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any, Final, ParamSpec, TypeVar

from renderers.pdf.frozen.looks import (
    NO_STROKE,
    Across,
    Colour,
    Display,
    Length,
    Look,
    MarginText,
    PageLook,
    PageLooks,
    Sides,
    Stroke,
    Strokes,
    Type,
    Upright,
    Weight,
    Word,
)
from renderers.pdf.frozen.reasons import NotFrozenError, Reason
from renderers.pdf.library import press, stylesheet

_P = ParamSpec("_P")
_R = TypeVar("_R")

SUPPORTED: Final = ((70, 0), (71, 0))
"""From this version on, and before that one."""

_DISPLAYS = {
    ("block", "flow"): Display.block,
    ("inline", "flow"): Display.inline,
    ("block", "table"): Display.table,
    ("table-row-group",): Display.row_group,
    ("table-header-group",): Display.row_group,
    ("table-row",): Display.row,
    ("table-cell",): Display.cell,
    ("table-column",): Display.column,
    ("table-column-group",): Display.column,
    ("none",): Display.none,
}
_SIDES = ("top", "right", "bottom", "left")
# Properties that the frozen layout follows.
_FOLLOWED = {
    *(f"{box}_{side}" for box in ("margin", "padding") for side in _SIDES),
    *(f"border_{side}_{what}" for side in _SIDES for what in ("width", "style", "color")),
    "background_color", "bookmark_label", "bookmark_level", "border_collapse", "border_spacing", "box_sizing",
    "break_after", "break_before", "break_inside", "color", "display", "font_family", "font_size", "font_weight",
    "hyphens", "lang", "line_height", "max_height", "max_width", "min_height", "object_fit", "object_position",
    "overflow_wrap", "string_set", "table_layout", "text_align_all", "text_align_last", "vertical_align", "width",
}  # fmt: skip
# Properties without effect on documents that have nothing for them: one layer of background, no bleed, no columns.
_IDLE = {
    *(f"bleed_{side}" for side in _SIDES),
    *(f"background_{what}" for what in ("attachment", "clip", "origin", "position", "repeat", "size")),
    "color_scheme", "column_rule_color", "column_rule_width", "outline_color", "outline_width", "page",
}  # fmt: skip

_types: dict[tuple[object, ...], Type] = {}  # by their values
_styles: dict[Type, Any] = {}  # a style of WeasyPrint's for each type that was learned
_context = SimpleNamespace(dictionaries={})  # of hyphens, as its layout context has them


def _looks_inside(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Let what is not as it was expected inside WeasyPrint count as a version that is not supported."""

    @wraps(function)
    def guarded(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return function(*args, **kwargs)
        except (AttributeError, ImportError, KeyError, TypeError, ValueError) as error:
            raise NotFrozenError(Reason.version, f"{installed()}: {type(error).__name__}: {error}") from error

    return guarded


@cache
def installed() -> str:
    """Return the version of WeasyPrint."""
    return version("weasyprint")


@cache
def is_supported() -> bool:
    """Return whether this version of WeasyPrint is one whose inside is known."""
    found = tuple(int(part) for part in installed().split(".")[:2])
    return SUPPORTED[0] <= found < SUPPORTED[1]


@_looks_inside
def learn_looks(markup: str, *, language: str, accent: str) -> Look:
    """Return the look of the body of *markup*, with those of all its descendants.

    Raises:
        NotFrozenError: Elements of one path look different.
    """
    document = import_module("weasyprint.document")
    options = dict(import_module("weasyprint").DEFAULT_OPTIONS)
    parts = press()
    options["stylesheets"] = [parts.font_faces, stylesheet(language, accent)]
    html = parts.weasyprint.HTML(string=markup, base_url="pack:", url_fetcher=parts.fetcher({}))
    counters = import_module("weasyprint.css.counters").CounterStyle()
    style_for = document.Document._build_layout_context(html, parts.fonts, counters, {}, options).style_for
    body = html.etree_element.find("body")
    look = _look(body, style_for(body))
    _learn_kids(body, look, style_for)
    return look


@_looks_inside
def learn_pages(markup: str, *, language: str, accent: str) -> PageLooks:
    """Return where the first page and the following ones have their content and their margins.

    Args:
        markup: A document with at least two pages.
        language: Of the style.
        accent: Of the style.
    """
    parts = press()
    html = parts.weasyprint.HTML(string=markup, base_url="pack:", url_fetcher=parts.fetcher({}))
    pages = html.render(stylesheets=[parts.font_faces, stylesheet(language, accent)], font_config=parts.fonts).pages
    return PageLooks(first=_page_look(pages[0]._page_box), other=_page_look(pages[1]._page_box))


@_looks_inside
def break_first_line(text: str, kind: Type, *, width: float, is_line_start: bool) -> tuple[str, str]:
    """Return what of *text* goes on a line of *width* px, and the rest, as WeasyPrint and Pango break it."""
    split = import_module("weasyprint.text.line_break").split_first_line
    layout, _, resume, *_ = split(text, _styles[kind], _context, width, 0, is_line_start=is_line_start)
    return layout.text, text.encode()[resume:].decode() if resume is not None else ""


def _learn_kids(element: Any, look: Look, style_for: Any) -> None:
    for child in element:
        if not isinstance(child.tag, str):
            continue
        key = (child.tag, child.get("class", ""))
        found = _look(child, style_for(child))
        known = look.kids.setdefault(key, found)
        if not known.is_like(found):
            raise NotFrozenError(Reason.style, f"<{child.tag}> of one class looks different in one place")
        if any(_is_generated(style_for(child, pseudo)) for pseudo in ("before", "after")):
            raise NotFrozenError(Reason.style, f"<{child.tag}> has generated content")
        _learn_kids(child, known, style_for)


def _is_generated(style: Any) -> bool:
    return style is not None and style["content"] not in ("normal", "none", "inhibit")


def _look(element: Any, style: Mapping[str, Any]) -> Look:
    border = Strokes(*(_stroke(style, side) for side in _SIDES))
    background = style["background_color"]
    percents: list[str] = []
    return Look(
        tag=element.tag,
        display=_DISPLAYS.get(style["display"], Display.none),
        type=_type(style),
        margin=_sides(style, "margin", percents),
        padding=_sides(style, "padding", percents),
        border=border,
        border_widths=border.widths,
        background=_colour(background) if background != "currentcolor" and background.alpha else None,
        width=_length(style["width"]) if element.tag != "col" else None,
        max_width=_px(style["max_width"], percents),
        min_height=_px(style["min_height"], percents) or 0.0,
        max_height=_px(style["max_height"], percents),
        across=Across.right if style["text_align_all"] in ("right", "end") else Across.left,
        upright=_upright(style),
        spacing=style["border_spacing"][0] if style["border_collapse"] == "separate" else 0.0,
        collapses=style["border_collapse"] == "collapse",
        keeps_whole=style["break_inside"] == "avoid",
        keeps_with_previous=style["break_before"] == "avoid",
        keeps_with_next=style["break_after"] == "avoid",
        outline_level=0 if style["bookmark_level"] == "none" else style["bookmark_level"],
        unknown=", ".join([*_unknown(style, element), *percents]),
    )


def _unknown(style: Mapping[str, Any], element: Any) -> Iterator[str]:
    """Yield the properties that the frozen layout cannot follow."""
    initial = import_module("weasyprint.css.properties").INITIAL_VALUES
    for name in initial:
        if name not in _FOLLOWED and name not in _IDLE and style[name] != initial[name]:
            if name == "overflow" and element.tag == "img":
                continue  # a picture that is fitted into its box cannot leave it
            yield f"{name}: {style[name]}"
    if style["display"] not in _DISPLAYS:
        yield f"display: {style['display']}"
    if style["display"] == ("block", "table") and style["table_layout"] != "fixed":
        yield "table-layout: auto"
    if style["text_align_all"] not in ("start", "left", "right", "end"):
        yield f"text-align: {style['text_align_all']}"
    if "always" in (style["break_before"], style["break_after"]) or "page" in (
        style["break_before"], style["break_after"],
    ):  # fmt: skip
        yield "a forced break"
    shown = [side for side in _SIDES if style[f"border_{side}_width"]]
    if len(shown) > 1 and style["display"] != ("table-row",):
        yield "borders on several sides"
    if any(style[f"border_{side}_style"] != "solid" for side in shown):
        yield "a border that is not solid"
    if style["font_family"][0] != "Pack Sans" or style["font_weight"] not in (400, 700):
        yield f"font: {style['font_family'][0]} {style['font_weight']}"
    if style["box_sizing"] != "content-box" and any(
        style[f"padding_{side}"].value or style[f"border_{side}_width"] for side in ("left", "right")
    ):
        yield "box-sizing of a framed box"
    if element.tag == "img" and (style["object_fit"], _object_position(style)) != ("contain", ("left", 0, "top", 50)):
        yield "a picture that is not fitted in at the left"


def _object_position(style: Mapping[str, Any]) -> tuple[str, float, str, float]:
    ((across, x, upright, y),) = style["object_position"]
    return across, x.value, upright, y.value


def _type(style: Mapping[str, Any]) -> Type:
    line_height, baseline = import_module("weasyprint.text.line_break").strut(style)
    values = {
        "weight": Weight.bold if style["font_weight"] >= 600 else Weight.normal,
        "size": style["font_size"],
        "colour": _colour(style["color"]),
        "line_height": line_height,
        "baseline": baseline,
        "language": style["lang"] or "",
        "hyphenates": style["hyphens"] == "auto",
    }
    found = _types.setdefault(tuple(values.values()), Type(**values))
    _styles.setdefault(found, style)
    return found


def _colour(colour: Any) -> Colour:
    red, green, blue = colour.to("srgb").coordinates
    return red, green, blue


def _stroke(style: Mapping[str, Any], side: str) -> Stroke:
    width, colour = style[f"border_{side}_width"], style[f"border_{side}_color"]
    return Stroke(width, _colour(style["color"] if colour == "currentcolor" else colour)) if width else NO_STROKE


def _sides(style: Mapping[str, Any], name: str, percents: list[str]) -> Sides:
    lengths = (style[f"{name}_{side}"] for side in _SIDES)
    return Sides(*(_px(length, percents) or 0.0 for length in lengths))


def _px(length: Any, percents: list[str]) -> float | None:
    """Return *length* in px; what is no length is None, and what depends on its surroundings is noted."""
    if length in ("auto", "none"):
        return None
    if length.unit is not None and length.unit.lower() == "px":
        return None if length.value == float("inf") else float(length.value)
    percents.append(f"a length in {length.unit}")
    return None


def _length(length: Any) -> Length | None:
    return None if length == "auto" else Length(length.value, length.unit == "%")


def _upright(style: Mapping[str, Any]) -> Upright:
    found = style["vertical_align"]
    return Upright(found) if found in ("top", "bottom") else Upright.baseline


def _page_look(page: Any) -> PageLook:
    margin_boxes = [box for box in page.children if type(box).__name__ == "MarginBox"]
    return PageLook(
        width=page.margin_width(),
        height=page.margin_height(),
        left=page.content_box_x(),
        top=page.content_box_y(),
        right=page.content_box_x() + page.width,
        bottom=page.content_box_y() + page.height,
        margin_texts=tuple(_margin_text(box) for box in margin_boxes),
    )


def _margin_text(box: Any) -> MarginText:
    (line,) = box.children
    text = line.children[0]
    style = box.style
    if _upright(style) is Upright.baseline:
        raise NotFrozenError(Reason.style, "a page margin with text in its middle")
    rule = None
    if style["border_bottom_width"]:
        thickness = style["border_bottom_width"]
        y = box.border_box_y() + box.border_height() - thickness
        rule = (box.border_box_x(), y, box.border_width(), thickness)
    return MarginText(
        x=box.content_box_x(),
        width=box.width,
        baseline_y=text.position_y + text.baseline,
        across=Across.right if style["text_align_all"] in ("right", "end") else Across.left,
        upright=_upright(style),
        type=_type(style),
        words=tuple(_word(item) for item in style["content"]),
        rule=rule,
        frame=(box.border_box_x(), box.border_box_y(), box.border_width(), box.border_height()),
        rule_colour=_stroke(style, "bottom").colour,
    )


def _word(item: tuple[str, Any]) -> Word:
    kind, value = item
    if kind == "string":
        return Word("text", value)
    if kind == "string()" and value[1] == "first":
        return Word("string", value[0])
    if kind == "counter()" and value in (("page", "decimal"), ("pages", "decimal")):
        return Word("counter", value[0])
    raise NotFrozenError(Reason.style, f"a page margin with {item}")
