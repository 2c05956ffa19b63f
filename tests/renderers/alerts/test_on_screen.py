"""Alert mails in a browser: on phones and wide, in light and in dark."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from notices import LONG_NAME, notices
from playwright.sync_api import Browser, sync_playwright

from renderers.alerts import CHART_ID, Notice, draw_picture, render_email

_CHROMIUM = Path("/usr/bin/chromium")
pytestmark = pytest.mark.skipif(not _CHROMIUM.exists(), reason="needs the system's Chromium in /usr/bin/chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


def mail(notice: Notice) -> str:
    """Return the mail as a program shows it, with its chart."""
    html = render_email(notice, "nb").html
    if notice.chart is None:
        return html
    picture = base64.b64encode(draw_picture(notice.chart, accent=notice.accent)).decode()
    return html.replace(f"cid:{CHART_ID}", f"data:image/png;base64,{picture}")


@pytest.mark.parametrize("width_px", [320, 390, 700])
def test_mail_fits_the_screen(browser: Browser, width_px: int) -> None:
    """No mail is wider than the screen, and the chart is shown."""
    page = browser.new_page(viewport={"width": width_px, "height": 800})
    for name, notice in notices("nb").items():
        page.set_content(mail(notice))
        assert (name, width_px) == (name, page.evaluate("document.documentElement.scrollWidth"))
        loaded = page.evaluate("[...document.images].map(image => image.naturalWidth > 0)")
        assert (name, [True] * (notice.chart is not None)) == (name, loaded)
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_mail_is_readable_in_both_schemes(browser: Browser, faint_texts: str, scheme: str) -> None:
    """Every text has a contrast of 4.5 against its ground, in light and in dark mode (3 for large letters)."""
    page = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    for notice in notices("nb").values():
        page.set_content(mail(notice))
        assert [] == page.evaluate(faint_texts)
    page.close()


def test_fingers_hit_the_buttons(browser: Browser) -> None:
    """On a phone each button is at least 40 px high, and no two touch."""
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.set_content(mail(notices("nb")["fired"]))
    boxes = page.evaluate("[...document.querySelectorAll('.acts a')].map(a => a.getBoundingClientRect().toJSON())")

    assert 4 == len(boxes)
    assert all(box["height"] >= 40 for box in boxes)
    assert not any(
        a["left"] < b["right"] and b["left"] < a["right"] and a["top"] < b["bottom"] and b["top"] < a["bottom"]
        for number, a in enumerate(boxes)
        for b in boxes[number + 1 :]
    )
    page.close()


def test_long_name_is_folded(browser: Browser) -> None:
    """A name of sixty letters keeps to the screen."""
    notice = notices("nb")["fired"]
    page = browser.new_page(viewport={"width": 320, "height": 800})
    page.set_content(mail(replace(notice, items=(replace(notice.items[0], place=LONG_NAME),))))

    assert 320 == page.evaluate("document.documentElement.scrollWidth")
    page.close()
