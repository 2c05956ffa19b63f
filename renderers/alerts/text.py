"""An alert message as plain text."""

from collections.abc import Iterator

from renderers.alerts.compose import compose
from renderers.alerts.models import Notice
from renderers.alerts.sheet import AlertSheet, Button, Entry
from renderers.language import formatter
from renderers.text.grid import wrapped


def render_text(notice: Notice, language: str) -> str:
    """Write *notice* in lines of at most 78 characters; addresses are not broken."""
    return draw_text(compose(notice, formatter(language)))


def draw_text(sheet: AlertSheet) -> str:
    lines = [line for text in (sheet.headline, sheet.figures) if text for line in wrapped(text)]
    for entry in sheet.entries:
        lines += ["", *_entry(entry)]
    if sheet.more:
        lines += ["", *wrapped(f"{sheet.more}: {sheet.list_url}" if sheet.list_url else sheet.more)]
    paragraphs = (
        " ".join(sheet.sure),
        f"{sheet.drivers_label}: {sheet.drivers}." if sheet.drivers else "",
        sheet.mix,
        " ".join(sheet.forecast),
    )
    for paragraph in filter(None, paragraphs):
        lines += ["", *wrapped(paragraph)]
    lines += _way_on(sheet)
    lines += ["", "-- ", *(line for text in sheet.provenance for line in wrapped(text))]
    return "\n".join(lines) + "\n"


def _entry(entry: Entry) -> Iterator[str]:
    yield from wrapped(f"- {entry.place}: {entry.what}", indent="  ")
    for line in entry.lines:
        yield from wrapped(f"  {line}", indent="  ")
    yield from _buttons(entry.buttons, indent="  ")


def _way_on(sheet: AlertSheet) -> Iterator[str]:
    """Yield the first step, who is asked, and the pages to act on."""
    if sheet.step is not None:
        yield ""
        yield from wrapped(f"{sheet.step.label}: {sheet.step.text}")
        if sheet.step.url:
            yield f"  {sheet.step.url}"
    if sheet.people:
        yield ""
        for person in sheet.people:
            yield from wrapped(person)
    if sheet.buttons:
        yield ""
        yield from _buttons(sheet.buttons, indent="")


def _buttons(buttons: tuple[Button, ...], *, indent: str) -> Iterator[str]:
    for button in buttons:
        yield f"{indent}{button.text}: {button.url}"
