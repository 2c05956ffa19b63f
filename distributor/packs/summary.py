"""`summary()`: two to four sentences on what changed, the same every time for the same figures."""

from collections.abc import Iterator
from dataclasses import dataclass

from distributor.catalogue.models import ReportSpec, TilesSpec
from distributor.metrics.measures import Figure
from distributor.packs.comparison import Change, change_between, compare, is_before_opening, sentence, verdict
from distributor.packs.headings import lowered, period_label
from distributor.packs.scope import Scope
from distributor.packs.view import View
from renderers.formats import Mark, ValueKind
from renderers.sections import Verdict

# A change that a reader should hear of: at least a twentieth of last year's figure, or one percentage point.
_NOTABLE_SHARE = 0.05
_NOTABLE_POINTS = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class _Move:
    """A notable change since last year; ``weight`` is how many times the least notable one it is."""

    metric: str
    change: Change
    weight: float
    verdict: Verdict


def summary_metrics(report: ReportSpec) -> tuple[str, ...]:
    """Return the metrics that the summary speaks about: those of the report's tiles, else its first metric."""
    tiles = [metric for spec in report.sections if isinstance(spec, TilesSpec) for metric in spec.tiles]
    if tiles:
        return tuple(dict.fromkeys(tiles))
    others = [name for spec in report.sections for name in _metrics_of(spec)]
    return tuple(others[:1])


def summary(report: ReportSpec, view: View) -> str:
    """Say what changed in two to four sentences; nothing where the report has no metric to speak about.

    The main figure, the best and the worst development (else the largest, else that there is none), and how the targets
    stand.
    """
    metrics = summary_metrics(report)
    if not metrics:
        return ""
    own = {metric: view.figure(metric, view.scope.window(metric)) for metric in metrics}
    period = period_label(view.scope.period, view.words)
    if not any(figure.value or figure.mark is not Mark.shown for figure in own.values()):
        empty = view.words.word("summary_empty", branch=view.branch.name, period=period)
        return f"{empty} {view.words.word('summary_empty_help', owner=report.owner)}"
    if sum(figure.mark is not Mark.shown for figure in own.values()) * 2 > len(own):
        return " ".join(_mostly_withheld(metrics[0], own[metrics[0]], view))
    moves = _moves(metrics[1:], own, view)
    parts = [_main_sentence(metrics[0], own[metrics[0]], view), *_said_moves(moves, own, view)]
    parts += _targets(metrics, view)
    if len(parts) == 1:
        parts.append(_nothing_more(metrics, own, view))
    return " ".join(parts)


def _mostly_withheld(metric: str, figure: Figure, view: View) -> Iterator[str]:
    yield view.words.word("summary_few", branch=view.branch.name)
    if figure.is_shown:
        yield _main_sentence(metric, figure, view)
    elif above := view.tree.ancestors(view.branch.branch_id):
        yield view.words.word("summary_few_counted", parent=above[0].name)
    else:
        yield _main_sentence(metric, figure, view)


def _main_sentence(metric: str, figure: Figure, view: View) -> str:
    scope: Scope = view.scope
    if figure.mark is not Mark.shown:
        return view.words.word("summary_first_withheld", branch=view.branch.name, label=view.label(metric))
    values = {"branch": view.branch.name, "value": view.cell(metric, figure).text}
    if scope.is_stock(metric):
        day = view.words.date(scope.window(metric).last_on)
        text = view.words.word("summary_first", **values, label=lowered(view.label(metric)), day=day)
    else:
        period = period_label(scope.period, view.words)
        text = view.words.word("summary_first_flow", **values, label=view.label(metric), period=period)
    comparison = compare("last year", metric, view)
    if comparison.direction is None:
        return f"{text}."
    return f"{text}, {lowered(comparison.sentence)}."


def _moves(metrics: tuple[str, ...], own: dict[str, Figure], view: View) -> list[_Move]:
    """Return the notable changes since last year, largest first; equal ones in the report's order."""
    found = []
    for metric in metrics:
        base = _last_year(metric, view)
        if base is None or not own[metric].is_shown:
            continue
        how = view.scope.value_format(metric)
        change = change_between(own[metric], base, how)
        if how.kind is ValueKind.percent:
            weight = abs(float(change.difference)) / _NOTABLE_POINTS
        else:  # a change of a handful has no share, and is not notable
            weight = abs(change.share or 0) / _NOTABLE_SHARE
        if weight >= 1:
            found.append(_Move(metric=metric, change=change, weight=weight, verdict=verdict(metric, change, view)))
    return sorted(found, key=lambda move: -move.weight)


def _last_year(metric: str, view: View) -> Figure | None:
    """Return last year's figure, or None where it is not shown or the branch was not open."""
    window = view.scope.window(metric).year_before()
    base = view.figure(metric, window)
    return base if base.is_shown and not is_before_opening(window, view.branch) else None


def _said_moves(moves: list[_Move], own: dict[str, Figure], view: View) -> list[str]:
    """Say the best and the worst of the changes, or the largest where none is good or bad."""
    best = next((move for move in moves if move.verdict is Verdict.good), None)
    worst = next((move for move in moves if move.verdict is Verdict.bad), None)
    said = [("summary_best", best), ("summary_worst", worst)]
    if best is None and worst is None:
        said = [("summary_largest", moves[0] if moves else None)]
    return [_said_move(phrase, move, own[move.metric], view) for phrase, move in said if move is not None]


def _said_move(phrase: str, move: _Move, own: Figure, view: View) -> str:
    base = _last_year(move.metric, view)
    assert base is not None
    change = sentence("last_year", move.metric, move.change, view.cell(move.metric, base), view)
    value = view.cell(move.metric, own).text
    return view.words.word(phrase, label=lowered(view.label(move.metric)), value=value, change=lowered(change))


def _nothing_more(metrics: tuple[str, ...], own: dict[str, Figure], view: View) -> str:
    """Say why there is nothing to add to the main figure."""
    if is_before_opening(view.scope.window(metrics[0]).year_before(), view.branch):
        assert view.branch.opened_on is not None
        return view.words.word("is_new", day=view.words.date(view.branch.opened_on))
    if not any(own[metric].is_shown and _last_year(metric, view) is not None for metric in metrics):
        return view.words.word("summary_no_base")
    if _moves(metrics[:1], own, view):
        return view.words.word("summary_otherwise_steady")
    return view.words.word("summary_steady")


def _targets(metrics: tuple[str, ...], view: View) -> list[str]:
    """Say which targets are met, among the metrics whose target may be compared."""
    met: list[str] = []
    missed: list[str] = []
    for metric in metrics:
        if view.scope.metrics[metric].target is None:
            continue
        comparison = compare("target", metric, view)
        if comparison.direction is not None:
            (missed if comparison.verdict is Verdict.bad else met).append(lowered(view.label(metric)))
    if not met and not missed:
        return []
    if len(met) + len(missed) == 1:
        return [view.words.word(f"summary_target_{'met' if met else 'missed'}", metric=(met or missed)[0])]
    if not missed:
        return [view.words.word("summary_targets_all")]
    listing = view.words.listing(missed)
    return [view.words.word("summary_targets", met=len(met), all=len(met) + len(missed), missed=listing)]


def _metrics_of(spec: object) -> tuple[str, ...]:
    body = getattr(spec, "table", spec)
    single = getattr(body, "metric", None)
    return tuple(getattr(body, "metrics", ())) or ((single,) if single else ())
