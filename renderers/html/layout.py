"""The template of a pack's e-mail, with its styles on its elements.

It is read twice. Once a palette, the parts are put together, and what differs in look is written out side by side; the
style sheet is then moved to the elements of all that. Once a pack, only texts are filled in and parts left out.
"""

from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from renderers.html.fillings import CELL_FORMS
from renderers.html.inlining import inline
from renderers.html.palette import Palette
from renderers.sections import Verdict

_MOST_PALETTES = 16


@lru_cache(maxsize=_MOST_PALETTES)
def styled_layout(colours: Palette) -> Template:
    """Return the template whose documents have their styles on their elements."""
    return _second_reading().from_string(inline(layout_source(colours)))


def plain_layout(colours: Palette) -> Template:
    """Return the template whose documents have a style sheet: inlined, each says what one of the styled layout says."""
    return _second_reading().from_string(layout_source(colours))


def layout_source(colours: Palette) -> str:
    """Return the template after its first reading."""
    environment = Environment(
        loader=PackageLoader("renderers.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    return environment.get_template("layout.html").render(
        colours=colours, verdicts=tuple(Verdict), cell_forms=CELL_FORMS
    )


def _second_reading() -> Environment:
    # Comments may stand wherever a table may not hold a text.
    return Environment(
        variable_start_string="[[",
        variable_end_string="]]",
        block_start_string="<!--%",
        block_end_string="%-->",
        comment_start_string="<!--#",
        comment_end_string="#-->",
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
