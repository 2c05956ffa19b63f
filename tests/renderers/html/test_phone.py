"""The document in a browser, as wide as a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from renderers.html import render_html
from renderers.pack import Pack
from renderers.sections import ChartSection

_CHROMIUM = Path("/usr/bin/chromium")
# One white pixel: its size comes from the style sheet.
_PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=="
pytestmark = pytest.mark.skipif(not _CHROMIUM.exists(), reason="needs the system's Chromium in /usr/bin/chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


def _html(pack: Pack) -> str:
    keys = [section.key for section in pack.sections if isinstance(section, ChartSection) and not section.empty]
    source = render_html(pack, chart_ids={key: key for key in keys}, alt_texts=dict.fromkeys(keys, ""))
    for key in keys:
        source = source.replace(f"cid:{key}", _PIXEL)
    return source


@pytest.mark.parametrize("width_px", [320, 390, 700])
def test_nothing_scrolls_sideways(browser: Browser, sample_packs: dict[str, Pack], width_px: int) -> None:
    """No document is wider than the screen, and no table is wider than its card."""
    page = browser.new_page(viewport={"width": width_px, "height": 800})
    for name, pack in sample_packs.items():
        page.set_content(_html(pack))
        assert (name, width_px) == (name, page.evaluate("document.documentElement.scrollWidth"))
        clipped = page.evaluate(
            "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth + 1).length"
        )
        if width_px >= 390:
            assert (name, 0) == (name, clipped)
    page.close()


def test_tiles_stand_side_by_side_where_there_is_room(browser: Browser, sample_packs: dict[str, Pack]) -> None:
    """Two tiles share a row on a tablet; on a phone each has its own."""
    tops = {}
    for width_px in (390, 700):
        page = browser.new_page(viewport={"width": width_px, "height": 800})
        page.set_content(_html(sample_packs["large_nb"]))
        tops[width_px] = page.evaluate(
            "[...document.querySelectorAll('td.tile')].map(e => Math.round(e.getBoundingClientRect().top))"
        )
        page.close()
    assert tops[700][0] == tops[700][1] < tops[700][2] == tops[700][3]
    assert sorted(set(tops[390])) == tops[390]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_readable_in_both_schemes(
    browser: Browser, sample_packs: dict[str, Pack], faint_texts: str, scheme: str
) -> None:
    """Every text has a contrast of 4.5 against its ground, in light and in dark mode (3 for large letters)."""
    page = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    for name in ("large_nb", "small_da", "awkward_en"):
        page.set_content(_html(sample_packs[name]))
        assert page.evaluate(faint_texts) == []
    page.close()
