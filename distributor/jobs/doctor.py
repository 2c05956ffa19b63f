"""Whether everything that a run needs is there, and whether the runs are going as they should."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from distributor.catalogue.alert_kinds import ALERTS
from distributor.catalogue.catalogue import Catalogue
from distributor.jobs.application import Application
from distributor.jobs.checks.finding import Check, Finding, Level, carry_out, note, ok
from distributor.jobs.checks.machine import (
    check_clock,
    check_disk,
    check_drawing,
    check_ledger,
    check_storage,
    check_time_zones,
    check_writable,
)
from distributor.jobs.checks.on_call import check_rotas
from distributor.jobs.checks.outside import check_directory, check_mail, check_mailbox, check_source
from distributor.jobs.checks.run_state import RUN_CHECKS, missed_occurrences
from distributor.jobs.checks.vendors import check_slack, check_sms
from distributor.jobs.cluster import check_cluster
from distributor.jobs.letters import letter_head, post_letter
from distributor.jobs.setup import Setup
from distributor.ledger.port import Ledger
from distributor.ledger.records import OccurrenceRecord, RunRecord, RunStatus
from distributor.packs.figures_file import FILE_NAME as FIGURES
from distributor.settings import Settings
from renderers.letters.models import RunMissed, Trouble

_PATIENT_S = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """All findings, the worst last."""

    findings: tuple[Finding, ...]

    @property
    def is_well(self) -> bool:
        """Whether nobody need come: no fault, and of the runs no warning either."""
        return not any(
            one.level is Level.fault or (one.is_of_runs and one.level is Level.warning) for one in self.findings
        )


def examine(setup: Setup) -> Examination:
    """Look at everything that a run needs."""
    return _sorted([*setup.troubles, *_setup_findings(setup)])


def examine_strictly(setup: Setup) -> Examination:
    """Look at how the runs are going as well, and write to the owners of reports whose run was missed."""
    findings = [*setup.troubles, *_setup_findings(setup)]
    app = setup.application
    if app is None:
        findings.append(note("runs", "could not be looked at before the faults above are corrected."))
        return _sorted(findings)
    for check in RUN_CHECKS:
        findings.extend(carry_out(Check(name=check.name, look=partial(check.findings, app))))
    findings.extend(carry_out(Check(name="letters", look=partial(_tell_owners, app))))
    return _sorted(findings)


def _sorted(findings: list[Finding]) -> Examination:
    return Examination(findings=tuple(sorted(findings, key=lambda one: tuple(Level).index(one.level))))


def _setup_findings(setup: Setup) -> Iterator[Finding]:
    for check in _checks(setup):
        yield from carry_out(check)


def _checks(setup: Setup) -> Iterator[Check]:
    yield Check(name="drawing", look=check_drawing, limit_s=_PATIENT_S)
    settings = setup.settings
    if settings is None:
        return
    if setup.catalogue is not None:
        catalogue = setup.catalogue
        yield Check(name="configuration", look=partial(_read, settings, catalogue))
        yield Check(name="time zones", look=partial(check_time_zones, _zones(catalogue)))
    for source in setup.sources.values():
        yield Check(name=f"source {source.name}", look=partial(check_source, source), limit_s=40)
    if setup.directory is not None:
        yield Check(name="directory", look=partial(check_directory, setup.directory), limit_s=_PATIENT_S)
    if setup.directory is not None and setup.catalogue is not None and setup.catalogue.rotas:
        look = partial(check_rotas, setup.catalogue, setup.directory, now=setup.clock.now())
        yield Check(name="on call", look=look, limit_s=_PATIENT_S)
    yield from _checks_of_mail(setup, settings)
    yield from _checks_of_vendors(setup, settings)
    if setup.ledger is not None:
        ledger, now = setup.ledger, setup.clock.now()
        yield Check(name="ledger", look=partial(check_ledger, ledger))
        yield Check(name="clock", look=partial(check_clock, ledger, now=now))
    folders = {"store": settings.store.path, "outbox": settings.outbox.path}
    yield Check(name="folders", look=partial(check_writable, folders))
    if settings.engine.kind == "dask" and settings.engine.dask is not None:
        yield Check(name="engine", look=partial(check_cluster, settings.engine.dask), limit_s=_PATIENT_S)
    if setup.store is not None and settings.store.url is not None:
        yield Check(name="store", look=partial(check_storage, setup.store.storage), limit_s=40)
    grow = {"documents": settings.store.path}
    if not settings.ledger.urls_given:
        grow["the ledger"] = (settings.ledger.path or settings.store.path / "ledger.sqlite").parent
    yield Check(name="disk", look=partial(check_disk, grow, least_mb=settings.service.disk_free_mb))


def _checks_of_mail(setup: Setup, settings: Settings) -> Iterator[Check]:
    outbox, bounces = settings.outbox.path, settings.bounces
    is_sent = settings.channels.email is not None
    if setup.channels is not None:
        channel = setup.channels(outbox)["email"]
        largest = _largest_pack(setup.ledger) if setup.ledger is not None and is_sent else 0
        yield Check(name="e-mail", look=partial(check_mail, channel, outbox=outbox, largest_bytes=largest), limit_s=40)
    yield Check(name="bounces", look=partial(check_mailbox, bounces.path, is_posted=bounces.is_posted, is_sent=is_sent))


def _checks_of_vendors(setup: Setup, settings: Settings) -> Iterator[Check]:
    if setup.channels is None:
        return
    opened, slack = setup.channels(settings.outbox.path), settings.channels.slack
    if slack is not None:
        look = partial(check_slack, opened["slack"], takes_clicks=slack.takes_clicks)
        yield Check(name="Slack", look=look, limit_s=40)
    if settings.channels.sms is not None:
        look = partial(check_sms, opened["sms"], is_told=bool(settings.service.public_url))
        yield Check(name="SMS", look=look, limit_s=40)


def _read(settings: Settings, catalogue: Catalogue) -> Iterator[Finding]:
    yield ok("configuration", f"{settings.config_path} can be read.")
    yield ok("catalogue", f"{len(catalogue.reports)} reports, {len(catalogue.metrics)} metrics, without a fault.")


def _zones(catalogue: Catalogue) -> Iterator[str]:
    yield catalogue.organisation.timezone
    for report in catalogue.reports.values():
        if report.schedule and report.schedule.timezone:
            yield report.schedule.timezone


def _largest_pack(ledger: Ledger) -> int:
    """Return the size of the largest pack of each report's last run."""
    runs = {run.report: run for run in ledger.runs(statuses=(RunStatus.closed, RunStatus.sending))}
    packs = (pack for run in runs.values() for pack in ledger.packs(run.run_id).values())
    return max((sum(ref.size_bytes for ref in one.artifacts if ref.name != FIGURES) for one in packs), default=0)


def _tell_owners(app: Application) -> Iterator[Finding]:
    """Write once for each missed run. The letter goes with the report's last run before, which names its sender."""
    now = app.clock.now()
    for one in missed_occurrences(app, now):
        if one.report == ALERTS:
            continue  # nobody owns the evaluations of all rules
        report = app.catalogue.reports.get(one.report)
        earlier = [run for run in app.ledger.runs(one.report) if run.started_at <= one.fire_at]
        if report is None or not earlier:
            yield note(
                "letters", f"nobody was written to about {one.report}: it has never run, so no letter has a sender."
            )
            continue
        carrier = earlier[-1]
        if post_letter(app, carrier, _missed(app, carrier, one), about=f"missed {one.fire_key}", now=now):
            yield note("letters", f"the owner of {one.report} is written to as soon as the outbox is emptied again.")


def _missed(app: Application, carrier: RunRecord, occurrence: OccurrenceRecord) -> RunMissed:
    closed = [run.closed_at for run in app.ledger.runs(occurrence.report, statuses=(RunStatus.closed,))]
    return RunMissed(
        head=letter_head(app, replace(carrier, period=occurrence.period, run_id="")),
        trouble=Trouble.missed,
        due_at=occurrence.fire_at,
        since_at=app.clock.now(),
        last_closed_at=max((at for at in closed if at), default=None),
    )
