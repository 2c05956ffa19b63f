"""A letter as the HTML body of an e-mail, in the look of the packs."""

from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, Template

from renderers.html.inlining import inline
from renderers.html.palette import palette
from renderers.language import formatter
from renderers.letters.sheet import Block, Commands, Facts, Items, Link, Paragraph, Sheet


def draw_html(sheet: Sheet) -> str:
    """Draw *sheet* as a whole document that needs nothing beside it."""
    source = _layout().render(
        sheet=sheet,
        parts=[(part.heading, [(_kind(block), block) for block in part.blocks]) for part in sheet.parts],
        colours=palette(sheet.accent),
        word=formatter(sheet.language).word,
    )
    return inline(source)


@cache
def _layout() -> Template:
    # The style sheet of the packs is included as it stands.
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("renderers.letters"), PackageLoader("renderers.html")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    return environment.get_template("letter.html")


def _kind(block: Block) -> str:
    match block:
        case Paragraph():
            return "paragraph"
        case Facts():
            return "facts"
        case Items():
            return "items"
        case Commands():
            return "commands"
        case Link():
            return "link"
