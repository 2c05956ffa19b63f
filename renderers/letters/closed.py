"""The letter about a run that has ended: short where all went well, else what went wrong and how to go on."""

from collections.abc import Iterator
from datetime import timedelta

from renderers.language import Formatter
from renderers.letters.models import Outcome, RunClosed
from renderers.letters.phrases import capped, compose_sheet, counted, findings, printed, shortened, subject_line, way_on
from renderers.letters.sheet import Block, Command, Fact, Facts, Item, Items, Paragraph, Part, Sheet, Tone

_SPACE = "\N{NO-BREAK SPACE}"


def compose(letter: RunClosed, words: Formatter) -> Sheet:
    title = _title(letter, words)
    line = subject_line(letter.head, _inside(title), words)
    if letter.is_correction:
        line = words.word("letter_correction_subject", subject=line)
    if letter.test_address:
        line = words.word("letter_test_subject", subject=line)
    parts = [Part(blocks=tuple(_account(letter, words))), *_details(letter, words)]
    return compose_sheet(
        letter.head,
        words=words,
        subject=line,
        title=title,
        tone=_tone(letter),
        parts=parts,
        marks=tuple(_marks(letter, words)),
    )


def _tone(letter: RunClosed) -> Tone:
    if letter.needing_attention or letter.failed_packs:
        return Tone.bad
    has_remarks = letter.nobody or letter.vacancies or letter.remarks or letter.notes
    is_all_sent = letter.counts.get(Outcome.sent, 0) == letter.planned > 0
    return Tone.good if is_all_sent and not has_remarks else Tone.watch


def _title(letter: RunClosed, words: Formatter) -> str:
    if letter.needing_attention:
        numbers = {"number": printed(letter.needing_attention, words), "planned": printed(letter.planned, words)}
        return words.word("closed_attention", **numbers)
    if letter.failed_packs:
        return counted("closed_packs_failed", len(letter.failed_packs), words)
    if waiting := letter.counts.get(Outcome.waiting, 0):
        return words.word("closed_waiting", number=printed(waiting, words), planned=printed(letter.planned, words))
    if not letter.planned:
        return words.word("closed_none_planned")
    if letter.counts.get(Outcome.suppressed, 0):
        return words.word("closed_all_possible")
    return words.word("closed_all_sent")


def _inside(title: str) -> str:
    """Put a title after a colon."""
    return title[:1].lower() + title[1:]


def _marks(letter: RunClosed, words: Formatter) -> Iterator[str]:
    if letter.unaccounted:
        accounted = printed(letter.planned - letter.unaccounted, words)
        yield words.word("closed_unaccounted", planned=printed(letter.planned, words), accounted=accounted)
    if letter.test_address:
        yield words.word("closed_test", address=letter.test_address)
    if letter.is_correction:
        yield words.word("closed_correction")


def _account(letter: RunClosed, words: Formatter) -> Iterator[Block]:
    """Say how many packs were made, and what became of each delivery."""
    made = [_made(letter, words)]
    if letter.seconds and _tone(letter) is Tone.good:
        made.append(_slowest(letter, words))
    yield Paragraph(text=" ".join(made))
    counts = [(outcome, letter.counts[outcome]) for outcome in Outcome if letter.counts.get(outcome)]
    said = [words.word(f"outcome_{outcome}", number=printed(number, words)) for outcome, number in counts]
    if said:
        # A term stays on one line: "+ 20 sent".
        terms = f" +{_SPACE}".join(text.replace(" ", _SPACE) for text in said)
        yield Paragraph(text=words.word("closed_equation", planned=printed(letter.planned, words), parts=terms))
    if len(said) > 1:
        meanings = [words.word(f"meaning_{outcome}") for outcome, _ in counts]
        yield Items(items=tuple(Item(text=text, detail=meaning) for text, meaning in zip(said, meanings, strict=True)))
    yield from way_on(letter.head, list(_commands(letter, words)), words)


def _made(letter: RunClosed, words: Formatter) -> str:
    if not letter.packs:
        return words.word("closed_made_none")
    return counted("closed_made", letter.packs, words, duration=words.duration(letter.duration))


def _commands(letter: RunClosed, words: Formatter) -> Iterator[Command]:
    if letter.counts.get(Outcome.failed):
        run = letter.head.run_id
        yield Command(does=words.word("closed_see"), line=f"distributor deliveries --run {run} --failed")
        yield Command(does=words.word("closed_resend"), line=f"distributor resend --run {run} --failed")


def _details(letter: RunClosed, words: Formatter) -> Iterator[Part]:
    failures = sorted(letter.failures, key=lambda group: -group.deliveries)
    if failures:
        items = [
            Item(
                text=words.word("closed_times", number=printed(group.deliveries, words), reason=group.reason),
                detail=shortened(group.branches, words),
            )
            for group in failures
        ]
        yield Part(heading=words.word("closed_why_failed"), blocks=(capped(items, words),))
    if letter.failed_packs:
        packs = [Item(text=pack.branch, detail=pack.reason) for pack in letter.failed_packs]
        yield Part(heading=words.word("closed_failed_packs"), blocks=(capped(packs, words),))
    if letter.nobody:
        heading = counted("closed_nobody", len(letter.nobody), words)
        yield Part(heading=heading, blocks=(Paragraph(text=shortened(letter.nobody, words)),))
    if letter.vacancies:
        yield Part(heading=words.word("closed_vacancies"), blocks=(_vacancies(letter, words),))
    if letter.remarks:
        yield Part(heading=words.word("closed_remarks"), blocks=(findings(letter.remarks, words),))
    if letter.notes:
        notes = [Item(text=note) for note in letter.notes]
        yield Part(heading=words.word("closed_notes"), blocks=(capped(notes, words),))
    if letter.seconds and _tone(letter) is not Tone.good:
        yield Part(heading=words.word("closed_time"), blocks=tuple(_time(letter, words)))


def _vacancies(letter: RunClosed, words: Formatter) -> Items:
    said = [
        words.word("closed_vacancy", role=one.role, branch=one.branch, stand_in=one.stand_in)
        for one in letter.vacancies
    ]
    return capped([Item(text=text) for text in said], words)


def _time(letter: RunClosed, words: Formatter) -> Iterator[Block]:
    yield Paragraph(text=_slowest(letter, words))
    stages = [
        Fact(label=_capital(words.word(f"stage_{stage}")), value=words.duration(timedelta(seconds=seconds)))
        for stage, seconds in letter.seconds.items()
    ]
    total = Fact(label=words.word("closed_total"), value=words.duration(letter.duration))
    yield Facts(facts=(*stages, total))


def _slowest(letter: RunClosed, words: Formatter) -> str:
    stage, seconds = max(letter.seconds.items(), key=lambda one: one[1])
    duration = words.duration(timedelta(seconds=seconds))
    return words.word("closed_slowest", stage=words.word(f"stage_{stage}"), duration=duration)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
