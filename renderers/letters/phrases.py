"""What all letters say in the same way: numbers of things, long lists of names, where to go on."""

from collections.abc import Sequence

from renderers.formats import INTEGER
from renderers.language import Formatter
from renderers.letters.models import DataFinding, Head
from renderers.letters.sheet import Block, Command, Commands, Item, Items, Link, Part, Sheet, Tone

_NAMED = 10


def printed(number: int, words: Formatter) -> str:
    return words.value(number, INTEGER)


def counted(key: str, number: int, words: Formatter, **values: str) -> str:
    """Return the phrase *key* in its form for one or for many."""
    if number == 1:
        return words.word(f"{key}_one", **values)
    return words.word(f"{key}_many", number=printed(number, words), **values)


def shortened(names: Sequence[str], words: Formatter) -> str:
    """List the first ten names, and say how many more there are."""
    text = ", ".join(names[:_NAMED])
    left = len(names) - _NAMED
    return f"{text} {words.word('letter_more', number=printed(left, words))}" if left > 0 else text


def subject_line(head: Head, what: str, words: Formatter) -> str:
    return words.word("letter_subject", report=head.report, period=head.period, what=what)


def capped(items: Sequence[Item], words: Formatter) -> Items:
    """List the first ten entries, and say how many more there are: a letter stays one that is read."""
    left = len(items) - _NAMED
    more = (Item(text=words.word("letter_more", number=printed(left, words))),) if left > 0 else ()
    return Items(items=(*items[:_NAMED], *more))


def findings(found: Sequence[DataFinding], words: Formatter) -> Items:
    """List what checks found: in the reader's words, then in the check's own with the rows."""
    items = [
        Item(
            text=words.word("held_finding", dataset=one.dataset, fault=words.word(f"fault_{one.fault}")),
            detail=one.detail,
        )
        for one in found
    ]
    return capped(items, words)


def way_on(head: Head, commands: Sequence[Command], words: Formatter) -> tuple[Block, ...]:
    """Return the link to the run's page where there is one, else the commands to type."""
    if head.run_url:
        return (Link(text=words.word("letter_open_run"), url=head.run_url),)
    return (Commands(commands=tuple(commands)),) if commands else ()


def compose_sheet(
    head: Head,
    *,
    words: Formatter,
    subject: str,
    title: str,
    tone: Tone,
    parts: Sequence[Part],
    marks: Sequence[str] = (),
) -> Sheet:
    """Return a whole letter about *head*; parts without blocks are left out."""
    footer = [words.word("letter_footer", report=head.report)]
    if head.run_id:
        footer.append(words.word("letter_run", run=head.run_id))
    return Sheet(
        subject=subject,
        kicker=head.organisation,
        title=title,
        subtitle=" · ".join(part for part in (head.report, head.period) if part),
        tone=tone,
        parts=tuple(part for part in parts if part.blocks),
        footer=tuple(footer),
        accent=head.accent,
        language=words.language,
        marks=tuple(marks),
    )
