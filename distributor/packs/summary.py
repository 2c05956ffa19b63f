"""`summary()`: two to four sentences on what changed, the same every time for the same figures."""

from dataclasses import dataclass

from distributor.catalogue.models import ReportSpec, TilesSpec
from distributor.metrics.measures import Figure
from distributor.packs.comparison import Change, change_between, compare, is_before_opening, sentence, verdict
from distributor.packs.headings import lowered, period_label
from distributor.packs.scope import Scope
from distributor.packs.view import View
from renderers.formats import Mark
from renderers.sections import Verdict

# A change that a reader should hear of: at least a twentieth of last year's figure, or one percentage point.
_NOTABLE_SHARE = 0.05
_NOTABLE_POINTS = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class _Move:
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
    """Say what changed: the main figure, the best and the worst development, and how the targets stand."""
    metrics = summary_metrics(report)
    own = {metric: view.figure(metric, view.scope.window(metric)) for metric in metrics}
    period = period_label(view.scope.period, view.words)
    if not any(figure.value or figure.mark is not Mark.shown for figure in own.values()):
        empty = view.words.word("summary_empty", branch=view.branch.name, period=period)
        return f"{empty} {view.words.word('summary_empty_help', owner=report.owner)}"
    if sum(figure.mark is not Mark.shown for figure in own.values()) * 2 > len(own):
        few = view.words.word("summary_few", branch=view.branch.name)
        return " ".join([few, *_main_sentence(metrics[0], own[metrics[0]], view)])
    moves = _moves(metrics[1:], own, view)
    parts = [*_main_sentence(metrics[0], own[metrics[0]], view), *_best_and_worst(moves, own, view)]
    targets = _targets(metrics, view)
    if not any(moves) and not targets:
        parts.append(view.words.word("summary_steady"))
    return " ".join([*parts, *targets])


def _main_sentence(metric: str, figure: Figure, view: View) -> list[str]:
    if figure.mark is not Mark.shown or figure.value is None:
        return []
    scope: Scope = view.scope
    values = {"branch": view.branch.name, "value": view.cell(metric, figure).text}
    if scope.is_stock(metric):
        day = view.words.date(scope.window(metric).last_on)
        text = view.words.word("summary_first", **values, label=lowered(view.label(metric)), day=day)
    else:
        period = period_label(scope.period, view.words)
        text = view.words.word("summary_first_flow", **values, label=view.label(metric), period=period)
    comparison = compare("last year", metric, view)
    if comparison.direction is None:
        return [f"{text}."]
    return [f"{text}, {lowered(comparison.sentence)}."]


def _moves(metrics: tuple[str, ...], own: dict[str, Figure], view: View) -> list[_Move]:
    """Return the notable changes since last year, largest first; equal ones in the report's order."""
    found = []
    for metric in metrics:
        window = view.scope.window(metric).year_before()
        base = view.figure(metric, window)
        if not own[metric].is_shown or not base.is_shown or is_before_opening(window, view):
            continue
        change = change_between(own[metric], base, view.scope.value_format(metric))
        is_share = change.share is None
        weight = abs(float(change.difference)) if is_share else abs(change.share or 0)
        threshold = _NOTABLE_POINTS if view.scope.is_quotient(metric) else _NOTABLE_SHARE
        is_small_count = is_share and not view.scope.is_quotient(metric)
        if weight >= threshold and not is_small_count:
            found.append(_Move(metric=metric, change=change, weight=weight, verdict=verdict(metric, change, view)))
    return sorted(found, key=lambda move: -move.weight)


def _best_and_worst(moves: list[_Move], own: dict[str, Figure], view: View) -> list[str]:
    said = []
    for wanted, phrase in ((Verdict.good, "summary_best"), (Verdict.bad, "summary_worst")):
        move = next((move for move in moves if move.verdict is wanted), None)
        if move is not None:
            base = view.cell(move.metric, view.figure(move.metric, view.scope.window(move.metric).year_before()))
            said.append(
                view.words.word(
                    phrase,
                    label=lowered(view.label(move.metric)),
                    value=view.cell(move.metric, own[move.metric]).text,
                    change=lowered(sentence("last_year", move.metric, move.change, base, view)),
                )
            )
    return said


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
    if not missed:
        return [view.words.word("summary_targets_all")]
    listing = view.words.listing(missed)
    return [view.words.word("summary_targets", met=len(met), all=len(met) + len(missed), missed=listing)]


def _metrics_of(spec: object) -> tuple[str, ...]:
    body = getattr(spec, "table", spec)
    single = getattr(body, "metric", None)
    return tuple(getattr(body, "metrics", ())) or ((single,) if single else ())
