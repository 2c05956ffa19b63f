"""A letter as plain text."""

from collections.abc import Iterator

from renderers.language import formatter
from renderers.letters.sheet import Block, Commands, Facts, Items, Link, Paragraph, Part, Sheet
from renderers.text.grid import wrapped


def draw_text(sheet: Sheet) -> str:
    """Write *sheet* in lines of at most 78 characters; commands and addresses are never broken."""
    tone = formatter(sheet.language).word(f"letter_tone_{sheet.tone}")
    title = wrapped(sheet.title)
    lines = [sheet.kicker, "", *title, "=" * max(map(len, title)), *wrapped(f"{tone} · {sheet.subtitle}")]
    for mark in sheet.marks:
        lines += ["", *wrapped(f"! {mark}", indent="  ")]
    for part in sheet.parts:
        lines += ["", *_part(part)]
    lines += ["", "-- ", *(line for text in sheet.footer for line in wrapped(text))]
    return "\n".join(lines) + "\n"


def _part(part: Part) -> Iterator[str]:
    if part.heading:
        heading = wrapped(part.heading)
        yield from ["", *heading, "-" * max(map(len, heading))]
    for number, block in enumerate(part.blocks):
        if number:
            yield ""
        yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph():
            yield from wrapped(block.text)
        case Facts():
            width = max(len(fact.label) for fact in block.facts) + 1
            for fact in block.facts:
                yield from wrapped(f"{fact.label + ':':<{width}} {fact.value}", indent="  ")
        case Items():
            for item in block.items:
                yield from wrapped(f"- {item.text}", indent="  ")
                if item.detail:
                    yield from wrapped(f"  {item.detail}", indent="  ")
        case Commands():
            for command in block.commands:
                yield from wrapped(command.does)
                yield f"    {command.line}"
        case Link():
            yield from wrapped(f"{block.text}:")
            yield f"    {block.url}"
