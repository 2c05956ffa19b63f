"""Questions that the templates ask about figures and columns."""

from renderers.formats import Cell, Mark, ValueFormat, ValueKind
from renderers.sections import TableSection

# Characters that stand side by side on a phone of 360 px: 13 px letters, 6 px between columns.
_PHONE_CHARACTERS = 40
_NAME_CHARACTERS = 14


def is_numeric(how: ValueFormat) -> bool:
    """Say whether a column of this format stands right-aligned."""
    return how.kind not in (ValueKind.text, ValueKind.date)


def is_bare(cell: Cell) -> bool:
    """Say whether *cell* shows a sign in place of its figure."""
    return cell.mark is not Mark.shown


def is_wide(section: TableSection) -> bool:
    """Say whether the columns of *section* are too many or too wide to stand beside the names on a phone."""
    if not section.columns or is_numeric(section.columns[0].value_format):
        return False
    lines = [*section.rows, *([section.total] if section.total else [])]
    needed = _NAME_CHARACTERS
    for position, column in enumerate(section.columns[1:], start=1):
        longest = max((len(line[position].text) for line in lines), default=0)
        needed += max(longest, *map(len, column.label.split(" ")))
    return needed > _PHONE_CHARACTERS
