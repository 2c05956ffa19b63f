"""An alert message as an e-mail: an HTML body in the look of the packs, and its text."""

from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, Template

from renderers.alerts.compose import compose
from renderers.alerts.models import Notice
from renderers.alerts.sheet import AlertSheet
from renderers.alerts.slack import CHART_ID
from renderers.alerts.text import draw_text
from renderers.html.inlining import inline
from renderers.html.palette import palette
from renderers.language import formatter
from renderers.letters.models import Letter


def render_email(notice: Notice, language: str) -> Letter:
    """Write *notice* as a mail; its chart travels with it under the content id "alert-chart"."""
    sheet = compose(notice, formatter(language))
    return Letter(subject=" ".join(sheet.headline.split()), text=draw_text(sheet), html=draw_html(sheet))


def draw_html(sheet: AlertSheet) -> str:
    """Draw *sheet* as a whole document that needs nothing beside it but its chart."""
    return inline(_layout().render(sheet=sheet, colours=palette(sheet.accent), chart_id=CHART_ID))


@cache
def _layout() -> Template:
    # The style sheets of packs and letters are included as they stand.
    packages = ("renderers.alerts", "renderers.letters", "renderers.html")
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(name) for name in packages]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    return environment.get_template("alert.html")
