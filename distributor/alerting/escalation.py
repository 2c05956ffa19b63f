"""Who is asked next, and when, while nobody answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from distributor.alerting.annotations import Annotations
from distributor.alerting.incidents import Incident
from distributor.alerting.reasons import Sending
from distributor.alerting.working_hours import WorkingHours


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationStep:
    """One rung: whom to ask, and how long to wait for the one before."""

    audience: str
    channel: str
    wait: timedelta = timedelta(0)  # working time since the step before


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedStep:
    """A step with its time."""

    audience: str
    channel: str
    due_at: datetime
    reason: Sending
    unstaffed: tuple[str, ...] = ()  # audiences that should have been asked and have nobody on shift


def plan_escalation(
    steps: Sequence[EscalationStep],
    *,
    since: datetime,
    hours: WorkingHours,
    is_staffed: Callable[[str, datetime], bool],
) -> tuple[QueuedStep, ...]:
    """Return the steps of an incident that fired, or worsened, at *since*, with their times.

    Args:
        steps: On call first.
        since: When the clock started.
        hours: In which waiting counts.
        is_staffed: Whether an audience has somebody on shift at an instant.

    Returns:
        Steps in order. An unstaffed one falls through to the next at once, which says so; the last is taken in any
        case, so that nothing goes unheard.
    """
    queue: list[QueuedStep] = []
    unstaffed: list[str] = []
    at = since
    for number, step in enumerate(steps, start=1):
        at = at if unstaffed else hours.after(at, step.wait)
        if number < len(steps) and not is_staffed(step.audience, at):
            unstaffed.append(step.audience)
            continue
        queue.append(
            QueuedStep(
                audience=step.audience,
                channel=step.channel,
                due_at=at,
                reason=_reason(is_first=not queue, is_instead=bool(unstaffed)),
                unstaffed=tuple(unstaffed),
            )
        )
        unstaffed = []
    return tuple(queue)


def is_asked_for(incident: Incident, *, annotations: Annotations, now: datetime) -> bool:
    """Return whether steps of an incident are to be taken: not once it is over, acknowledged, snoozed or hidden."""
    return (
        incident.is_firing
        and not annotations.is_acknowledged(incident, now=now)
        and annotations.hides(incident, now=now) is None
    )


def due_steps(
    queue: Sequence[QueuedStep], incident: Incident, *, annotations: Annotations, now: datetime
) -> tuple[QueuedStep, ...]:
    """Return the steps whose time has come; none while the incident is not to be asked for.

    Which of them were taken already is the ledger's to know.
    """
    is_open = is_asked_for(incident, annotations=annotations, now=now)
    return tuple(step for step in queue if step.due_at <= now) if is_open else ()


def _reason(*, is_first: bool, is_instead: bool) -> Sending:
    if is_instead:
        return Sending.SHIFT_UNSTAFFED
    return Sending.FIRST if is_first else Sending.ESCALATED
