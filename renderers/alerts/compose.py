"""From a notice to its lines: the order of all outputs, and what is left out where there is nothing to say."""

from collections.abc import Iterator

from renderers.alerts import sentences as say
from renderers.alerts.described import chart_alt, chart_note, chart_title
from renderers.alerts.figures import whole
from renderers.alerts.headlines import bare_headline, headline, mark, second_line
from renderers.alerts.models import Item, Notice, Reason, Severity
from renderers.alerts.sheet import AlertSheet, Button, Entry, Step, Tone
from renderers.language import Formatter

_HASH_SHOWN = 8
_ENTRY_DRIVERS = 2
ACKNOWLEDGE, SNOOZE, OPEN, NOT_USEFUL = "acknowledge", "snooze", "open", "not_useful"


def compose(notice: Notice, words: Formatter) -> AlertSheet:
    """Return the lines of *notice*."""
    first = notice.items[0] if notice.items else None
    is_single = notice.count == 1 and notice.roll_up is None
    is_about_figures = first is not None and not notice.kind.is_ending
    return AlertSheet(
        language=words.language,
        kicker=notice.organisation,
        headline=headline(notice, words),
        title=bare_headline(notice, words),
        figures=second_line(notice, words),
        mark=mark(notice, words),
        tone=_tone(notice),
        entries=() if is_single else tuple(_entry(one, notice, words) for one in notice.items),
        more=words.word("alert_more", number=whole(notice.more, words)) if notice.more else "",
        list_url=notice.list_url,
        sure=tuple(map(say.sentence, _sure(notice, first, words, is_single=is_single)))
        if is_about_figures
        else _because(notice),
        drivers_label=words.word("alert_drivers"),
        drivers=say.views(first, words) if first and is_single and is_about_figures else "",
        mix=say.sentence(say.mix(first.mix, first, words))
        if first and first.mix and is_single and is_about_figures
        else "",
        forecast=tuple(map(say.sentence, say.forecast(first, words))) if first and is_about_figures else (),
        chart_title=chart_title(notice.chart, words) if notice.chart else "",
        chart_alt=chart_alt(notice.chart, words) if notice.chart else "",
        chart_note=chart_note(notice.chart, words) if notice.chart else "",
        step=_step(notice, words),
        people=tuple(_people(notice, words)),
        buttons=_buttons(first, words) if first and is_single else (),
        provenance=tuple(_provenance(notice, words)),
        accent=notice.accent,
    )


def _tone(notice: Notice) -> Tone:
    if notice.kind.is_ending:
        return Tone.good
    return Tone.bad if notice.severity is Severity.critical else Tone.watch


def _entry(item: Item, notice: Notice, words: Formatter) -> Entry:
    """Return one of several; where all are of one place, what is wrong there stands in its name's place."""
    if item.is_over:
        what, lines = say.ending(item, words), [say.figures(item, words)]
    else:
        what = say.how_bad(item, words)
        short = say.views(item, words, most=1, drivers=_ENTRY_DRIVERS)
        handled = words.word("alert_acknowledged", name=item.acknowledged_by) if item.acknowledged_by else ""
        since = say.SEPARATOR.join(
            filter(None, (say.since(item, words), say.times(item, words) if item.times > 1 else ""))
        )
        lines = [say.figures(item, words), since, f"{words.word('alert_drivers')}: {short}" if short else "", handled]
    return Entry(
        place=say.topic(item, words) if notice.is_of_one_place else item.place,
        what=what,
        lines=tuple(filter(None, lines)),
        buttons=tuple(one for one in _buttons(item, words) if one.action in (ACKNOWLEDGE, OPEN)),
    )


def _sure(notice: Notice, item: Item | None, words: Formatter, *, is_single: bool) -> Iterator[str]:
    """Yield how sure it is: of a single place all, of several only what is the same for them."""
    if item is None or item.since_on is None:
        return
    if is_single:
        yield say.times(item, words)
        yield from say.sureness(item, words)
    elif item.sureness is not None and len({say.topic(one, words) for one in notice.items}) == 1:
        yield say.judged(item, words)


def _because(notice: Notice) -> tuple[str, ...]:
    return notice.late.because if notice.late is not None else ()


def _step(notice: Notice, words: Formatter) -> Step | None:
    if notice.kind.is_ending or not (notice.first_step or notice.runbook):
        return None
    return Step(
        label=words.word("alert_first_step"),
        text=notice.first_step or words.word("alert_runbook"),
        runbook=words.word("alert_runbook_link"),
        url=notice.runbook,
        is_runbook=not notice.first_step,
    )


def _people(notice: Notice, words: Formatter) -> Iterator[str]:
    if notice.on_call is not None and not notice.kind.is_ending:
        moment = words.moment(notice.on_call.until_at, notice.zone)
        yield words.word("alert_on_call", moment=moment, name=notice.on_call.name)
    if notice.count == 1 and notice.items and notice.items[0].acknowledged_by:
        yield say.capital(words.word("alert_acknowledged", name=notice.items[0].acknowledged_by))
    if notice.owner:
        yield words.word("alert_owner", owner=notice.owner)


def _buttons(item: Item, words: Formatter) -> tuple[Button, ...]:
    """Return what can be done: of what is over only to look at it, and to say that it was of no use."""
    actions = item.actions
    offered = [(OPEN, actions.open, ""), (NOT_USEFUL, actions.not_useful, actions.token)]
    if not item.is_over:
        offered.insert(0, (SNOOZE, actions.snooze, actions.token))
    if not item.is_over and not item.acknowledged_by:
        offered.insert(0, (ACKNOWLEDGE, actions.acknowledge, actions.token))
    return tuple(
        Button(action=action, text=words.word(f"action_{action}"), url=url, token=token)
        for action, url, token in offered
        if url
    )


def _provenance(notice: Notice, words: Formatter) -> Iterator[str]:
    found = notice.provenance
    if found.rule:
        yield words.word("from_rule", rule=found.rule, version=found.version[:_HASH_SHOWN])
    moment = words.moment(found.loaded_at, notice.zone)
    if found.data_to is None:
        yield words.word("from_loading", moment=moment)
    else:
        yield words.word("from_data", day=words.date(found.data_to), moment=moment)
    if notice.count == 1 and notice.items and notice.items[0].incident_id:
        yield words.word("from_incident", incident=notice.items[0].incident_id)
    yield words.word("from_reason", reason=_reason(notice, words))


def _reason(notice: Notice, words: Formatter) -> str:
    found = notice.provenance
    if found.reason is not Reason.shift_unstaffed:
        return words.word(f"reason_{found.reason}")
    if not found.unstaffed:
        return words.word("reason_shift_unstaffed_bare")
    return words.word("reason_shift_unstaffed", who=words.listing(list(found.unstaffed)))
