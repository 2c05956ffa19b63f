"""The sentences of an alert message. Absolute figures first, then shares; direction in words; counts beside rates."""

from collections.abc import Iterator

from renderers.alerts.figures import (
    counted,
    distance_text,
    expected_text,
    is_share,
    is_tested,
    lowered,
    odds_text,
    points_text,
    ratio_text,
    signed_text,
    value_text,
    whole,
)
from renderers.alerts.models import (
    Baseline,
    Driver,
    Ending,
    Family,
    Item,
    Mix,
    MixKind,
    Place,
    Side,
    Step,
)
from renderers.formats import PERCENT, ValueFormat, ValueKind
from renderers.language import Formatter

SEPARATOR = " · "
_WEEK_DAYS = 7
_ONE_PERCENT = ValueFormat(kind=ValueKind.percent)


def topic(item: Item, words: Formatter) -> str:
    """Say which figure is bad, and on which side: "Frafall over normalen"."""
    if item.family is Family.freshness:
        return words.word("topic_old_data")
    if item.event is not None:
        return words.word(f"topic_{item.event}", metric=item.metric)
    return words.word(f"topic_{item.side}_{item.baseline}", metric=item.metric)


def how_bad(item: Item, words: Formatter) -> str:
    """Say how far from what was expected: "12 flere utmeldte enn ventet"."""
    things = lowered(item.things)
    if item.is_small:
        return _few(item, things, words)
    if is_tested(item):
        return excess_text(item.excess or 0.0, item, words)
    match item.family:
        case Family.event:
            return event_text(item.members or 0, item, words)
        case Family.freshness:
            return words.word("data_age", days=whole(item.value or 0, words), limit=whole(item.limit or 0, words))
        case Family.threshold | Family.rate | Family.share | Family.pace:
            return _beyond(item, words)


def event_text(members: float, item: Item, words: Formatter) -> str:
    """Say what happened to so many members: "60 medlemmer er ikke lenger dekket"."""
    days = whole(item.limit or 0, words)
    return words.word(f"event_{item.event}", members=counted(members, item, words), days=days)


def excess_text(excess: float, item: Item, words: Formatter) -> str:
    """Say an excess; its own sign decides between more and fewer."""
    side = Side.above if excess >= 0 else Side.below
    number = distance_text(excess, words)
    return words.word(f"excess_{side}", number=number, things=lowered(item.things), than=_than(item, words))


def figures(item: Item, words: Formatter) -> str:
    """Say what is compared with what: counts first, then the rates; "" where the headline says it all."""
    said = []
    if is_tested(item) and item.observed is not None and item.expected is not None:
        said.append(_counts(item, words))
        if item.left_out and not item.is_small:
            said.append(words.word("counts_left_out", number=counted(item.left_out, item, words)))
    elif item.family in (Family.event, Family.freshness):
        return ""
    if item.value is not None and item.base_value is not None and item.family is not Family.pace and not item.is_small:
        said.append(_against_base(item, words))
    return SEPARATOR.join(said)


def since(item: Item, words: Formatter) -> str:
    """Say since when: "siden mai 2026 (2 måneder)"; "" where that is not known."""
    if item.since_on is None:
        return ""
    day = words.month(item.since_on) if item.step in (Step.month, Step.quarter) else words.date(item.since_on)
    length = counted_phrase(f"steps_{item.step}", item.periods, words)
    return f"{words.word('since_month', month=day)} ({length})"


def times(item: Item, words: Formatter) -> str:
    if item.times <= 1:
        return words.word("times_first")
    return words.word("times_again", number=_ordinal(item.times, words))


def sureness(item: Item, words: Formatter) -> Iterator[str]:
    """Say how often chance does the same, who else strays, and who was not looked at. Never a p-value."""
    sure = item.sureness
    if sure is None:
        return
    if sure.one_in is not None and not item.is_small:
        yield words.word(f"chance_{item.kind}", odds=odds_text(sure.one_in, words))
    if sure.judged > 1:
        yield judged(item, words)
    if sure.smallest_ratio is not None and item.kind in (Place.branch, Place.region):
        ratio = ratio_text(sure.smallest_ratio, words)
        yield words.word(f"stands_out_{item.side}_{item.kind}", ratio=ratio)


def judged(item: Item, words: Formatter) -> str:
    """Say how many stray of those judged together, and who was not judged."""
    sure = item.sureness
    assert sure is not None
    places = counted_phrase(f"count_{item.kind}", sure.judged, words)
    key = "flagged" if sure.flagged else "flagged_none"
    said = [words.word(key, flagged=whole(sure.flagged, words), places=places)]
    if sure.too_small:
        key = "too_small_by_region" if sure.tested_by_region else "too_small_untested"
        said.append(words.word(key, number=whole(sure.too_small, words)))
    if sure.without_data:
        said.append(words.word("without_data", number=whole(sure.without_data, words)))
    return "; ".join(said)


def views(item: Item, words: Formatter, *, most: int = 3, drivers: int = 3) -> str:
    """Say where most of it comes from: "Alta sykehus +7, meldte seg ut +6 (overlappende inndelinger)".

    Args:
        item: The place.
        words: The language.
        most: So many views at most.
        drivers: So many segments of each at most.
    """
    shown = item.views[:most]
    named = [_driver(one, item, words) for view in shown for one in view.drivers[:drivers]]
    overlap = f" ({words.word('overlapping_views')})" if len(shown) > 1 else ""
    return f"{', '.join(named)}{overlap}"


def mix(found: Mix, item: Item, words: Formatter) -> str:
    by = words.listing([lowered(name) for name in found.by])
    if found.kind is not MixKind.no_mix:
        return words.word(f"mix_{found.kind}", by=by)
    if found.ratio is None or item.is_small:
        return words.word("mix_no_mix_bare", by=by)
    return words.word("mix_no_mix", ratio=ratio_text(found.ratio, words), by=by)


def forecast(item: Item, words: Formatter) -> Iterator[str]:
    """Say where the year will end, and what it takes to reach the target."""
    found = item.forecast
    if found is None or item.is_small:
        return
    mean, low, high, target = (whole(each, words) for each in (found.mean, found.low, found.high, found.target))
    yield words.word("forecast_line", mean=mean, low=low, high=high, target=target)
    yield words.word("forecast_chance", chance=chance_text(found.chance, words))
    if found.needed_a_day:
        yield words.word("forecast_needed", number=expected_text(found.needed_a_day * _WEEK_DAYS, words))


def chance_text(chance: float, words: Formatter) -> str:
    if chance < 0.01:
        return words.word("under_one_percent")
    return words.value(chance, _ONE_PERCENT)


def ending(item: Item, words: Formatter) -> str:
    """Say how it ended."""
    if item.is_retracted:
        return words.word("ended_retracted")
    if item.ending in (None, Ending.cleared):
        own = f"ended_cleared_{item.family}" if item.family in (Family.event, Family.freshness) else "ended_cleared"
        return words.word(own)
    return words.word(f"ended_{item.ending}")


def counted_phrase(key: str, number: int, words: Formatter, **values: str) -> str:
    """Return the phrase *key* in its form for one or for many."""
    if number == 1:
        return words.word(f"{key}_one", **values)
    return words.word(f"{key}_many", number=whole(number, words), **values)


def sentence(text: str) -> str:
    """Return *text* with a capital and a full stop."""
    return f"{capital(text)}." if text else ""


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _driver(one: Driver, item: Item, words: Formatter) -> str:
    excess = f"<{item.min_cell}" if one.excess is None else signed_text(one.excess, words)
    return words.word("driver", segment=one.segment, excess=excess)


def _few(item: Item, things: str, words: Formatter) -> str:
    if item.expected is None:
        return words.word("few_only", min_cell=item.min_cell, things=things)
    expected = expected_text(item.expected, words)
    return words.word("few_against", min_cell=item.min_cell, things=things, expected=expected)


def _than(item: Item, words: Formatter) -> str:
    match item.baseline:
        case Baseline.organisation:
            return words.word("than_expected")
        case Baseline.target | Baseline.limit:
            return words.word("than_target")
        case Baseline.last_year:
            kinds = {Family.rate: "_rate", Family.pace: "_pace"}
            return words.word(f"than_last_year{kinds.get(item.family, '')}")


def _beyond(item: Item, words: Formatter) -> str:
    """Say how far a plain figure is from its target, last year or its limit."""
    value = value_text(item.value, item, words)
    if item.baseline is Baseline.limit or item.base_value is None or item.value is None:
        return words.word("value_and_limit", value=value, limit=value_text(item.limit, item, words))
    difference = item.value - item.base_value
    if is_share(item):
        key = "higher_points" if difference >= 0 else "lower_points"
        return words.word(key, number=points_text(difference, words), than=_than(item, words))
    return excess_text(difference, item, words)


def _counts(item: Item, words: Formatter) -> str:
    assert item.observed is not None
    assert item.expected is not None
    against = "expected"
    if item.baseline is Baseline.target:
        against = "target"
    elif item.baseline is Baseline.last_year and item.family is not Family.rate:
        against = "last_year"
    # Last year was counted, not expected.
    expected = whole(item.expected, words) if against == "last_year" else expected_text(item.expected, words)
    text = words.word(f"counts_against_{against}", observed=counted(item.observed, item, words), expected=expected)
    window = _window(item, words)
    return f"{text}, {window}" if window else text


def _window(item: Item, words: Formatter) -> str:
    match item.family:
        case Family.rate if item.months is not None:
            return words.word("last_months", number=item.months)
        case Family.pace:
            return words.word("year_to_date")
        case _:
            return ""


def _against_base(item: Item, words: Formatter) -> str:
    assert item.value is not None
    assert item.base_value is not None
    text = words.word(
        "value_against",
        metric=lowered(item.metric),
        value=value_text(item.value, item, words),
        base_name=words.word(f"base_{item.baseline}"),
        base=value_text(item.base_value, item, words),
    )
    if item.family is not Family.threshold or is_share(item) or not item.base_value:
        return text
    return f"{text} ({words.signed(item.value / item.base_value - 1, PERCENT)})"


def _ordinal(number: int, words: Formatter) -> str:
    if words.language != "en":
        return str(number)
    ending_of = {1: "st", 2: "nd", 3: "rd"}
    teens = 10 < number % 100 < 14
    return f"{number}{'th' if teens else ending_of.get(number % 10, 'th')}"
