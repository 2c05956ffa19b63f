"""The letter about a run that should have been closed and was not."""

from renderers.language import Formatter
from renderers.letters.models import RunMissed, Trouble
from renderers.letters.phrases import compose_sheet, subject_line, way_on
from renderers.letters.sheet import Command, Fact, Facts, Paragraph, Part, Sheet, Tone


def compose(letter: RunMissed, words: Formatter) -> Sheet:
    head = letter.head
    last = (
        words.moment(letter.last_closed_at, head.zone) if letter.last_closed_at else words.word("missed_never_closed")
    )
    facts = (
        Fact(label=words.word("missed_due"), value=words.moment(letter.due_at, head.zone)),
        Fact(label=words.word(f"missed_since_{letter.trouble}"), value=words.moment(letter.since_at, head.zone)),
        Fact(label=words.word("missed_last_closed"), value=last),
    )
    reason = letter.reason or words.word("missed_reason_unknown")
    return compose_sheet(
        head,
        words=words,
        subject=subject_line(head, words.word(f"missed_subject_{letter.trouble}"), words),
        title=words.word(f"missed_title_{letter.trouble}"),
        tone=Tone.bad,
        parts=(
            Part(blocks=(Paragraph(text=reason), Facts(facts=facts))),
            Part(heading=words.word("letter_what_to_do"), blocks=way_on(head, _commands(letter, words), words)),
        ),
    )


def _commands(letter: RunMissed, words: Formatter) -> tuple[Command, ...]:
    head = letter.head
    check = Command(does=words.word("missed_check"), line="distributor doctor")
    run = Command(does=words.word("missed_run"), line=f"distributor run {head.report} --period {head.period_name}")
    resume = Command(does=words.word("missed_resume"), line=f"distributor run --resume {head.run_id}")
    match letter.trouble:
        case Trouble.failed:
            return (resume,)
        case Trouble.missed:
            return check, run
        case Trouble.silent:
            return check, resume
