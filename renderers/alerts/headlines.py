"""The first two lines of an alert message, which stand alone on a lock screen."""

from renderers.alerts import sentences as say
from renderers.alerts.figures import whole
from renderers.alerts.models import Kind, Notice, Place
from renderers.language import Formatter

_PREFIXES = {Kind.repeat: "alert_still", Kind.escalated: "alert_unanswered", Kind.more_firing: "alert_also"}


def headline(notice: Notice, words: Formatter) -> str:
    """Return what, where, how bad: the subject of a mail, the first line on a lock screen."""
    return words.word("alert_marked", mark=mark(notice, words), line=bare_headline(notice, words))


def bare_headline(notice: Notice, words: Formatter) -> str:
    """Return the headline without the word for its severity."""
    if notice.late is not None and notice.kind.is_ending:
        topic, came = words.word("alert_data_late"), words.word("ended_came")
        return words.word("alert_headline", topic=topic, place=notice.late.source, what=came)
    if notice.late is not None:
        rules = say.counted_phrase("late_rules", notice.late.rules, words)
        return words.word("late_title", source=notice.late.source, rules=rules)
    first = notice.items[0]
    if notice.kind.is_ending and notice.is_of_one_place:
        return words.word("alert_headline", topic=first.metric, place=first.place, what=say.ending(first, words))
    if notice.is_of_one_place:
        what = say.ending(first, words) if first.is_over else say.how_bad(first, words)
        line = words.word("alert_headline", topic=_common_topic(notice, words), place=first.place, what=what)
    else:
        line = words.word(
            "alert_headline",
            topic=_common_topic(notice, words),
            place=notice.region or notice.organisation,
            what=in_all(notice, words),
        )
    prefix = _PREFIXES.get(notice.kind)
    return words.word("alert_marked", mark=words.word(prefix), line=line) if prefix else line


def second_line(notice: Notice, words: Formatter) -> str:
    """Return what is compared with what, and since when."""
    if notice.late is not None and notice.kind.is_ending:
        return ""
    if notice.late is not None:
        firing = notice.late.firing
        text = words.word("late_firing", number=whole(firing, words)) if firing else words.word("late_nothing")
        return say.sentence(text)
    first = notice.items[0]
    if not notice.is_of_one_place:
        names = list(dict.fromkeys(one.place for one in notice.items))
        more = notice.place_count - len(names)
        return ", ".join([*names, words.word("alert_more", number=whole(more, words))] if more > 0 else names)
    said = [say.figures(first, words)]
    if not notice.kind.is_ending:
        said.append(say.since(first, words))
    return say.capital(say.SEPARATOR.join(filter(None, said)))


def mark(notice: Notice, words: Formatter) -> str:
    """Return the word for the severity, or for what has become of it."""
    return words.word(f"alert_{notice.kind if notice.kind.is_ending else notice.severity}")


def _common_topic(notice: Notice, words: Formatter) -> str:
    """Return what all items have in common: the topic, or at least the metric."""
    topics = {notice.items[0].metric if notice.kind.is_ending else say.topic(one, words) for one in notice.items}
    return topics.pop() if len(topics) == 1 else notice.items[0].metric


def in_all(notice: Notice, words: Formatter) -> str:
    """Say how many places, and how far they are off together."""
    first = notice.items[0]
    # A region that stands for its branches may stand beside branches.
    kind = first.kind if len({one.kind for one in notice.items}) == 1 else Place.branch
    if notice.kind.is_ending:
        endings = {say.ending(one, words) for one in notice.items}
        places = say.counted_phrase(f"count_{kind}", notice.place_count, words)
        return f"{places} {endings.pop()}" if len(endings) == 1 else places
    if notice.roll_up is not None:
        places = words.word(
            "alert_of_eligible",
            firing=whole(notice.roll_up.firing, words),
            eligible=whole(notice.roll_up.eligible, words),
        )
    else:
        places = say.counted_phrase(f"count_{kind}", notice.place_count, words)
    left = sum(not one.is_over for one in notice.items) + notice.more
    if left < notice.count:
        return words.word("alert_left", firing=whole(left, words), places=places)
    bases = {(one.family, one.baseline, one.side, one.event) for one in notice.items}
    if notice.total is None or len(bases) > 1 or any(one.is_small for one in notice.items):
        return places
    if first.event is None:
        return words.word("alert_in_all", places=places, what=say.excess_text(notice.total, first, words))
    return words.word("alert_in_all_events", places=places, what=say.event_text(notice.total, first, words))
