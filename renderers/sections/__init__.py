"""Section kinds of a pack."""

from renderers.sections.models import (
    ChartSection,
    Column,
    Comparison,
    Direction,
    Section,
    Source,
    TableSection,
    TextSection,
    Tile,
    TilesSection,
    Verdict,
)

__all__ = [
    "ChartSection",
    "Column",
    "Comparison",
    "Direction",
    "Section",
    "Source",
    "TableSection",
    "TextSection",
    "Tile",
    "TilesSection",
    "Verdict",
]
