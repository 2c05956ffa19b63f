"""Aligned columns in plain text, folded into the width of a mail."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, zip_longest

WIDTH = 78
_GAP = "  "
_BREAKS = re.compile(r"[\t\n\v\f\r]")
_NARROWEST_NAME = 16
_WIDEST_LABEL = 12

Row = tuple[str, ...]


@lru_cache(maxsize=4096)  # definitions and notes are the same in every pack of a report
def wrapped(text: str, *, indent: str = "") -> tuple[str, ...]:
    """Split *text* into lines of WIDTH, the later ones behind *indent*; long words stay whole.

    No-break spaces hold a figure together, so only plain spaces are broken.
    """
    if _fits(text, WIDTH):
        return (text,)
    lines = textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return tuple(lines) or ("",)


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
    columns = list(zip(*lines, strict=True)) or [()] * len(header)
    widths = [_column_width(label, texts) for label, texts in zip(header, columns, strict=True)]
    are_whole = _are_whole(list(chain.from_iterable(lines)))
    for number, block in enumerate(_blocks(widths)):
        if number:
            yield ""
        chosen = [widths[n] for n in block]
        chosen[0] = _name_width(chosen)
        signs = [right[n] for n in block]
        pick = lines if len(block) == len(header) else [tuple(line[n] for n in block) for line in lines]
        rule = _GAP.join("-" * width for width in chosen)
        layout = _layout(tuple(chosen), tuple(signs))
        yield from _head(tuple(header[n] for n in block), tuple(chosen), tuple(signs))
        if pick:
            yield rule
        for position, texts in enumerate(pick):
            if total and position == len(rows) > 0:
                yield rule
            # Only a name can be wider than its column.
            if are_whole and len(texts[0]) <= chosen[0]:
                yield layout % texts
            else:
                yield from _line(texts, chosen, signs)


def _column_width(label: str, texts: Sequence[str]) -> int:
    return max(map(len, (*_heading(label), *texts)), default=1)


@lru_cache(maxsize=1024)
def _heading(label: str) -> tuple[str, ...]:
    longest_word = max(map(len, label.split(" ")))
    return tuple(_fold(label, max(longest_word, _WIDEST_LABEL)))


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


@lru_cache(maxsize=1024)
def _head(labels: Row, widths: tuple[int, ...], right: tuple[bool, ...]) -> tuple[str, ...]:
    return tuple(_line(labels, widths, right))


@lru_cache(maxsize=1024)
def _layout(widths: tuple[int, ...], right: tuple[bool, ...]) -> str:
    """Return what a row is filled into whose texts all fit."""
    return _GAP.join(f"%{width}s" if is_right else f"%-{width}s" for width, is_right in zip(widths, right, strict=True))


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
    return 0 < len(text) <= width and _are_whole([text])


def _are_whole(texts: list[str]) -> bool:
    """Whether `textwrap` would leave *texts* as they are if they fit; an empty one too, as a line of its own."""
    return list(map(str.rstrip, texts)) == texts and not _BREAKS.search("".join(texts))
