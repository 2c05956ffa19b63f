"""The letter about a run that its data have held: what failed, what happens next, how to go on."""

from renderers.language import Formatter
from renderers.letters.models import RunHeld
from renderers.letters.phrases import compose_sheet, findings, subject_line, way_on
from renderers.letters.sheet import Command, Item, Items, Paragraph, Part, Sheet, Tone


def compose(letter: RunHeld, words: Formatter) -> Sheet:
    head = letter.head
    again = f"distributor run {head.report} --period {head.period_name}"
    steps = Items(items=(Item(text=words.word("held_correct_data")), Item(text=words.word("held_correct_check"))))
    does = words.word("held_run_now" if letter.deadline_at else "held_run_again")
    way = way_on(head, (Command(does=does, line=again),), words)
    return compose_sheet(
        head,
        words=words,
        subject=subject_line(head, words.word("held_subject"), words),
        title=words.word("held_title"),
        tone=Tone.bad,
        parts=(
            Part(blocks=(Paragraph(text=words.word("held_because")), findings(letter.findings, words))),
            Part(heading=words.word("letter_what_next"), blocks=(Paragraph(text=_next(letter, words)),)),
            Part(heading=words.word("letter_what_to_do"), blocks=(steps, *way)),
        ),
    )


def _next(letter: RunHeld, words: Formatter) -> str:
    if letter.deadline_at is None:
        return words.word("held_for_good")
    waits = words.word("held_waits", moment=words.moment(letter.deadline_at, letter.head.zone))
    return f"{waits} {words.word(f'held_then_{letter.after}')}"
