"""The summary of a pack for Slack: what it says first, its tiles, and its first chart."""

import json
from collections.abc import Iterator

from renderers.language import formatter
from renderers.pack import Pack
from renderers.sections import ChartSection, TextSection, Tile, TilesSection
from renderers.sentences import Word, comparison_line, title_lines
from renderers.slack.blocks import Block, bold, context, escape, fields, header, image, section


def render_slack(pack: Pack, *, chart_id: str = "", alt_text: str = "") -> str:
    """Write the summary of *pack* as a JSON array of blocks.

    Tables and rows stay out: they are read in the pack itself, by those who may see them.

    Args:
        pack: All that the document says.
        chart_id: Content id of the picture of ``first_chart``; "" where there is none.
        alt_text: What that picture shows.
    """
    return json.dumps(list(_blocks(pack, chart_id, alt_text)), ensure_ascii=False)


def first_chart(pack: Pack) -> str:
    """Return the key of the first chart that is drawn; "" where none is."""
    charts = (one.key for one in pack.sections if isinstance(one, ChartSection) and not one.empty)
    return next(charts, "")


def _blocks(pack: Pack, chart_id: str, alt_text: str) -> Iterator[Block]:
    word = formatter(pack.language).word
    title, rest = title_lines(pack)
    yield header(title)
    if rest:
        yield context(escape(rest))
    for notice in pack.notices:
        yield section(f":warning: {bold(word('body_notice') + ':')} {escape(notice)}")
    told = next((one for one in pack.sections if isinstance(one, TextSection)), None)
    if told is not None:
        yield section("\n\n".join(map(escape, told.paragraphs)))
    notes: list[str] = []
    for one in pack.sections:
        if isinstance(one, TilesSection):
            yield from fields([_tile(tile, word) for tile in one.tiles])
            notes.append(one.note)
    if chart_id:
        [chart] = [one for one in pack.sections if one.key == first_chart(pack)]
        yield section(bold(chart.heading))
        yield image(chart_id, alt_text)
        notes.append(chart.note)
    for note in dict.fromkeys(filter(None, notes)):
        yield context(escape(note))
    yield context(escape(f"{pack.organisation} · {word('body_owner')} {pack.about.owner}"))


def _tile(tile: Tile, word: Word) -> str:
    note = f" ({tile.note})" if tile.note else ""
    head = f"{escape(tile.label + note)}\n{bold(tile.value.text)}"
    return "\n".join([head, *(escape(comparison_line(one, word)) for one in tile.comparisons)])
