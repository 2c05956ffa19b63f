"""The letter about an address that nothing is sent to any more."""

from renderers.language import Formatter
from renderers.letters.models import AddressSuppressed
from renderers.letters.phrases import compose_sheet, counted, shortened, subject_line
from renderers.letters.sheet import Block, Command, Commands, Fact, Facts, Item, Items, Paragraph, Part, Sheet, Tone


def compose(letter: AddressSuppressed, words: Formatter) -> Sheet:
    moment = words.moment(letter.last_at, letter.head.zone)
    because = counted("suppressed_because", letter.bounces, words, address=letter.address, moment=moment)
    facts = (
        Fact(label=words.word("suppressed_branches"), value=shortened(letter.branches, words)),
        Fact(label=words.word("suppressed_answer"), value=letter.reason),
    )
    return compose_sheet(
        letter.head,
        words=words,
        subject=subject_line(letter.head, words.word("suppressed_subject", person=letter.person), words),
        title=words.word("suppressed_title", person=letter.person),
        tone=Tone.bad,
        parts=(
            Part(blocks=(Paragraph(text=because), Facts(facts=facts))),
            Part(heading=words.word("letter_what_to_do"), blocks=_remedies(letter, words)),
        ),
    )


def _remedies(letter: AddressSuppressed, words: Formatter) -> tuple[Block, ...]:
    items = Items(
        items=(
            Item(text=words.word("suppressed_new_address", person=letter.person)),
            Item(text=words.word("suppressed_new_person")),
        )
    )
    if not letter.command:
        return (items,)
    return items, Commands(commands=(Command(does=words.word("suppressed_lift"), line=letter.command),))
