"""Aligned columns in plain text, folded into the width of a mail."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from itertools import zip_longest

WIDTH = 78
_GAP = "  "
_BREAKS = re.compile(r"[\t\n\v\f\r]")
_NARROWEST_NAME = 16
_WIDEST_LABEL = 12

Row = tuple[str, ...]


def wrapped(text: str, *, indent: str = "") -> list[str]:
    """Split *text* into lines of WIDTH, the later ones behind *indent*; long words stay whole.

    No-break spaces hold a figure together, so only plain spaces are broken.
    """
    if _fits(text, WIDTH):
        return [text]
    return textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [""]


def draw_grid(header: Row, rows: Sequence[Row], *, right: Sequence[bool], total: Row | None = None) -> Iterator[str]:
    """Yield the lines of a table.

    Args:
        header: Labels of the columns.
        rows: Texts, each row as long as *header*.
        right: Which columns stand right-aligned.
        total: The last line, set off by a rule.

    Yields:
        Lines of at most WIDTH characters; where the columns do not fit, the table goes on below, its first column
        repeated. A figure is never broken: one that is wider than the line stands out of it.
    """
    lines = [*rows, *([total] if total else [])]
    widths = [_column_width(label, [line[n] for line in lines]) for n, label in enumerate(header)]
    for number, block in enumerate(_blocks(widths)):
        if number:
            yield ""
        chosen = [widths[n] for n in block]
        chosen[0] = _name_width(chosen)
        signs = [right[n] for n in block]
        pick = [[line[n] for n in block] for line in (header, *lines)]
        rule = _GAP.join("-" * width for width in chosen)
        for position, texts in enumerate(pick):
            if position == 1 or (total and position == len(pick) - 1):
                yield rule
            yield from _line(texts, chosen, signs)


def _column_width(label: str, texts: Sequence[str]) -> int:
    longest_word = max(map(len, label.split(" ")))
    heading = _fold(label, max(longest_word, _WIDEST_LABEL))
    return max(map(len, [*heading, *texts]), default=1)


def _blocks(widths: Sequence[int]) -> Iterator[list[int]]:
    """Yield the columns of each part of the table, the first column always among them."""
    name = min(widths[0], _NARROWEST_NAME)
    block, used = [0], name
    for column in range(1, len(widths)):
        if len(block) > 1 and used + len(_GAP) + widths[column] > WIDTH:
            yield block
            block, used = [0], name
        block.append(column)
        used += len(_GAP) + widths[column]
    yield block


def _name_width(widths: Sequence[int]) -> int:
    """Return the room of the first column: what it needs, or what the others leave of the line."""
    others = sum(len(_GAP) + width for width in widths[1:])
    return min(widths[0], max(WIDTH - others, min(widths[0], _NARROWEST_NAME)))


def _line(texts: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> Iterator[str]:
    """Yield one row, its texts folded into their columns."""
    folded = [_fold(text, width) or [""] for text, width in zip(texts, widths, strict=True)]
    for parts in zip_longest(*folded, fillvalue=""):
        cells = zip(parts, widths, right, strict=True)
        yield _GAP.join(part.rjust(width) if is_right else part.ljust(width) for part, width, is_right in cells)


def _fold(text: str, width: int) -> list[str]:
    """Split *text* into lines of *width*; a longer word is broken, or it would push its row out of line."""
    if _fits(text, width):
        return [text]
    return textwrap.wrap(text, max(width, 1), break_on_hyphens=False)


def _fits(text: str, width: int) -> bool:
    """Whether `textwrap`, which takes its time, would leave *text* as it is."""
    return 0 < len(text) <= width and not text[-1].isspace() and not _BREAKS.search(text)
