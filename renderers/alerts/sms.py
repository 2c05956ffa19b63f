"""An alert message as the parts of one text message, which the channel shortens to one segment.

The parts are those of `channels.sms.texts.Parts`, by name: the place and the link are never dropped there.
"""

from dataclasses import dataclass

from renderers.alerts import sentences as say
from renderers.alerts.figures import counted, lowered, whole
from renderers.alerts.headlines import in_all
from renderers.alerts.models import Item, Kind, Notice
from renderers.language import Formatter, formatter


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsParts:
    """What a text message says; parts may be empty, and end without a full stop."""

    label: str
    place: str
    what: str
    comparison: str = ""
    since: str = ""
    drivers: str = ""
    reply: str = ""
    link: str = ""


def render_sms(notice: Notice, language: str, *, takes_replies: bool = False) -> SmsParts:
    """Return the parts of *notice*; its link is the page of the first incident.

    Args:
        notice: The message.
        language: "nb", "da" or "en".
        takes_replies: Whether the number it comes from takes answers.
    """
    words = formatter(language)
    link = next((one.actions.acknowledge or one.actions.open for one in notice.items), "") or notice.list_url
    if notice.late is not None and notice.kind.is_ending:
        came = words.word("ended_came")
        return SmsParts(label=_label(notice, words), place=notice.late.source, what=came, link=link)
    if notice.late is not None:
        rules = say.counted_phrase("late_rules", notice.late.rules, words)
        waiting = words.word("sms_late", rules=rules)
        return SmsParts(label=words.word("sms_data_late"), place=notice.late.source, what=waiting, link=link)
    first = notice.items[0]
    if not notice.is_of_one_place:
        place = notice.region or notice.organisation
        return SmsParts(label=_label(notice, words), place=place, what=in_all(notice, words), link=link)
    if notice.kind.is_ending:
        what = say.ending(first, words)
        return SmsParts(
            label=_label(notice, words), place=first.place, what=f"{lowered(first.metric)}, {what}", link=link
        )
    return SmsParts(
        label=_label(notice, words),
        place=first.place,
        what=say.how_bad(first, words),
        comparison=_comparison(first, words),
        since=_since(first, words),
        drivers=say.views(first, words, most=1, drivers=1),
        reply=words.word("sms_reply") if takes_replies else "",
        link=link,
    )


def _label(notice: Notice, words: Formatter) -> str:
    if notice.kind.is_ending:
        return words.word(f"sms_{notice.kind}")
    if notice.kind is Kind.escalated:
        return words.word("sms_unanswered")
    return words.word(f"sms_{notice.severity}")


def _comparison(item: Item, words: Formatter) -> str:
    if item.observed is None or item.expected is None or item.is_small:
        return ""
    return words.word("sms_counts", observed=counted(item.observed, item, words), expected=whole(item.expected, words))


def _since(item: Item, words: Formatter) -> str:
    return words.word("since_month", month=words.month_name(item.since_on)) if item.since_on else ""
