"""The plain text of a pack: every figure of it, for readers without HTML and for search."""

from collections.abc import Iterator

from renderers.charts.spec import ChartSpec
from renderers.formats import Cell, ValueKind
from renderers.language import formatter
from renderers.pack import About, Pack
from renderers.sections import (
    ChartSection,
    Section,
    TableSection,
    TextSection,
    Tile,
    TilesSection,
)
from renderers.sentences import Word, comparison_line, title_lines
from renderers.text.grid import draw_grid, wrapped


def render_text(pack: Pack) -> str:
    """Write *pack* as plain text, lines of at most 78 characters where the words allow.

    Args:
        pack: All that the document says.

    Returns:
        Text that ends in a line feed and holds every figure of the pack, those behind the charts too.
    """
    word = formatter(pack.language).word
    parts = [pack.organisation, "", *_title(pack)]
    for notice in pack.notices:
        parts += ["", *wrapped(f"! {word('body_notice')}: {notice}", indent="  ")]
    for section in pack.sections:
        parts += ["", "", *_underlined(section.heading, "-"), *_section(section, word)]
        if section.note:
            parts += ["", *wrapped(section.note)]
    parts += ["", "", *_about(pack.about, word)]
    return "\n".join(map(str.rstrip, parts)) + "\n"


def _title(pack: Pack) -> Iterator[str]:
    title, rest = title_lines(pack)
    yield from _underlined(title, "=")
    if rest:
        yield from wrapped(rest)


def _underlined(heading: str, sign: str) -> list[str]:
    """Return *heading* with a line under it; nothing for a section without heading."""
    if not heading:
        return []
    lines = wrapped(heading)
    return [*lines, sign * max(map(len, lines))]


def _section(section: Section, word: Word) -> Iterator[str]:
    match section:
        case TilesSection():
            for tile in section.tiles:
                yield from _tile(tile, word)
        case ChartSection():
            yield from wrapped(section.empty) if section.empty else _chart(section.chart, section.heading)
        case TableSection():
            yield from _table(section)
        case TextSection():
            for number, paragraph in enumerate(section.paragraphs):
                yield from ["", *wrapped(paragraph)] if number else wrapped(paragraph)


def _tile(tile: Tile, word: Word) -> Iterator[str]:
    note = f" ({tile.note})" if tile.note else ""
    yield from wrapped(f"{tile.label}{note}: {tile.value.text}", indent="  ")
    for comparison in tile.comparisons:
        yield from wrapped(f"  {comparison_line(comparison, word)}", indent="    ")


def _chart(chart: ChartSpec, heading: str) -> Iterator[str]:
    """Write a chart as the table behind it: a line a category, a column a series."""
    header = (chart.category_label, *(series.name for series in chart.series))
    rows = list(zip(chart.categories, *(series.texts for series in chart.series), strict=True))
    if chart.value_label.casefold() not in heading.casefold():
        yield from wrapped(f"{chart.value_label}:")
    yield from draw_grid(header, rows, right=(False, *(True for _ in chart.series)))


def _table(section: TableSection) -> Iterator[str]:
    if section.empty:
        yield from wrapped(section.empty)
    else:
        right = tuple(column.value_format.kind not in (ValueKind.text, ValueKind.date) for column in section.columns)
        yield from draw_grid(
            tuple(column.label for column in section.columns),
            [_texts(row) for row in section.rows],
            right=right,
            total=_texts(section.total) if section.total else None,
        )
    if section.more:
        yield from wrapped(section.more)


def _texts(cells: tuple[Cell, ...]) -> tuple[str, ...]:
    return tuple(cell.text for cell in cells)


def _about(about: About, word: Word) -> Iterator[str]:
    yield from _underlined(word("body_about"), "-")
    yield from wrapped(f"{word('body_period')}: {about.period}")
    if about.definitions:
        yield from ["", f"{word('body_definitions')}:"]
        for definition in about.definitions:
            yield from wrapped(f"- {definition.label}: {definition.text}", indent="  ")
    if about.sources:
        yield from ["", f"{word('body_sources')}:"]
        for source in about.sources:
            yield from wrapped(f"- {source}", indent="  ")
    yield from ["", *wrapped(f"{word('body_owner')} {about.owner}")]
    yield f"{word('body_run')} {about.run_id}"
    yield f"{word('body_snapshot')} {about.snapshot_id}"
