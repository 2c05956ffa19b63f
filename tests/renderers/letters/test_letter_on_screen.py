"""Letters in a browser, on a phone and on a tablet, in light and in dark."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from renderers.letters import Occasion, render_letter

_CHROMIUM = Path("/usr/bin/chromium")
pytestmark = pytest.mark.skipif(not _CHROMIUM.exists(), reason="needs the system's Chromium in /usr/bin/chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.mark.parametrize("width_px", [320, 390, 700])
def test_letter_fits_the_screen(browser: Browser, letters: dict[str, Occasion], width_px: int) -> None:
    """No letter is wider than the screen, long commands and ids included."""
    page = browser.new_page(viewport={"width": width_px, "height": 800})
    for name, letter in letters.items():
        page.set_content(render_letter(letter, "nb").html)
        assert (name, width_px) == (name, page.evaluate("document.documentElement.scrollWidth"))
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letter_is_readable_in_both_schemes(
    browser: Browser, letters: dict[str, Occasion], faint_texts: str, scheme: str
) -> None:
    """Every text has a contrast of 4.5 against its ground, in light and in dark mode (3 for large letters)."""
    page = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    for letter in letters.values():
        page.set_content(render_letter(letter, "nb").html)
        assert [] == page.evaluate(faint_texts)
    page.close()
