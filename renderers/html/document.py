"""The HTML body of an e-mail: one pack as one document, its styles inlined."""

from collections.abc import Mapping
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from renderers.errors import DocumentTooLargeError, MissingChartError
from renderers.html.inlining import inline
from renderers.html.palette import palette
from renderers.html.predicates import is_bare, is_numeric, is_wide
from renderers.html.preheader import preheader
from renderers.language import formatter
from renderers.pack import Pack
from renderers.sections import ChartSection, Section, TableSection, TextSection, TilesSection
from renderers.sentences import says

# Gmail clips a message at 102 kB; the figures below the cut would vanish.
LIMIT_BYTES = 100_000


def render_html(pack: Pack, *, chart_ids: Mapping[str, str], alt_texts: Mapping[str, str]) -> str:
    """Draw *pack* as the HTML body of an e-mail.

    Args:
        pack: All that the document says.
        chart_ids: Content id of the picture of each chart section, by section key; none for an empty section.
        alt_texts: What each picture shows in words, by section key.

    Returns:
        A whole document that needs nothing but the pictures named by ``cid:``.

    Raises:
        MissingChartError: A chart section has something to draw but no picture or no alt text.
        DocumentTooLargeError: The document is over LIMIT_BYTES.
    """
    for section in pack.sections:
        if isinstance(section, ChartSection) and not section.empty:
            _expect_chart(section.key, chart_ids, alt_texts)
    source = _layout().render(
        pack=pack,
        sections=[(_kind(section), section) for section in pack.sections],
        chart_ids=chart_ids,
        alt_texts=alt_texts,
        preheader=preheader(pack),
        # "mai 2026" stays on one line.
        heading=pack.title.replace(pack.period, pack.period.replace(" ", "\N{NO-BREAK SPACE}")),
        subtitle=_subtitle(pack),
        colours=palette(pack.accent),
        word=formatter(pack.language).word,
    )
    document = inline(source)
    size_bytes = len(document.encode())
    if size_bytes > LIMIT_BYTES:
        raise DocumentTooLargeError(f'the e-mail body of branch "{pack.branch_id}"', size_bytes, LIMIT_BYTES)
    return document


@cache
def _layout() -> Template:
    environment = Environment(
        loader=PackageLoader("renderers.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.tests |= {"numeric": is_numeric, "bare": is_bare, "wide": is_wide, "saying": says}
    return environment.get_template("layout.html")


def _kind(section: Section) -> str:
    match section:
        case TilesSection():
            return "tiles"
        case ChartSection():
            return "chart"
        case TableSection():
            return "table"
        case TextSection():
            return "text"


def _subtitle(pack: Pack) -> str:
    """Return what the title leaves out of branch and period."""
    return " · ".join(part for part in (pack.branch_name, pack.period) if part not in pack.title)


def _expect_chart(key: str, chart_ids: Mapping[str, str], alt_texts: Mapping[str, str]) -> None:
    if key not in chart_ids:
        raise MissingChartError(key, "picture", tuple(chart_ids))
    if key not in alt_texts:
        raise MissingChartError(key, "alt text", tuple(alt_texts))
