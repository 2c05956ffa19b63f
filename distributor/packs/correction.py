"""What differs between a pack that was sent and the one that corrects it, and how readers are told."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from distributor.packs.figures import PackFigure, PackFigures, Shown
from renderers.language import Formatter, formatter
from renderers.pack import Pack

_NAMED = 3
_RANK = {shown: place for place, shown in enumerate(Shown)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One figure before and after, as printed: what was withheld stays so."""

    label: str
    before: str
    after: str


def changed_figures(before: PackFigures, after: PackFigures) -> tuple[Change, ...]:
    """Return the figures that readers see changed, those they look at first before the others.

    Tiles come in the report's order, then what they are compared with, totals, tables and charts, each with the
    largest relative change first. A figure that only one of the packs has is held against "no value". Two figures
    that print the same are the same to a reader.
    """
    words = formatter(after.language)
    old, new = _by_place(before.figures), _by_place(after.figures)
    found: list[tuple[int, float, Change]] = []
    for place in dict.fromkeys([*new, *old]):
        was, now = old.get(place), new.get(place)
        texts = [one.cell.text if one else words.word("no_value") for one in (was, now)]
        if texts[0] != texts[1]:
            figure = now or was
            assert figure is not None
            change = Change(label=_label(figure), before=texts[0], after=texts[1])
            weight = 0.0 if figure.shown is Shown.tile else _relative(was, now)
            found.append((_RANK[figure.shown], -weight, change))
    return tuple(change for _, _, change in sorted(found, key=lambda one: one[:2]))


def correction_notice(changes: Sequence[Change], words: Formatter, *, sent_on: date) -> str:
    """Say in one sentence what is corrected: the first changes, and how many more there are.

    Args:
        changes: Of :func:`changed_figures`; none where only texts have changed.
        words: The reader's language.
        sent_on: When the pack that is corrected was sent.
    """
    day = words.date(sent_on)
    if not changes:
        return words.word("correction_of_texts", day=day)
    named = [
        words.word("correction_change", label=one.label, after=one.after, before=one.before) for one in changes[:_NAMED]
    ]
    if more := len(changes) - len(named):
        named.append(words.word("correction_more_one") if more == 1 else words.word("correction_more", number=more))
    return words.word("correction_notice", day=day, changes=words.listing(named))


def as_correction(pack: Pack, changes: Sequence[Change], *, sent_on: date) -> Pack:
    """Return *pack* marked as a correction: in its title, which is the subject too, and first among its notices.

    Its figures and their hash are those of the unmarked pack.
    """
    words = formatter(pack.language)
    notice = correction_notice(changes, words, sent_on=sent_on)
    title = words.word("correction_title", title=pack.title)
    return replace(pack, title=title, notices=(notice, *pack.notices))


def _by_place(figures: Sequence[PackFigure]) -> dict[tuple[str, str, int], PackFigure]:
    """Name each figure by heading and place; those that are called the same are numbered."""
    seen: Counter[tuple[str, str]] = Counter()
    placed = {}
    for figure in figures:
        name = (figure.heading, figure.where)
        placed[*name, seen[name]] = figure
        seen[name] += 1
    return placed


def _label(figure: PackFigure) -> str:
    """Name the figure: a tile by itself, another with the heading it stands under."""
    is_tile = figure.shown in (Shown.tile, Shown.comparison)
    return figure.where if is_tile or not figure.heading else f"{figure.heading}: {figure.where}"


def _relative(was: PackFigure | None, now: PackFigure | None) -> float:
    """Return the change relative to what was shown; 0 where there are not two numbers."""
    values = [float(number) for number in _numbers(was, now)]
    if len(values) < 2 or values[0] == values[1]:
        return 0.0
    return abs(values[1] - values[0]) / abs(values[0]) if values[0] else float("inf")


def _numbers(*figures: PackFigure | None) -> Iterator[int | float | Decimal]:
    for figure in figures:
        if figure is not None and isinstance(figure.cell.value, int | float | Decimal):
            yield figure.cell.value
