"""From an evaluation of the rules to messages in the outbox: incidents, plan and words, then one transaction."""

import shutil
import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.utils import parseaddr
from pathlib import Path

from distributor.catalogue.alert_kinds import ALERTS
from distributor.errors import RunError
from distributor.ids import run_id
from distributor.jobs.alerts.changes import Changed, changes_of
from distributor.jobs.alerts.evaluate_rules import RulesRun, evaluate_rules
from distributor.jobs.alerts.outbox import word_messages
from distributor.jobs.alerts.planning import Outlook, plan_outlook
from distributor.jobs.alerts.ports import AlertParts, Matter
from distributor.jobs.alerts.states import ALL_RULES, LedgerStates, packed
from distributor.jobs.application import Application
from distributor.jobs.days import local_day
from distributor.jobs.progress import Progress
from distributor.ledger.alert_port import IncidentFilter
from distributor.ledger.alert_records import AlertMessage, EvaluationEntry, NoticesEntry
from distributor.ledger.records import RunRecord, Sender

_NOTICES = "alert-notices"
# Two evaluations at once: the one that is overtaken judges again what the other has left.
_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRun:
    """An evaluation, what it changed, and whom it tells.

    Attributes:
        run: What was evaluated.
        changed: Incidents and states after it.
        outlook: What was planned.
        messages: As they stand in the outbox; of a rehearsal none.
    """

    run: RulesRun
    changed: Changed
    outlook: Outlook
    messages: tuple[AlertMessage, ...] = field(default=(), repr=False)


def evaluate_and_tell(
    app: Application,
    parts: AlertParts,
    *,
    as_of: date,
    names: Collection[str] = (),
    progress: Progress,
    run: RunRecord | None = None,
) -> ToldRun:
    """Evaluate rules and record it whole: states, incidents, what changed, and messages in the outbox.

    Args:
        app: The application.
        parts: Who hears, and the words.
        as_of: Data time.
        names: Only these rules; all without any.
        progress: Hears the stages.
        run: The run that a schedule has opened for it, and that is not recorded yet.

    Raises:
        UsageError: A name is of no rule, or there are no rules.
        RunError: Other evaluations came first each time.
    """
    for _ in range(_TRIES):
        now = app.clock.now()
        current = run or new_alerts_run(app, as_of=as_of, now=now)
        folder = app.evaluations_folder / current.run_id
        if folder.exists():  # of a process that ended before it was recorded
            shutil.rmtree(folder)
        states = LedgerStates.read(app.ledger)
        found = evaluate_rules(app, as_of=as_of, states=states, names=names, now=now, progress=progress, folder=folder)
        told = _planned(app, parts, found, states, is_whole=not names, now=now)
        progress.stage("tell")
        messages = word_messages(app, told.outlook, parts.wording, _matter(told, now=now))
        if app.ledger.record_evaluation(_entry(told, messages, states, run=current, now=now)):
            return ToldRun(run=found, changed=told.changed, outlook=told.outlook, messages=messages)
        shutil.rmtree(folder)
    raise RunError("other evaluations of alert rules came first each time. Try again when they are done.")


def rehearse(
    app: Application, parts: AlertParts, *, as_of: date, names: Collection[str] = (), progress: Progress
) -> ToldRun:
    """Evaluate rules and plan what would be sent; nothing is recorded, stored or sent."""
    now = app.clock.now()
    states = LedgerStates.read(app.ledger)
    with tempfile.TemporaryDirectory(prefix="alerts-") as place:
        folder = Path(place) / run_id(ALERTS, str(as_of), started_at=now)
        found = evaluate_rules(app, as_of=as_of, states=states, names=names, now=now, progress=progress, folder=folder)
        return _planned(app, parts, found, states, is_whole=not names, now=now)


def notify_due(app: Application, make_parts: Callable[[], AlertParts]) -> tuple[AlertMessage, ...]:
    """Take the steps of escalations whose time has come, and say with them what else is to be said.

    Args:
        app: The application.
        make_parts: Who hears, and the words; asked for only if something is due.

    Returns:
        The messages that this put into the outbox; none where nothing is due, or another process was faster.
    """
    return notify_now(app, make_parts()) if app.ledger.due_steps(app.clock.now()) else ()


def notify_now(app: Application, parts: AlertParts) -> tuple[AlertMessage, ...]:
    """Say what is to be said without an evaluation: who looks into an incident is shown where it was told."""
    now = app.clock.now()
    states = LedgerStates.read(app.ledger)
    firing = app.ledger.incidents(IncidentFilter(firing_only=True))
    outlook = plan_outlook(app, parts, firing, asked=app.ledger.due_steps(now), now=now)
    if not outlook.asked and not outlook.messages:
        return ()
    matter = Matter(
        evaluation_id="",
        records=outlook.records,
        inhibited=outlook.annotations.inhibited,
        eligible={},
        late={},
        acks=outlook.annotations.acks,
        states=states.load,
        now=now,
    )
    messages = word_messages(app, outlook, parts.wording, matter)
    entry = NoticesEntry(
        run=new_alerts_run(app, _NOTICES, as_of=local_day(app, now), now=now),
        seen=states.seen(),
        messages=messages,
        queued=outlook.queued,
        taken=tuple((one.incident_id, one.position) for one in outlook.asked),
        restarted=outlook.restarted,
        at=now,
    )
    return messages if app.ledger.record_notices(entry) else ()


def new_alerts_run(app: Application, prefix: str = ALERTS, *, as_of: date, now: datetime) -> RunRecord:
    """Return the run under which alert messages go out, not yet recorded. Nobody owns it: it has no summary."""
    name, address = parseaddr(app.settings.mail.from_address)
    return RunRecord(
        run_id=run_id(prefix, str(as_of), started_at=now),
        report=ALERTS,
        period=str(as_of),
        from_on=as_of,
        to_on=as_of + timedelta(days=1),
        spec_hash=app.catalogue.digest,
        started_at=now,
        outbox=str(app.settings.outbox.path.resolve()),
        sender=Sender(name=name, address=address),
    )


def _planned(
    app: Application, parts: AlertParts, run: RulesRun, states: LedgerStates, *, is_whole: bool, now: datetime
) -> ToldRun:
    changed = changes_of(app, run, states, is_whole=is_whole, now=now)
    standing = {one.incident_id: one for one in (*changed.changes.firing, *changed.changes.changed.values())}
    return ToldRun(run=run, changed=changed, outlook=plan_outlook(app, parts, standing.values(), now=now))


def _matter(told: ToldRun, *, now: datetime) -> Matter:
    states = told.changed.states
    return Matter(
        evaluation_id=told.run.evaluation_id,
        records=told.outlook.records,
        inhibited=told.outlook.annotations.inhibited,
        eligible=told.changed.eligible,
        late=told.run.data.late,
        acks=told.outlook.annotations.acks,
        states=lambda rule: states.get(rule, {}),
        now=now,
    )


def _entry(
    told: ToldRun, messages: tuple[AlertMessage, ...], states: LedgerStates, *, run: RunRecord, now: datetime
) -> EvaluationEntry:
    after = told.changed.states
    return EvaluationEntry(
        run=run,
        seen=states.seen(after),
        states={**{rule: packed(found) for rule, found in after.items()}, ALL_RULES: b""},
        incidents=tuple(told.changed.changes.changed.values()),
        transitions=tuple(told.changed.changes.transitions),
        messages=messages,
        queued=told.outlook.queued,
        restarted=told.outlook.restarted,
        at=now,
    )
