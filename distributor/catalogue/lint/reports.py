"""Faults of a report as a whole: when, for whom, to whom."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email.utils import parseaddr

from distributor.catalogue.alert_kinds import ALERTS
from distributor.catalogue.draft import Draft
from distributor.catalogue.errors import Fault
from distributor.catalogue.lengths import length_of
from distributor.catalogue.lint.names import repeated, undefined, unknown_level
from distributor.catalogue.lint.privacy import privacy_faults
from distributor.catalogue.lint.schedules import schedule_faults
from distributor.catalogue.lint.sections import section_faults
from distributor.catalogue.lint.texts import title_faults
from distributor.catalogue.marks import Mark
from distributor.catalogue.models import DeliverSpec, ReportSpec, TilesSpec

_ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
_MONTH = timedelta(days=28)
# The units of a report's period, at their shortest; one of rolling months is made once a month.
_SHORTEST = {
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": _MONTH,
    "quarter": timedelta(days=90),
    "year": timedelta(days=365),
}
FORMATS = {
    "email": ("html", "pdf", "xlsx"),
    "folder": ("html", "pdf", "xlsx"),
    "slack": ("summary",),
    "sms": ("summary",),
}


def report_faults(draft: Draft) -> Iterator[Fault]:
    for name, spec, mark in draft.reports:
        if name == ALERTS:
            what = f'a report cannot be called "{ALERTS}": evaluations of alert rules are recorded under that name'
            yield Fault(place=mark.locate("report"), what=what, remedy="Give the report another name.")
        yield from title_faults(spec.title, mark, ("title",))
        yield from _owner_faults(spec, mark)
        yield from _mail_faults(spec, mark)
        if spec.schedule is not None:
            yield from schedule_faults(draft, spec.schedule, mark)
        for index, level in enumerate(spec.burst.levels):
            yield from unknown_level(level, draft, mark.locate("burst", "levels", index))
        yield from repeated(spec.burst.levels, '"levels"', mark.locate("burst", "levels"))
        for index, section in enumerate(spec.sections):
            yield from section_faults(draft, section, mark, index)
        for index, entry in enumerate(spec.deliver):
            yield from _deliver_faults(draft, entry, mark, index)
            yield from _text_message_faults(spec, entry, mark, index)
        yield from _wait_faults(spec, mark)
        yield from privacy_faults(draft, spec, mark)


def _owner_faults(spec: ReportSpec, mark: Mark) -> Iterator[Fault]:
    if not _ADDRESS.fullmatch(spec.owner):
        what = f'"{spec.owner[:60]}" is not an e-mail address'
        remedy = "Name who answers for the report, as in analysis@union.example."
        yield Fault(place=mark.locate("owner"), what=what, remedy=remedy)


def _mail_faults(spec: ReportSpec, mark: Mark) -> Iterator[Fault]:
    for key, text in (("from", spec.mail.from_), ("reply_to", spec.mail.reply_to)):
        name, address = parseaddr(text or "")
        if text is None or (_ADDRESS.fullmatch(address) and (key == "from" or not name)):
            continue
        what = f'"{text[:60]}" is not an e-mail address'
        shape = "Analysis <analysis@union.example>" if key == "from" else "analysis@union.example"
        yield Fault(place=mark.locate("mail", key), what=what, remedy=f"Write it as in {shape}.")


def _wait_faults(spec: ReportSpec, mark: Mark) -> Iterator[Fault]:
    """Yield a fault where a run would still wait for data when the next one begins."""
    if spec.gates is None:
        return
    longest = next((length for unit, length in _SHORTEST.items() if spec.period.endswith(f" {unit}")), _MONTH)
    if length_of(spec.gates.wait) > longest:
        what = f'"{spec.gates.wait}" is a longer wait than a report on the "{spec.period}" can have'
        remedy = f"Wait at most {longest.days} day{'s' if longest.days > 1 else ''}: then the next run is due."
        yield Fault(place=mark.locate("gates", "wait"), what=what, remedy=remedy)


def _text_message_faults(spec: ReportSpec, entry: DeliverSpec, mark: Mark, index: int) -> Iterator[Fault]:
    if entry.channel == "sms" and not any(isinstance(section, TilesSpec) for section in spec.sections):
        what = "a text message is made of the report's tiles, and it has none"
        yield Fault(place=mark.locate("deliver", index, "channel"), what=what, remedy="Add a section of tiles.")


def _deliver_faults(draft: Draft, entry: DeliverSpec, mark: Mark, index: int) -> Iterator[Fault]:
    yield from undefined("audience", entry.audience, draft.audiences, mark.locate("deliver", index, "audience"))
    allowed = FORMATS[entry.channel]
    for position, name in enumerate(entry.formats):
        if name not in allowed:
            what = f'"{name}" cannot be sent by {entry.channel}'
            yield Fault(place=mark.locate("deliver", index, "formats", position), what=what, allowed=allowed)
    yield from repeated(entry.formats, '"formats"', mark.locate("deliver", index, "formats"))
