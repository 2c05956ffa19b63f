"""The letter about an address that nothing is sent to any more."""

from renderers.language import Formatter
from renderers.letters.models import AddressSuppressed
from renderers.letters.phrases import compose_sheet, counted, shortened, subject_line
from renderers.letters.sheet import Block, Command, Commands, Fact, Facts, Item, Items, Paragraph, Part, Sheet, Tone


def compose(letter: AddressSuppressed, words: Formatter) -> Sheet:
    moment = words.moment(letter.last_at, letter.head.zone)
    if letter.bounces:
        because = counted("suppressed_because", letter.bounces, words, address=letter.address, moment=moment)
    else:
        because = words.word("suppressed_because_unwanted", address=letter.address, moment=moment)
    facts = [Fact(label=words.word("suppressed_branches"), value=shortened(letter.branches, words))]
    if letter.reason:
        facts.append(Fact(label=words.word("suppressed_answer"), value=letter.reason))
    return compose_sheet(
        letter.head,
        words=words,
        subject=subject_line(letter.head, words.word("suppressed_subject", person=letter.person), words),
        title=words.word("suppressed_title", person=letter.person),
        tone=Tone.bad,
        parts=(
            Part(blocks=(Paragraph(text=because), Facts(facts=tuple(facts)))),
            Part(heading=words.word("letter_what_to_do"), blocks=_remedies(letter, words)),
        ),
    )


def _remedies(letter: AddressSuppressed, words: Formatter) -> tuple[Block, ...]:
    items = [Item(text=words.word("suppressed_new_person"))]
    lift = words.word("suppressed_lift_wanted", person=letter.person)
    if letter.bounces:
        items.insert(0, Item(text=words.word("suppressed_new_address", person=letter.person)))
        lift = words.word("suppressed_lift")
    if not letter.command:
        return (Items(items=tuple(items)),)
    return Items(items=tuple(items)), Commands(commands=(Command(does=lift, line=letter.command),))
