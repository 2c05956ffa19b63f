"""Letters to the owner of a report, put into the outbox once for each occasion."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from distributor.ids import delivery_key
from distributor.jobs.application import Application
from distributor.ledger.records import DeliveryRecord, DeliveryStatus, Kind, LetterRecord, RunRecord
from distributor.metrics.windows import parse_period
from distributor.packs.headings import period_label
from renderers.language import Formatter, formatter
from renderers.letters import Occasion, render_letter
from renderers.letters.models import Head
from renderers.pack import Artifact

_OWNERS = ""  # files of letters belong to no branch


def owner_words(app: Application) -> Formatter:
    """Return the language of letters: the organisation's first."""
    return formatter(app.catalogue.organisation.languages[0])


def letter_head(app: Application, run: RunRecord) -> Head:
    """Return what all letters about a run begin with."""
    organisation, words = app.catalogue.organisation, owner_words(app)
    report = app.catalogue.reports.get(run.report)
    period = run.period
    if report is not None:
        start = organisation.membership_year
        period = period_label(parse_period(run.period, phrase=report.period, membership_year=start), words)
    return Head(
        organisation=organisation.organisation.in_language(words.language),
        report=run.report,
        period=period,
        period_name=run.period,
        run_id=run.run_id,
        zone=ZoneInfo(organisation.timezone),
        accent=organisation.accent,
    )


def post_letter(
    app: Application, run: RunRecord, occasion: Occasion, *, about: str, now: datetime, files: Sequence[Artifact] = ()
) -> bool:
    """Put a letter to the run's owner into the outbox; the same occasion again puts nothing.

    Args:
        app: The application.
        run: The run that it is about.
        occasion: What happened.
        about: Tells the letters about one run apart: "closed", "approval".
        now: When it is written.
        files: Attached, under their own names.

    Returns:
        Whether it was new.
    """
    if not run.owner:
        return False
    words = owner_words(app)
    letter = render_letter(occasion, words.language)
    artifacts = (
        Artifact(name="letter.html", media_type="text/html", content=letter.html.encode()),
        Artifact(name="letter.txt", media_type="text/plain", content=letter.text.encode()),
        *files,
    )
    key = delivery_key(run=run.run_id, branch_id=_OWNERS, recipient_id=f"owner: {about}", channel="email")
    delivery = DeliveryRecord(
        key=key,
        run_id=run.run_id,
        kind=Kind.letter,
        branch_id=_OWNERS,
        recipient_id=f"owner: {about}",
        recipient_name="",
        address=run.owner,
        channel="email",
        formats=("html",),
        language=words.language,
        status=DeliveryStatus.queued,
        next_attempt_at=now,
    )
    refs = app.store.put(artifacts, branch_id=_OWNERS)
    return app.ledger.record_letter(
        delivery, LetterRecord(key=key, subject=letter.subject, written_at=now, artifacts=refs)
    )
