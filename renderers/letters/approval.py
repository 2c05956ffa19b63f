"""The letter that asks for approval: why, which packs to look at, and how to answer."""

from renderers.formats import ValueFormat, ValueKind
from renderers.language import Formatter
from renderers.letters.models import ApprovalAsked, SampledPack
from renderers.letters.phrases import capped, compose_sheet, counted, subject_line
from renderers.letters.sheet import Block, Command, Commands, Item, Items, Link, Paragraph, Part, Sheet, Tone


def compose(letter: ApprovalAsked, words: Formatter) -> Sheet:
    sample = Items(items=tuple(_sampled(one, words) for one in letter.sample))
    return compose_sheet(
        letter.head,
        words=words,
        subject=subject_line(letter.head, counted("approval_subject", letter.packs, words), words),
        title=counted("approval_title", letter.packs, words),
        tone=Tone.bad,
        parts=(
            Part(blocks=_why(letter, words)),
            Part(heading=words.word("approval_sample"), blocks=(sample,) if letter.sample else ()),
            Part(heading=words.word("approval_answer"), blocks=_answer(letter, words)),
        ),
    )


def _why(letter: ApprovalAsked, words: Formatter) -> tuple[Block, ...]:
    recipients = Paragraph(text=counted("approval_recipients", letter.recipients, words))
    if letter.threshold is None:
        return Paragraph(text=words.word("approval_always")), recipients
    share = words.value(letter.threshold, ValueFormat(kind=ValueKind.percent))
    moved = capped([Item(text=text) for text in letter.movements], words)
    return Paragraph(text=words.word("approval_moved", share=share)), moved, recipients


def _sampled(pack: SampledPack, words: Formatter) -> Item:
    reason = words.word(f"reason_{pack.reason}")
    detail = words.word("approval_attached", reason=reason, name=pack.attachment) if pack.attachment else reason
    return Item(text=pack.branch, detail=detail)


def _answer(letter: ApprovalAsked, words: Formatter) -> tuple[Block, ...]:
    """Say until when and how; the commands stand there also beside the link, for it is they that are quoted."""
    head = letter.head
    if letter.deadline_at is None:
        until = words.word("approval_no_deadline")
    else:
        until = words.word("approval_deadline", moment=words.moment(letter.deadline_at, head.zone))
    commands = Commands(
        commands=(
            Command(does=words.word("approval_approve"), line=f"distributor approve {head.run_id}"),
            Command(does=words.word("approval_reject"), line=f"distributor reject {head.run_id}"),
        )
    )
    link = (Link(text=words.word("letter_open_run"), url=head.run_url),) if head.run_url else ()
    return (Paragraph(text=until), *link, commands)
