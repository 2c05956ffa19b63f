"""Charts of alert messages in words: their heading, what they say to those who do not see them, a note below."""

from renderers.alerts.charts import Chart, Funnel, Pace
from renderers.alerts.figures import expected_text, lowered, ratio_text, whole
from renderers.charts import describe
from renderers.charts.spec import ChartSpec
from renderers.language import Formatter

_NAMED = 5


def chart_title(chart: Chart, words: Formatter) -> str:
    match chart:
        case Funnel():
            return words.word("funnel_title", things=chart.things)
        case Pace():
            return words.word("pace_title", things=chart.things)
        case ChartSpec():
            return chart.title


def chart_note(chart: Chart, words: Formatter) -> str:
    """Return what a reader must know to read the chart; "" if nothing."""
    return words.word("funnel_note") if isinstance(chart, Funnel) else ""


def chart_alt(chart: Chart, words: Formatter) -> str:
    match chart:
        case Funnel():
            return _funnel_alt(chart, words)
        case Pace():
            return _pace_alt(chart, words)
        case ChartSpec():
            return describe(chart)


def _funnel_alt(chart: Funnel, words: Formatter) -> str:
    marked = [
        words.word(
            "alt_funnel_marked",
            name=one.name,
            ratio=ratio_text(one.ratio, words),
            expected=expected_text(one.expected, words),
        )
        for one in chart.marked[:_NAMED]
    ]
    dots = (*chart.others, *chart.marked)
    beyond = sum(chart.is_beyond(one) for one in dots)
    return words.word(
        "alt_funnel",
        title=lowered(chart_title(chart, words)),
        marked="; ".join(marked),
        beyond=whole(beyond, words),
        all=whole(len(dots), words),
    )


def _pace_alt(chart: Pace, words: Formatter) -> str:
    at = len(chart.this_year) - 1
    said = [
        words.word(
            "alt_pace",
            title=lowered(chart_title(chart, words)),
            now=whole(chart.this_year[at], words),
            month=chart.months[at],
        )
    ]
    last = chart.last_year[at]
    if last is not None:
        said.append(words.word("alt_pace_last_year", number=whole(last, words)))
    if chart.mean is not None and chart.low is not None and chart.high is not None:
        low, mean, high = (whole(each, words) for each in (chart.low, chart.mean, chart.high))
        said.append(words.word("alt_pace_forecast", low=low, mean=mean, high=high))
    if chart.target is not None:
        said.append(words.word("alt_pace_target", target=whole(chart.target, words)))
    return f"{'; '.join(said)}."
