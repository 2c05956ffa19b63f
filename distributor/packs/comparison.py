"""A figure held against another, in words: how much, which way, and whether that is good."""

from dataclasses import dataclass
from decimal import Decimal

from distributor.catalogue.models import AggregateMetric
from distributor.metrics.measures import Figure
from distributor.metrics.windows import Window
from distributor.packs.view import View
from recipients.branches import Branch
from renderers.formats import Cell, Mark, ValueFormat, ValueKind
from renderers.language.formatter import rounded
from renderers.sections import Comparison, Direction, Verdict

WORDS = {
    "last year": "last_year",
    "previous period": "previous_period",
    "target": "target",
    "organisation": "organisation",
}
# A percentage of a handful says nothing: below this base only the absolute change is printed.
_SMALLEST_PERCENT_BASE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Difference between two shown figures, as printed: rounded first, so that the words fit the numbers."""

    difference: Decimal
    share: float | None  # of the base; None where the base is too small to say


def comparison_window(against: str, metric: str, view: View) -> Window:
    """Return the window of the figure that *metric* is held against."""
    match against:
        case "last year":
            return view.scope.window(metric).year_before()
        case "previous period":
            return view.scope.previous_window(metric)
        case _:
            return view.scope.window(metric)


def compare(against: str, metric: str, view: View) -> Comparison:
    """Hold the branch's figure of *metric* against last year, the previous period, the target or the organisation."""
    return view.once((against, metric), lambda: _compared(against, metric, view))


def change_between(own: Figure, base: Figure, how: ValueFormat) -> Change:
    """Return the difference of two figures that are shown."""
    assert own.value is not None
    assert base.value is not None
    difference = rounded(own.value, how) - rounded(base.value, how)
    is_handful = abs(base.value) < _SMALLEST_PERCENT_BASE and base.bottom is None
    is_large = how.kind is not ValueKind.percent and not is_handful and base.value != 0
    return Change(difference=difference, share=(own.value - base.value) / abs(base.value) if is_large else None)


def sentence(word: str, metric: str, change: Change, base: Cell, view: View) -> str:
    """Say a change: "12 flere enn i fjor (+5,2 %)"."""
    how = view.scope.value_format(metric)
    if not change.difference:
        return view.words.word(f"same_as_{word}", base=base.text)
    pair = ("more", "fewer") if _is_count(metric, how, view) and word != "organisation" else ("higher", "lower")
    phrase = f"{pair[change.difference < 0]}_than_{word}"
    text = view.words.word(phrase, by=amount(abs(change.difference), how, view), base=base.text)
    if change.share is None or word == "target":
        return text
    percent = ValueFormat(kind=ValueKind.percent, decimals=1 if abs(change.share) < 1 else 0)
    if not rounded(change.share, percent):
        return text
    return f"{text} ({view.words.signed(change.share, percent)})"


def amount(size: Decimal, how: ValueFormat, view: View) -> str:
    """Print the size of a change; a change of a percentage is in percentage points, never "% of %"."""
    if how.kind is not ValueKind.percent:
        return view.words.value(size, how)
    number = view.words.value(size * 100, ValueFormat(kind=ValueKind.decimal, decimals=how.decimals))
    return view.words.word("points", number=number)


def verdict(metric: str, change: Change, view: View) -> Verdict:
    """Say whether a change is good, by the metric's `better`."""
    better = view.scope.metrics[metric].better
    if better is None or not change.difference:
        return Verdict.neutral
    return Verdict.good if (change.difference > 0) == (better == "higher") else Verdict.bad


def is_before_opening(window: Window, branch: Branch) -> bool:
    """Say whether the branch did not exist in *window*."""
    return branch.opened_on is not None and branch.opened_on > window.last_on


def _compared(against: str, metric: str, view: View) -> Comparison:
    word = WORDS[against]
    window = comparison_window(against, metric, view)
    own = view.figure(metric, view.scope.window(metric))
    base = _base(against, metric, view, window)
    label = view.words.word(word)
    if base is None:
        return _silent(label, view.words.cell(None, view.scope.value_format(metric)), view.words.word("no_target"))
    if word in ("last_year", "previous_period") and is_before_opening(window, view.branch):
        # Rows from before the opening, if any, are mistakes: the words and the figure must not contradict each other.
        reason = "new_branch" if word == "last_year" else "no_base_previous_period"
        return _silent(label, view.words.cell(None, view.scope.value_format(metric)), view.words.word(reason))
    cell = view.cell(metric, base)
    if against == "organisation" and not view.scope.is_quotient(metric):
        return _share(label, cell, own, base, view)
    if reason := _reason_for_silence(word, own, base, view):
        return _silent(label, cell, reason)
    change = change_between(own, base, view.scope.value_format(metric))
    said = sentence(word, metric, change, cell, view)
    if against == "target":
        said = _with_gaps(said, metric, window, view)
    return Comparison(
        label=label,
        base=cell,
        sentence=said,
        direction=_direction(change),
        verdict=verdict(metric, change, view),
    )


def _with_gaps(said: str, metric: str, window: Window, view: View) -> str:
    """Add how many branches have no target: their figures are in the sum, but nothing is in the target for them."""
    missing, number = view.branches_without_target(metric, window)
    if not missing:
        return said
    return f"{said}. {view.words.word('partial_target', missing=missing, all=number)}"


def _base(against: str, metric: str, view: View, window: Window) -> Figure | None:
    match against:
        case "target":
            return view.target(metric, window)
        case "organisation":
            return view.benchmark(metric, window)
        case _:
            return view.figure(metric, window)


def _reason_for_silence(word: str, own: Figure, base: Figure, view: View) -> str:
    """Return why the two are not compared, or nothing."""
    if own.mark is not Mark.shown or base.mark is not Mark.shown:
        return view.words.word("not_comparable")
    if base.value is None:
        return view.words.word(f"no_base_{word}")
    if own.value is None:
        return view.words.word("no_figure")
    return ""


def _share(label: str, cell: Cell, own: Figure, base: Figure, view: View) -> Comparison:
    """A count against the organisation is a share of it."""
    if not own.is_shown or not base.is_shown:
        return _silent(label, cell, view.words.word("not_comparable"))
    if not base.value:
        return _silent(label, cell, view.words.word("none_organisation"))
    assert own.value is not None
    share = view.words.value(own.value / base.value, ValueFormat(kind=ValueKind.percent, decimals=1))
    return _silent(label, cell, view.words.word("share_of_organisation", share=share))


def _silent(label: str, base: Cell, text: str) -> Comparison:
    return Comparison(label=label, base=base, sentence=text, direction=None, verdict=Verdict.neutral)


def _direction(change: Change) -> Direction:
    if not change.difference:
        return Direction.flat
    return Direction.up if change.difference > 0 else Direction.down


def _is_count(metric: str, how: ValueFormat, view: View) -> bool:
    return how.kind is ValueKind.integer and isinstance(view.scope.metrics[metric], AggregateMetric)
