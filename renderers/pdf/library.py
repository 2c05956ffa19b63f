"""WeasyPrint, loaded when the first PDF is drawn, and what a process prepares once: fonts, styles, templates."""

import contextlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from renderers.errors import MissingLibraryError
from renderers.language import formatter

_REMEDY = (
    "PDF needs it. Debian and Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0. "
    "macOS: brew install pango. Or leave pdf out of the report's formats."
)
# The charts are drawn with the same files, so that words look alike in text and picture on every machine.
_FONT_FILES = {
    "DejaVuSans.ttf": "font-weight: normal; font-style: normal",
    "DejaVuSans-Bold.ttf": "font-weight: bold; font-style: normal",
}
_HEX_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """WeasyPrint and the parts that all documents of a process share. Not to be shared by threads."""

    weasyprint: ModuleType
    fetcher: type[Any]
    fonts: Any  # weasyprint.text.fonts.FontConfiguration
    font_faces: Any  # weasyprint.CSS


@cache
def press() -> Press:
    """Load WeasyPrint and the fonts.

    Raises:
        MissingLibraryError: pango is not installed.
    """
    weasyprint = _load_weasyprint()
    fetcher = import_module("renderers.pdf.fetcher").PackFetcher
    fonts = import_module("weasyprint.text.fonts").FontConfiguration()
    files = {f"font:{name}": (font_file(name).read_bytes(), "font/ttf") for name in _FONT_FILES}
    rules = "\n".join(
        f'@font-face {{ font-family: "Pack Sans"; src: url("font:{name}"); {face} }}'
        for name, face in _FONT_FILES.items()
    )
    faces = weasyprint.CSS(string=rules, font_config=fonts, url_fetcher=fetcher(files))
    return Press(weasyprint=weasyprint, fetcher=fetcher, fonts=fonts, font_faces=faces)


def font_file(name: str) -> Path:
    """Return the path of a font of matplotlib's."""
    return Path(import_module("matplotlib").get_data_path()) / "fonts" / "ttf" / name


@lru_cache(maxsize=32)
def stylesheet(language: str, accent: str) -> Any:
    """Return the parsed style of documents in *language* with the colour *accent* (#rrggbb).

    Raises:
        ValueError: *accent* is not a colour; it would be read as style.
    """
    if not _HEX_COLOUR.fullmatch(accent):
        raise ValueError(f'accent is "{accent}"; write a colour as six hexadecimal digits, such as #0b5c8a')
    parts = press()
    # Split on the numbers' places: the words around them differ by language.
    page_of = formatter(language).word("pdf_page_of", page="\0page\0", pages="\0pages\0").split("\0")
    text = templates().get_template("style.css.j2").render(accent=accent, page_of=page_of)
    return parts.weasyprint.CSS(string=text, font_config=parts.fonts, url_fetcher=parts.fetcher({}))


class _DenseLoader(PackageLoader):
    """Loads templates without the line ends between their tags, of which WeasyPrint would make boxes."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool] | None]:
        source, path, is_current = super().get_source(environment, template)
        return "".join(map(str.strip, source.splitlines())), path, is_current


@cache
def templates() -> Environment:
    """Return the templates, which escape every value."""
    return Environment(
        loader=_DenseLoader("renderers.pdf"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )


def _load_weasyprint() -> ModuleType:
    # Without pango WeasyPrint prints a banner on stdout, which belongs to the caller.
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            return import_module("weasyprint")
        except OSError as error:
            raise MissingLibraryError("pango", _REMEDY) from error
