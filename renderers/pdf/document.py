"""Pack → PDF."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache

from renderers.errors import RefusedResourceError, RenderError
from renderers.language import formatter
from renderers.pack import About, Pack
from renderers.pdf.layout import ChartsBlock, blocks
from renderers.pdf.library import press, stylesheet, templates
from renderers.pdf.pictures import picture
from renderers.sections import ChartSection

# Source: XML 1.0, 2.2, "Char". The title goes into the document's XMP, which is XML.
_UNPRINTABLE = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]")
_END = "</body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A pack as markup: a frame whose body holds the masthead alone, and the elements that follow in it.

    ``pictures`` is the PNG of each picture by the address that the markup names.
    """

    frame: str = field(repr=False)
    parts: tuple[str, ...] = field(repr=False)
    pictures: Mapping[str, bytes] = field(repr=False)

    @property
    def markup(self) -> str:
        """The whole document."""
        return "".join((self.frame.removesuffix(_END), *self.parts, _END))


def render_pdf(pack: Pack, *, charts: Mapping[str, bytes], alt_texts: Mapping[str, str]) -> bytes:
    """Draw *pack* as a tagged A4 document. The same pack gives the same bytes.

    Args:
        pack: Every text in it is printed as it stands.
        charts: PNG of each chart section by the section's key; sections that say ``empty`` need none.
        alt_texts: What each chart shows, by the same keys.

    Returns:
        A PDF/UA-1 file; its entry ``/branch`` holds the branch's id.

    Raises:
        MissingLibraryError: pango is not installed.
        RefusedResourceError: The document named a resource outside the pack.
        RenderError: A chart section has neither a picture nor a sentence, or a picture has no alt text.
    """
    return print_composed(compose(pack, charts=charts, alt_texts=alt_texts), pack)


def compose(pack: Pack, *, charts: Mapping[str, bytes], alt_texts: Mapping[str, str]) -> Composed:
    """Return *pack* as markup, which is well-formed XML too.

    Raises:
        RenderError: A chart section has neither a picture nor a sentence, or a picture has no alt text.
    """
    _check_charts(pack, charts, alt_texts)
    found = tuple(blocks(pack.sections, charts=charts, alt_texts=alt_texts))
    frame = templates().get_template("document.html.j2").render(pack=pack)
    parts = [_macro("text", "notice")(notice) for notice in pack.notices]
    parts += [_macro(block.kind, block.kind)(block) for block in found]
    return Composed(
        frame=_clean(frame) + _END,
        parts=(*map(_clean, parts), _about_part(pack.about, pack.language)),
        pictures={
            figure.address: charts[figure.section.key]
            for block in found
            if isinstance(block, ChartsBlock)
            for figure in block.figures
            if figure.address
        },
    )


@cache
def _macro(template: str, name: str) -> Callable[..., str]:
    found: Callable[..., str] = getattr(templates().get_template(f"{template}.html.j2").module, name)
    return found


@lru_cache(maxsize=64)
def _about_part(about: About, language: str) -> str:
    """Return the last part, which is the same in all packs of a run."""
    return _clean(_macro("about", "about")(about, formatter(language).word))


def _clean(markup: str) -> str:
    return _UNPRINTABLE.sub("", markup)


def print_composed(composed: Composed, pack: Pack) -> bytes:
    """Draw the markup of *pack* with WeasyPrint.

    Raises:
        MissingLibraryError: pango is not installed.
        RefusedResourceError: The document named a resource outside the pack.
    """
    parts = press()
    images = {address: (png, "image/png") for address, png in composed.pictures.items()}
    # WeasyPrint's error for a refused address is a BaseException, so that no inner handler can swallow it.
    fatal = parts.weasyprint.urls.FatalURLFetchingError
    try:
        html = parts.weasyprint.HTML(string=composed.markup, base_url="pack:", url_fetcher=parts.fetcher(images))
        pdf: bytes = html.write_pdf(
            stylesheets=[parts.font_faces, stylesheet(pack.language, pack.accent)],
            font_config=parts.fonts,
            pdf_variant="pdf/ua-1",
            pdf_identifier=False,
            custom_metadata=True,
            cache={address: ready for address, png in composed.pictures.items() if (ready := picture(png))},
        )
    except fatal as error:
        raise RefusedResourceError(pack.branch_id, str(error)) from error
    return pdf


def _check_charts(pack: Pack, charts: Mapping[str, bytes], alt_texts: Mapping[str, str]) -> None:
    for section in pack.sections:
        if not isinstance(section, ChartSection) or section.empty:
            continue
        if section.key not in charts:
            raise RenderError(f'the chart "{section.key}" of branch "{pack.branch_id}" has no picture. Draw it first.')
        if not alt_texts.get(section.key):
            raise RenderError(f'the chart "{section.key}" of branch "{pack.branch_id}" has no alt text. Describe it.')
