"""Headings, and the words for windows and periods."""

import re
from datetime import timedelta

from distributor.metrics.windows import Period, PeriodKind
from distributor.packs.scope import Scope
from distributor.packs.time_axis import TIME_STEPS
from distributor.packs.view import View
from renderers.language import Formatter


def by_label(metric: str, by: str, view: View) -> str:
    """Return the word for a breakdown: a time step, the branches, or a column."""
    if by in TIME_STEPS or by == "branch":
        return view.words.word(f"by_{by}")
    return lowered(view.column_label(metric, by))


def metric_heading(metrics: tuple[str, ...], by: str, split: str | None, view: View) -> str:
    """Return the heading a section gets when the spec gives none: "Utmeldte etter alder"."""
    names = [view.label(metrics[0]), *(lowered(view.label(name)) for name in metrics[1:])]
    phrase = "metric_by_split" if split else "metric_by"
    parts = {"metric": view.words.listing(names), "by": by_label(metrics[0], by, view)}
    return view.words.word(phrase, **parts, split=by_label(metrics[0], split, view) if split else "")


def series_name(text: str, metric: str, view: View, *, is_alone: bool) -> str:
    """Name a series by *text* ("last year", "2025"); where the chart has several metrics, also by its own."""
    return text if is_alone else f"{view.label(metric)}, {lowered(text)}"


def window_note(metric: str, scope: Scope, words: Formatter) -> str:
    """Say what a tile's value covers where that is not the report's period."""
    if scope.is_stock(metric):
        return words.word("as_of", day=words.date(scope.window(metric).last_on))
    span = scope.metrics[metric].window
    if found := re.fullmatch(r"(\d+) (months|years|days)", span):
        return words.word(f"last_{found[2]}", number=found[1])
    return "" if span == "report period" else words.word(span.replace(" ", "_"))


def period_label(period: Period, words: Formatter) -> str:
    """Print the report's period: mai 2026, 2. kvartal 2026, 1. juni 2025–31. mai 2026."""
    first, last = period.window.from_on, period.window.to_on - timedelta(days=1)
    match period.kind:
        case PeriodKind.day:
            return words.date(first)
        case PeriodKind.week:
            year, week, _ = first.isocalendar()
            return words.word("period_week", week=week, year=year)
        case PeriodKind.month:
            return words.month(first)
        case PeriodKind.quarter:
            return words.word("period_quarter", quarter=(first.month + 2) // 3, year=first.year)
        case PeriodKind.year:
            return str(first.year)
        case PeriodKind.membership_year | PeriodKind.rolling:
            return words.word("period_range", first=words.date(first), last=words.date(last))


def lowered(text: str) -> str:
    """Put a label or a sentence inside another; an abbreviation keeps its capitals."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
