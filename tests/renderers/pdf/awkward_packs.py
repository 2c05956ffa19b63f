"""Packs that strain a layout: made from a sample pack by changing its texts, its rows, or their number."""

from collections.abc import Callable
from dataclasses import replace
from itertools import cycle

from renderers.pack import Pack
from renderers.sections import TableSection, TextSection, TilesSection, Verdict

LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenfabrikantenverbandsvorsitzende"


def awkward_packs(pack: Pack) -> dict[str, Pack]:
    """Return variations of *pack* by name."""
    return {
        "negative": with_values(pack, lambda text: f"−{text}"),
        "huge": with_values(
            pack, lambda text: f"{text}\N{NO-BREAK SPACE}123\N{NO-BREAK SPACE}456\N{NO-BREAK SPACE}789"
        ),
        "blank values": with_values(pack, lambda _: ""),
        "wrapped values": with_values(pack, lambda text: f"{text} og {text} til (sammen mer enn i fjor)"),
        "long name": named(pack, "Nordre Oppdal og omegn, avdeling for ansatte i helse, omsorg og oppvekst"),
        "name of marks": named(pack, "1–2 – 3 — 4 & <b>\"x\"</b> 'y' bo- og Sør-Varanger/Unjárga"),
        "Sámi name": named(pack, "Kárášjohka Guovdageaidnu Deatnu Čáhcesuolu Ŋ Đ"),
        "Polish name": named(pack, "Łódź, Gdańsk i Kraków"),
        "other colour": replace(pack, accent="#aa3300"),
        "notices": replace(pack, notices=("Kort.", "En lang beskjed som går over flere linjer. " * 4 + "Slutt.")),
        "no sections": replace(pack, sections=()),
        "blank paragraphs": with_paragraphs(pack, ("", "Det var alt.", "")),
        "one row": with_rows(pack, 1),
        "last row kept": with_rows(pack, 14),
        "over two pages": with_rows(pack, 38),
        "over five pages": with_rows(pack, 140),
    }


def foreign_packs(pack: Pack) -> dict[str, Pack]:
    """Return variations that only WeasyPrint can draw, by name."""
    return {
        "no name": named(pack, ""),
        "Chinese": named(pack, "漢字"),
        "Greek": named(pack, "Αθήνα"),
        "emoji": named(pack, "Oslo 🎉"),
        "combining accent": named(pack, "e\N{COMBINING ACUTE ACCENT}clair"),
        "soft hyphen": named(pack, "for\N{SOFT HYPHEN}eningen"),
        "zero width": named(pack, "a\N{ZERO WIDTH SPACE}b"),
        "word wider than the page": named(pack, LONG_WORD * 2),
        "double space": named(pack, "Nord  Øst"),
        "space around": named(pack, " Nord "),
        "tab": named(pack, "Nord\tØst"),
        "line end": named(pack, "Nord\nØst"),
        "comma in the id": replace(pack, branch_id="03,01"),
        "section cut by the page": with_paragraphs(pack, ("Ord og flere ord. " * 60 + "Slutt.",) * 8),
    }


def named(pack: Pack, name: str) -> Pack:
    return replace(pack, branch_name=name, title=f"Medlemstall, {name}, mai 2026")


def with_values(pack: Pack, change: Callable[[str], str]) -> Pack:
    """Change the text of every figure."""
    sections = []
    for section in pack.sections:
        match section:
            case TableSection():
                rows = tuple(tuple(replace(cell, text=change(cell.text)) for cell in row) for row in section.rows)
                sections.append(replace(section, rows=rows))
            case TilesSection():
                tiles = (
                    replace(tile, value=replace(tile.value, text=change(tile.value.text))) for tile in section.tiles
                )
                sections.append(replace(section, tiles=tuple(tiles)))
            case _:
                sections.append(section)
    return replace(pack, sections=tuple(sections))


def with_verdicts(pack: Pack, verdicts: tuple[Verdict, ...]) -> Pack:
    """Let the comparisons of all tiles have *verdicts* in turn."""
    turn, sections = cycle(verdicts), []
    for section in pack.sections:
        if isinstance(section, TilesSection):
            tiles = tuple(
                replace(tile, comparisons=tuple(replace(one, verdict=next(turn)) for one in tile.comparisons))
                for tile in section.tiles
            )
            section = replace(section, tiles=tiles)
        sections.append(section)
    return replace(pack, sections=tuple(sections))


def with_paragraphs(pack: Pack, paragraphs: tuple[str, ...]) -> Pack:
    sections = (
        replace(section, paragraphs=paragraphs) if isinstance(section, TextSection) else section
        for section in pack.sections
    )
    return replace(pack, sections=tuple(sections))


def with_rows(pack: Pack, count: int) -> Pack:
    """Let the first table come first, with *count* rows."""
    table = next(section for section in pack.sections if isinstance(section, TableSection) and section.rows)
    rows = (table.rows * count)[:count]
    others = tuple(section for section in pack.sections if section is not table)
    return replace(pack, sections=(replace(table, rows=rows), *others))
